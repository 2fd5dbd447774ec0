import { derivedCommandId, expiryCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import type { ExistingCommand } from "@countersign/application/request.ts";
import type { Bus, BusSubscription, Delivery, Verdict } from "@countersign/messaging/bus.ts";
import { COUNTERSIGN_TIMERS } from "@countersign/messaging/streams.ts";
import { parseSubject } from "@countersign/messaging/subjects.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { ClockGuard } from "./clock-guard.ts";
import type { Decider } from "./decider.ts";
import { onScheduleTimer } from "./recipes/schedule-timers.ts";
import { isSlaTimer, onSlaTimer } from "./sla-timers.ts";

/** What a due timer says: api.md, NATS. The decider trusts only its own plan, so this is a hint to look. */
interface TimerBody {
  readonly key: string;
  readonly request: string;
  readonly version: number;
  readonly level: number | null;
  readonly step: number | null;
  readonly generation: number;
  readonly due_at: string;
}

type FireTimer = Extract<ExistingCommand, { type: "fire-timer" }>;

const requestPattern = /^apr_[0-9A-Z]{26}$/;

const readTimer = (body: string): TimerBody | null => {
  try {
    const value = JSON.parse(body) as Partial<TimerBody> | null;
    return typeof value?.request === "string" &&
      requestPattern.test(value.request) &&
      typeof value.due_at === "string" &&
      typeof value.key === "string"
      ? {
          key: value.key,
          request: value.request,
          version: value.version ?? 1,
          level: value.level ?? null,
          step: value.step ?? null,
          generation: value.generation ?? 1,
          due_at: value.due_at,
        }
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
): BusSubscription => {
  const guard = new ClockGuard(decider.engine.clock, log);
  return bus.consume(
    { stream: COUNTERSIGN_TIMERS.name, durable: "commander" },
    (delivery: Delivery) => onTimer(decider, guard, delivery, log, stuckAfterMs),
  );
};

const fired: ReadonlySet<string> = new Set([
  "reminder",
  "escalate",
  "reassign",
  "notify",
  "auto_approve",
  "auto_deny",
  "due",
  "approaching",
]);

const isFired = (kind: string): kind is FireTimer["kind"] => fired.has(kind);

/** What a timer of this kind asks the decider to look at; null for kinds that mean nothing yet. */
const commandOf = (
  kind: string,
  timer: TimerBody,
  approveUntil: string,
  stuckAfterMs: number,
): { readonly id: string; readonly command: ExistingCommand } | null => {
  if (isFired(kind)) {
    const { request, version, level, step, generation, due_at: dueAt } = timer;
    const parts = [request, version, kind, level ?? "chain", step ?? 0, generation];
    // The expiry that approaches may be planned under one generation at different times.
    const at = kind === "approaching" ? [dueAt] : [];
    // What was due before an approving timer takes effect with its message, though the timer itself may have to wait
    // for the clock: under one id for both, the message that comes afterwards would count as a repetition.
    const held = dueAt > approveUntil ? ["held"] : [];
    return {
      id: derivedCommandId("timer", ...parts.map(String), ...at, ...held),
      command: {
        type: "fire-timer",
        kind,
        payloadVersion: version,
        level,
        step,
        generation,
        dueAt,
        approveUntil,
      },
    };
  }
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
  guard: ClockGuard,
  delivery: Delivery,
  log: Log,
  stuckAfterMs: number,
): Promise<Verdict> => {
  const subject = parseSubject(delivery.subject);
  if (subject?.kind === "timer" && isSlaTimer(subject.timer)) {
    const verdict = await onSlaTimer(decider, subject.org, subject.timer, delivery.body);
    if (verdict !== null) return verdict;
  }
  if (subject?.kind === "timer" && subject.timer === "schedule") {
    const verdict = await onScheduleTimer(decider, subject.org, delivery.body);
    if (verdict !== null) return verdict;
  }
  const timer = readTimer(delivery.body);
  // Never by the time of the stream alone: a clock that was ahead may have left it in the future.
  const approveUntil = guard.approveUntil() ?? toIso(decider.engine.clock.now());
  const asked =
    subject?.kind === "timer" && timer !== null
      ? commandOf(subject.timer, timer, approveUntil, stuckAfterMs)
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
