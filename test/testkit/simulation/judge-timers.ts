import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { dueKey } from "@countersign/read-models/due/due-row.ts";

/** What of a ladder is still to come, by step; null is the due mark. */
interface Plan {
  readonly version: number;
  readonly generation: number;
  readonly timers: Map<number | null, string>;
}

interface Said {
  readonly level: number | null;
  readonly step?: number | null;
  readonly version: number;
  readonly payloadVersion: number;
  readonly generation: number;
  readonly timers: readonly { readonly step: number | null; readonly dueAt: string }[];
  readonly timer?: { readonly level: number | null; readonly step: number | null };
}

/** The ladders of one request by level; null is that of the chain. */
export type Plans = Map<number | null, Plan>;

/** What an event of a pending request means for its ladders. */
export const followPlans = (plans: Plans, type: string, data: string): void => {
  const said = JSON.parse(data) as Said;
  const { level } = said;
  switch (type) {
    case "TimersPlanned": {
      const timers = new Map(said.timers.map(({ step, dueAt }) => [step, dueAt]));
      const { payloadVersion: version, generation } = said;
      plans.set(level, { version, generation, timers });
      return;
    }
    case "ReminderDue":
    case "RequestEscalated":
    case "ExecutivesNotified":
    case "LevelAutoApproved":
    case "TimerSuppressed":
    case "LevelOverdue":
      plans.get(level)?.timers.delete(said.step ?? null);
      return;
    case "RequestReassigned":
      if (said.timer !== undefined) plans.get(said.timer.level)?.timers.delete(said.timer.step);
      return;
    case "LevelApproved":
    case "LevelDenied":
    case "LevelSkipped":
      plans.delete(level);
      return;
    case "LevelReopened":
      for (const of of plans.keys()) if (of !== null && of >= (level ?? 0)) plans.delete(of);
      return;
    case "PayloadModified":
      for (const [of, { version }] of plans) if (version < said.version) plans.delete(of);
      return;
    default:
  }
};

/** I20, for the ladders of requests that are still pending: nothing of them is overdue, by what the log itself says. */
export const judgeLadders = (log: readonly RecordedEvent[], now: number): string[] => {
  const requests = new Map<string, Plans>();
  for (const { stream, type, data } of log) {
    if (type === "RequestSubmitted") requests.set(stream, new Map());
    else if (/^Request(Approved|Denied|Expired|Cancelled)$/.test(type)) requests.delete(stream);
    else {
      const plans = requests.get(stream);
      if (plans !== undefined) followPlans(plans, type, data);
    }
  }
  const found: string[] = [];
  for (const [stream, plans] of requests)
    for (const [level, { timers }] of plans)
      for (const [step, dueAt] of timers)
        if (Date.parse(dueAt) < now - 5_000)
          found.push(
            `I20: step ${step ?? "due"} of ${stream}, level ${level ?? "chain"}, was due at ${dueAt}`,
          );
  return found;
};

/** I20, for the schedulers: what they hold for due is obeyed or taken away, so that nothing is published for ever. */
export const judgeDue = (tables: readonly DueProjection[], now: number): string[] =>
  tables.flatMap((table) =>
    table
      .due(now - 5_000)
      .map((row) => `I20: ${dueKey(row)} is due and was neither obeyed nor taken away`),
  );

/** I7, for recipes that run by the clock: what came due is recorded once. */
export const judgeSchedules = (log: readonly RecordedEvent[]): string[] => {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const { stream, type, data } of log) {
    if (type !== "AutomationRan") continue;
    const { phase, cause } = JSON.parse(data) as { readonly phase: string; readonly cause: string };
    if (phase !== "due") continue;
    if (seen.has(cause)) found.push(`I7: ${stream} came due twice for ${cause}`);
    seen.add(cause);
  }
  return found;
};
