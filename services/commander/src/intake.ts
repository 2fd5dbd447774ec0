import { exceedsBytes, limits } from "@countersign/api-contract/limits.ts";
import { parseIJson } from "@countersign/api-contract/i-json.ts";
import { isObject, type Json } from "@countersign/domain/json.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { Bus, BusSubscription, Delivery } from "@countersign/messaging/bus.ts";
import { parseCommandCloudEvent } from "@countersign/messaging/cloud-events.ts";
import { withDeadLetters, type IntakeVerdict } from "@countersign/messaging/dead-letters.ts";
import { COUNTERSIGN_IN } from "@countersign/messaging/streams.ts";
import { parseSubject } from "@countersign/messaging/subjects.ts";
import type { Log } from "@countersign/runtime/log.ts";
import type { Attempts } from "./attempts.ts";
import { bulkVotes } from "./commands/bulk.ts";
import type { Decider } from "./decider.ts";
import { takePublished } from "./intake-commands.ts";

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
        const verdict = await takeIn(decider, attempts, delivery);
        const command = commandOf(delivery);
        if (typeof verdict === "object" && !bulkVotes.has(command))
          note(attempts, delivery, verdict.code, null);
        return verdict;
      } catch (error) {
        if (error instanceof StoreUnavailable) return "retry";
        log.error({ err: error, subject: delivery.subject }, "an intake message failed");
        throw error;
      }
    }),
  );

const commandOf = ({ subject: text }: Delivery): string => {
  const subject = parseSubject(text);
  return subject?.kind === "in" ? subject.command : "";
};

/** `request` only where one message gives commands on several: the letter itself names the one it is about. */
const note = (
  attempts: Attempts,
  { subject: text }: Delivery,
  code: string,
  request: string | null,
): void => {
  const subject = parseSubject(text);
  if (subject?.kind !== "in") return;
  attempts.note({
    principal: { kind: "agent", id: subject.producer, org: subject.org },
    code,
    operation: subject.command,
    request,
    channel: "nats",
    correlationId: "",
  });
};

/** Whether the command is larger than REST would take its body; the envelope around it does not count. */
const isTooLarge = (message: string, data: unknown): boolean =>
  exceedsBytes(message, limits.body) && exceedsBytes(JSON.stringify(data), limits.body);

const takeIn = async (
  decider: Decider,
  attempts: Attempts,
  delivery: Delivery,
): Promise<IntakeVerdict> => {
  const subject = parseSubject(delivery.subject);
  if (subject?.kind !== "in")
    return { code: "bad-request", message: `${delivery.subject} is no intake subject.` };
  const { org, producer, command } = subject;
  if (delivery.bytes !== undefined)
    return { code: "bad-request", message: "The message is not UTF-8." };
  const json = parseIJson(delivery.body);
  if (!json.ok) return json.fault;
  const parsed = parseCommandCloudEvent(delivery.body, () => json.value);
  if (!parsed.ok) return parsed.fault;
  const { envelope: event } = parsed;
  if (!isObject(event.data as Json))
    return { code: "bad-request", message: "The data must be a JSON object." };
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
  return takePublished({
    decider,
    principal,
    command,
    event,
    note: (code, request) => note(attempts, delivery, code, request),
  });
};
