import type { ShortenedTimer } from "@countersign/domain/request/change-events.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { TimerEvent } from "@countersign/domain/request/timers/events.ts";
import type { LogEntry } from "./log-entry.ts";

export type Planned = Extract<TimerEvent, { type: "TimersPlanned" }>["data"];

/** A plan as the log tells of it, with what became of its timers: `null` is the due mark. */
export interface PlanStory {
  readonly data: Planned;
  /** When its level was opened; the request's creation beside the chain. */
  readonly begunAt: string;
  readonly past: ReadonlySet<number | null>;
}

/** What timers did to one request so far. */
export interface TimerStory {
  createdAt: string;
  expiresAt: string | null;
  payloadVersion: number;
  readonly openedAt: Map<number, string>;
  /** The last plan of each ladder. */
  readonly plans: Map<number | null, PlanStory>;
  shortened: readonly ShortenedTimer[];
  /** By level: the most by which questions may shift its timers. */
  readonly pause: Map<number, number>;
  approached: string | null;
  /** The last event before, which explains some of what follows in the same command. */
  previous: LogEntry | null;
  /** Commands in which a level was blocked or passed a due mark that escalates: the next step comes at once. */
  readonly hurried: Set<string>;
}

export const noTimerStory = (): TimerStory => ({
  createdAt: "",
  expiresAt: null,
  payloadVersion: 1,
  openedAt: new Map(),
  plans: new Map(),
  shortened: [],
  pause: new Map(),
  approached: null,
  previous: null,
  hurried: new Set(),
});

const pass = ({ plans }: TimerStory, level: number | null, step: number | null): void => {
  const plan = plans.get(level);
  if (plan !== undefined) {
    plans.set(level, { ...plan, past: new Set([...plan.past, step]) });
  }
};

const begin = (story: TimerStory, level: number, at: string): void => {
  story.openedAt.set(level, at);
  for (const later of [...story.plans.keys()]) {
    if (later !== null && later >= level) {
      const plan = story.plans.get(later);
      if (plan !== undefined) {
        story.plans.set(later, { ...plan, begunAt: "" });
      }
    }
  }
};

const plan = (story: TimerStory, data: Planned): void => {
  const begunAt = data.level === null ? story.createdAt : (story.openedAt.get(data.level) ?? "");
  const before = story.plans.get(data.level);
  const past = before?.begunAt === begunAt ? before.past : new Set<number | null>();
  story.plans.set(data.level, { data, begunAt, past });
};

/** Takes an event into the story. `isOpen` says whether a level was open before it. */
export const tellTimers = (
  story: TimerStory,
  entry: LogEntry,
  isOpen: (level: number) => boolean,
): void => {
  const event = { type: entry.type, data: entry.data } as RequestEvent;
  const at = entry.metadata.occurredAt;
  switch (event.type) {
    case "RequestSubmitted":
      story.createdAt = at;
      story.expiresAt = event.data.expiresAt;
      break;
    case "LevelOpened":
      if (!isOpen(event.data.level)) begin(story, event.data.level, at);
      break;
    case "LevelReopened":
      begin(story, event.data.level, at);
      break;
    case "LevelBlocked":
      story.hurried.add(entry.metadata.commandId);
      break;
    case "PayloadModified":
      story.payloadVersion = event.data.version;
      break;
    case "ExpiryExtended":
      story.expiresAt = event.data.expiresAt;
      break;
    case "ChainAmended":
      story.shortened = [...story.shortened, ...event.data.shorten];
      break;
    case "QuestionAsked":
      story.pause.set(event.data.level, event.data.pauseCapMs);
      break;
    case "TimersPlanned":
      plan(story, event.data);
      break;
    case "LevelOverdue":
      if (event.data.onTimeout === "escalate") story.hurried.add(entry.metadata.commandId);
      pass(story, event.data.level, null);
      break;
    case "ReminderDue":
    case "ExecutivesNotified":
    case "RequestEscalated":
    case "TimerSuppressed":
    case "LevelAutoApproved":
    case "RequestAutoApproved":
      pass(story, event.data.level, event.data.step);
      break;
    case "RequestReassigned":
      if (event.data.timer !== undefined)
        pass(story, event.data.timer.level, event.data.timer.step);
      break;
    case "ExpiryApproaching":
      story.approached = event.data.expiresAt;
      break;
    default:
      break;
  }
  story.previous = entry;
};
