import type { EventMetadata } from "@countersign/domain/actor.ts";
import { followPlans, type Plans } from "./judge-timers.ts";
import type { System } from "./system.ts";

/** What a campaign must have been through; one that was never reached fails it. */
export const situations = [
  "append arrived after its sender gave up",
  "append of unknown outcome sent again",
  "blocked for want of people",
  "broker wiped",
  "changed: answer",
  "changed: extend",
  "changed: modify",
  "changed: question",
  "clock jumped back",
  "command answered unavailable",
  "command sent again after an unknown outcome",
  "conflict on append",
  "crash between TransitionBlocked and RequestSubmitted",
  "dedupe claim taken over",
  "dedupe refused while pending",
  "expired by its timer",
  "killed: commander",
  "killed: projector",
  "killed: relay",
  "killed: scheduler",
  "ladder planned anew",
  "late command found the expiry",
  "lease taken over",
  "machine cut off",
  "message delivered twice at once",
  "projector killed before it committed",
  "publication repeated with its id",
  "read one's own write",
  "recipe: due",
  "recipe: ran",
  "redelivered: in",
  "redelivered: timers",
  "repeat by idempotency key",
  "reply lost",
  "request abandoned",
  "request made by the process manager",
  "saved checkpoint lost",
  "slot of a leaver voided",
  "store crashed with appends in hand",
  "time of a stream held against a clock that is behind",
  "timer said that is over",
  "timer: CallerPaused",
  "timer: ExecutivesNotified",
  "timer: LevelAutoApproved",
  "timer: LevelOverdue",
  "timer: ReminderDue",
  "timer: RequestEscalated",
  "timer: SlaBreached",
  "timer: SlaWarning",
  "timer: blocked",
  "timer: collapsed",
  "timer: quorum-unreachable",
  "topic completed after approval",
  "topic rejected",
] as const;

/** Counts the situations that the log itself shows. */
export const watchLog = ({ store, world }: System): void => {
  const blocking = new Set<string>();
  store.onEvent((event, by) => {
    const metadata = JSON.parse(event.metadata) as EventMetadata;
    if (Date.parse(metadata.occurredAt) > by.clock.now())
      world.reach("time of a stream held against a clock that is behind");
    switch (event.type) {
      case "PendingClaimed":
        if (event.revision > 0n) world.reach("dedupe claim taken over");
        return;
      case "RequestAbandoned":
        world.reach("request abandoned");
        return;
      case "TransitionBlocked":
        blocking.add(metadata.commandId);
        return;
      case "RequestSubmitted":
        // The caller's own command names the one that blocked the topic as its cause.
        if (event.data.includes('"topic":{') && !blocking.has(metadata.causationId ?? ""))
          world.reach("request made by the process manager");
        return;
      case "RequestExpired":
        world.reach(
          /^(vote|cancel|modify|question|answer|extend)-/.test(metadata.correlationId)
            ? "late command found the expiry"
            : metadata.correlationId.includes("expiry")
              ? "expired by its timer"
              : "expired by a process manager",
        );
        return;
      case "SlotVoided":
        world.reach("slot of a leaver voided");
        return;
      case "LevelBlocked":
        world.reach("blocked for want of people");
        return;
      case "ReminderDue":
      case "RequestEscalated":
      case "ExecutivesNotified":
      case "LevelAutoApproved":
      case "LevelOverdue":
      case "CallerPaused":
      case "SlaWarning":
      case "SlaBreached":
        world.reach(`timer: ${event.type}`);
        return;
      case "RequestReassigned":
        if (event.data.includes('"timer":{')) world.reach(`timer: ${event.type}`);
        return;
      case "TimerSuppressed":
        world.reach(`timer: ${(JSON.parse(event.data) as { code: string }).code}`);
        return;
      case "AutomationRan":
        world.reach(`recipe: ${(JSON.parse(event.data) as { phase: string }).phase}`);
        return;
      case "TimersPlanned":
        if (!event.data.includes('"generation":1,')) world.reach("ladder planned anew");
        return;
      case "TransitionCompleted":
        if (!event.data.includes('"approvalIds":[]')) world.reach("topic completed after approval");
        return;
      case "TransitionRejected":
        world.reach("topic rejected");
        return;
      default:
    }
  });
};

interface TimerBody {
  readonly request: string;
  readonly version: number;
  readonly level: number | null;
  readonly step: number | null;
  readonly generation: number;
}

/** Counts what the schedulers say too late: the ladder was planned anew, the step was taken, the level is over. */
export const watchTimers = ({ store, broker, world }: System): void => {
  const requests = new Map<string, Plans>();
  store.onEvent(({ stream, type, data }) => {
    if (!stream.startsWith("request-")) return;
    const plans: Plans = requests.get(stream) ?? new Map();
    requests.set(stream, plans);
    followPlans(plans, type, data);
  });
  broker.onPublication(({ subject, body }) => {
    const [, , org, what, kind = ""] = subject.split(".");
    if (what !== "timer" || /^(expiry|approaching|stuck|schedule|sla_.*)$/.test(kind)) return;
    const { request, version, level, step, generation } = JSON.parse(body) as TimerBody;
    const plan = requests.get(`request-${org}.${request}`)?.get(level);
    if (plan === undefined || !plan.timers.has(step)) world.reach("timer said that is over");
    else if (plan.generation !== generation || plan.version !== version)
      world.reach("timer said of an earlier plan");
  });
};
