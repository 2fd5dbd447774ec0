import { askId } from "@countersign/application/ask-id.ts";
import { canonicalHash } from "@countersign/application/canonical.ts";
import { derivedCommandId, derivedRequestId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { parseAsk } from "@countersign/api-contract/ask.ts";
import { exceedsBytes, limits } from "@countersign/api-contract/limits.ts";
import { parseIJson } from "@countersign/api-contract/i-json.ts";
import { isObject, type Json } from "@countersign/domain/json.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { Bus, BusSubscription, Delivery } from "@countersign/messaging/bus.ts";
import {
  parseCommandCloudEvent,
  type CommandEnvelope,
} from "@countersign/messaging/cloud-events.ts";
import { withDeadLetters, type IntakeVerdict } from "@countersign/messaging/dead-letters.ts";
import { COUNTERSIGN_IN } from "@countersign/messaging/streams.ts";
import { parseSubject } from "@countersign/messaging/subjects.ts";
import type { Log } from "@countersign/runtime/log.ts";
import type { Attempts } from "./attempts.ts";
import { askFromBody } from "./commands/ask-from-body.ts";
import { readCommands } from "./commands/read-commands.ts";
import { takeSignal } from "./commands/signals.ts";
import { transitionFromBody } from "./commands/request-transition.ts";
import type { Decider } from "./decider.ts";
import { bodyRefusal } from "./reply.ts";

/**
 * Commands that other services publish as CloudEvents on `countersign.v1.<org>.in.<producer>.<command>`. Each takes
 * effect at most once by (source, id); it is acknowledged after its append. What can never succeed is dead-lettered
 * at the first delivery, with the reason.
 */
export const consumeIntake = (
  bus: Bus,
  decider: Decider,
  attempts: Attempts,
  log: Log,
): BusSubscription =>
  bus.consume(
    { stream: COUNTERSIGN_IN.name, durable: "commander" },
    withDeadLetters(bus, async (delivery) => {
      try {
        const verdict = await takeIn(decider, delivery);
        if (typeof verdict === "object") note(attempts, delivery, verdict.code);
        return verdict;
      } catch (error) {
        if (error instanceof StoreUnavailable) return "retry";
        log.error({ err: error, subject: delivery.subject }, "an intake message failed");
        throw error;
      }
    }),
  );

const note = (attempts: Attempts, { subject: text }: Delivery, code: string): void => {
  const subject = parseSubject(text);
  if (subject?.kind !== "in") return;
  attempts.note({
    principal: { kind: "agent", id: subject.producer, org: subject.org },
    code,
    operation: subject.command,
    request: null,
    channel: "nats",
    correlationId: "",
  });
};

/** Whether the command is larger than REST would take its body; the envelope around it does not count. */
const isTooLarge = (message: string, data: unknown): boolean =>
  exceedsBytes(message, limits.body) && exceedsBytes(JSON.stringify(data), limits.body);

const takeIn = async (decider: Decider, delivery: Delivery): Promise<IntakeVerdict> => {
  const subject = parseSubject(delivery.subject);
  if (subject?.kind !== "in")
    return { code: "bad-request", message: `${delivery.subject} is no intake subject.` };
  const { org, producer, command } = subject;
  const json = parseIJson(delivery.body);
  if (!json.ok) return json.fault;
  const parsed = parseCommandCloudEvent(delivery.body, () => json.value);
  if (!parsed.ok) return parsed.fault;
  const { envelope: event } = parsed;
  if (isTooLarge(delivery.body, event.data))
    return { code: "payload-too-large", message: "The data is too large." };
  if (event.command !== command)
    return {
      code: "unprocessable",
      message: `The type says ${event.command}, the subject says ${command}.`,
    };
  const reference = decider.engine.references.of(org);
  if (!reference.directory.agents.has(producer))
    return {
      code: "unknown-producer",
      message: `${producer} is no agent in the directory of ${org}.`,
    };
  const principal: Principal = { kind: "agent", id: producer, org };
  switch (command) {
    case "request-approval":
      return askFromIntake(decider, principal, event);
    case "request-transition":
      return transitionFromIntake(decider, principal, event);
    case "signal":
      return signalFromIntake(decider, principal, event);
    default:
      return commandFromIntake(decider, principal, command, event);
  }
};

const envelopeFor = (principal: Principal, command: string, event: CommandEnvelope): Envelope => ({
  commandId: derivedCommandId(
    "intake",
    principal.org,
    principal.id,
    command,
    event.source,
    event.id,
  ),
  commandHash: canonicalHash(event.data),
  org: principal.org,
  principal,
  actor: { kind: principal.kind, id: principal.id },
  channel: "nats",
  correlationId: event.id,
  causationId: null,
});

const askFromIntake = async (
  decider: Decider,
  principal: Principal,
  event: CommandEnvelope,
): Promise<IntakeVerdict> => {
  const body = parseAsk(event.data);
  const id = askId(
    principal.org,
    body.ok ? body.value : null,
    derivedRequestId("intake", principal.org, principal.id, event.source, event.id),
  );
  const outcome = await decider.ask(
    envelopeFor(principal, "request-approval", event),
    id,
    body.ok ? askFromBody(body.value, id) : bodyRefusal(body.error),
  );
  return outcome.ok ? "ack" : outcome.refusal;
};

/** A topic that waits is an acknowledged transition: the producer reads on in the events. */
const transitionFromIntake = async (
  decider: Decider,
  principal: Principal,
  event: CommandEnvelope,
): Promise<IntakeVerdict> => {
  const outcome = await decider.transition(
    envelopeFor(principal, "request-transition", event),
    transitionFromBody(event.data),
  );
  return outcome.ok ? "ack" : outcome.refusal;
};

const signalFromIntake = async (
  decider: Decider,
  principal: Principal,
  event: CommandEnvelope,
): Promise<IntakeVerdict> => {
  const taken = await takeSignal(decider, envelopeFor(principal, "signal", event), event.data);
  return taken.ok ? "ack" : taken.refusal;
};

/** Decisions and withdrawals name their request as `approval_id` beside the body's own fields. */
const commandFromIntake = async (
  decider: Decider,
  principal: Principal,
  name: string,
  event: CommandEnvelope,
): Promise<IntakeVerdict> => {
  const read = readCommands.get(name);
  if (read === undefined)
    return { code: "not-found", message: `There is no command ${name} to take in.` };
  const data = event.data as Json;
  const { approval_id: target, ...body } = isObject(data) ? data : {};
  const outcome = await decider.command(
    envelopeFor(principal, name, event),
    typeof target === "string" ? target : "",
    read(body),
  );
  return outcome.ok ? "ack" : outcome.refusal;
};
