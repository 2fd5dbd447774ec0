import type { LadderStep } from "@countersign/domain/policy/policy.ts";
import { writtenMs } from "./duration-ms.ts";
import type { LogEntry } from "./log-entry.ts";
import type { RequestStory } from "./request-story.ts";
import type { Planned, TimerStory } from "./timer-story.ts";

const kinds: Readonly<Record<LadderStep["action"], string>> = {
  reminder: "reminder",
  escalate: "escalate",
  reassign: "reassign",
  notify_executive: "notify",
  auto_approve: "auto_approve",
  auto_deny: "auto_deny",
};

/** The steps that a plan stands for: the org's routing where it says so, else what the pinned policies wrote. */
export const ladderOf = (
  { chain }: RequestStory,
  { level, ladder }: Planned,
): readonly LadderStep[] =>
  ladder ??
  (level === null
    ? (chain?.policies.flatMap(({ escalation }) => escalation) ?? [])
    : (chain?.levels[level - 1]?.plan.escalation ?? []));

/** What is written for a timer: its kind and its duration; null when nothing is. */
const writtenFor = (
  story: RequestStory,
  timers: TimerStory,
  data: Planned,
  step: number | null,
): { readonly kind: string; readonly after: string } | null => {
  const shorter = timers.shortened.findLast(
    (each) => each.level === data.level && each.step === step,
  );
  if (step === null) {
    const plan = data.level === null ? undefined : story.chain?.levels[data.level - 1]?.plan;
    const pausing = story.submitted?.policies.find(({ pauseAfter }) => pauseAfter !== undefined);
    const after = shorter?.after ?? plan?.timeout ?? pausing?.pauseAfter ?? null;
    return after === null ? null : { kind: "due", after };
  }
  const written = ladderOf(story, data)[step - 1];
  return written === undefined
    ? null
    : { kind: kinds[written.action], after: shorter?.after ?? written.after };
};

const startFault = (timers: TimerStory, { level, startAt }: Planned): string | null => {
  const start = Date.parse(startAt);
  if (level === null) {
    return start === Date.parse(timers.createdAt)
      ? null
      : "plans the ladder beside the chain from another time than the request's creation.";
  }
  const shift = start - Date.parse(timers.openedAt.get(level) ?? "");
  return shift >= 0 && shift <= (timers.pause.get(level) ?? 0)
    ? null
    : `plans the timers of level ${level} from ${startAt}, which no question explains.`;
};

/** What is wrong with a plan: whose it is, which one it is, what it counts from and when its timers are due. */
export const planFault = (
  entry: LogEntry,
  story: RequestStory,
  timers: TimerStory,
  data: Planned,
): string | null => {
  const { level, payloadVersion, generation } = data;
  if (payloadVersion !== timers.payloadVersion) {
    return `plans timers for payload version ${payloadVersion} while ${timers.payloadVersion} is current.`;
  }
  if (level !== null && story.levels.get(level)?.status !== "open") {
    return `plans timers of level ${level}, which is not open.`;
  }
  const before = timers.plans.get(level)?.data;
  const next = before?.payloadVersion === payloadVersion ? before.generation + 1 : 1;
  if (generation !== next) {
    return `plans generation ${generation} of a ladder where ${next} comes next.`;
  }
  const start = startFault(timers, data);
  if (start !== null) {
    return start;
  }
  for (const { kind, step, dueAt } of data.timers) {
    const written = writtenFor(story, timers, data, step);
    if (written === null || written.kind !== kind) {
      return `plans ${kind} as step ${step ?? "due mark"}, which is not what is written.`;
    }
    const length = Date.parse(dueAt) - Date.parse(data.startAt);
    // Business time takes at least as long; a working day may end earlier, at the closing.
    const isRight =
      data.calendar === null
        ? length === writtenMs(written.after)
        : written.after.endsWith("bd")
          ? length > 0
          : length >= (writtenMs(written.after) ?? Infinity);
    if (!isRight) {
      return `plans ${kind} for ${dueAt}, although ${written.after} is written.`;
    }
  }
  return entry.metadata.occurredAt < data.startAt && level === null
    ? "plans the ladder of a request that is still to be made."
    : null;
};
