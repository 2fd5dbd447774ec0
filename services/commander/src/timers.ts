import { derivedCommandId, expiryCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import type { ExistingCommand } from "@countersign/application/request.ts";
import type { Bus, BusSubscription, Delivery, Verdict } from "@countersign/messaging/bus.ts";
import { COUNTERSIGN_TIMERS } from "@countersign/messaging/streams.ts";
import { parseSubject } from "@countersign/messaging/subjects.ts";
import type { Log } from "@countersign/runtime/log.ts";
import type { Decider } from "./decider.ts";
import { isSlaTimer, onSlaTimer } from "./sla-timers.ts";

/** What a due timer says: api.md, NATS. The decider trusts only its own plan, so this is a hint to look. */
interface TimerBody {
  readonly key: string;
  readonly request: string;
  readonly due_at: string;
}

const requestPattern = /^apr_[0-9A-Z]{26}$/;

const readTimer = (body: string): TimerBody | null => {
  try {
    const value = JSON.parse(body) as Partial<TimerBody> | null;
    return typeof value?.request === "string" &&
      requestPattern.test(value.request) &&
      typeof value.due_at === "string" &&
      typeof value.key === "string"
      ? { key: value.key, request: value.request, due_at: value.due_at }
      : null;
  } catch {
    return null;
  }
};

/** Turns due timers into commands: at most one effect each, because the command's id is made from the timer's key. */
export const consumeTimers = (
  bus: Bus,
  decider: Decider,
  log: Log,
  stuckAfterMs: number,
): BusSubscription =>
  bus.consume({ stream: COUNTERSIGN_TIMERS.name, durable: "commander" }, (delivery: Delivery) =>
    onTimer(decider, delivery, log, stuckAfterMs),
  );

/** What a timer of this kind asks the decider to look at; null for kinds that mean nothing yet. */
const commandOf = (
  kind: string,
  timer: TimerBody,
  stuckAfterMs: number,
): { readonly id: string; readonly command: ExistingCommand } | null => {
  switch (kind) {
    case "expiry":
      return { id: expiryCommandId(timer.request, timer.due_at), command: { type: "expire" } };
    case "stuck":
      return {
        id: derivedCommandId("stuck", timer.request, timer.due_at),
        command: { type: "mark-stuck", afterMs: stuckAfterMs },
      };
    default:
      return null;
  }
};

const onTimer = async (
  decider: Decider,
  delivery: Delivery,
  log: Log,
  stuckAfterMs: number,
): Promise<Verdict> => {
  const subject = parseSubject(delivery.subject);
  if (subject?.kind === "timer" && isSlaTimer(subject.timer)) {
    const verdict = await onSlaTimer(decider, subject.org, subject.timer, delivery.body);
    if (verdict !== null) return verdict;
  }
  const timer = readTimer(delivery.body);
  const asked =
    subject?.kind === "timer" && timer !== null
      ? commandOf(subject.timer, timer, stuckAfterMs)
      : null;
  if (subject?.kind !== "timer" || timer === null || asked === null) {
    log.warn({ subject: delivery.subject }, "a timer message that means nothing was dropped");
    return "dead";
  }
  const envelope: Envelope = {
    commandId: asked.id,
    commandHash: null,
    org: subject.org,
    principal: null,
    actor: { kind: "timer", id: subject.timer },
    channel: "timer",
    correlationId: timer.key,
    causationId: null,
  };
  await decider.command(envelope, timer.request, { command: asked.command, fault: null });
  return "ack";
};
