import type { LogEntry } from "@countersign/check/log-entry.ts";
import { describe, expect, test } from "vitest";
import { sentences } from "./broken.ts";
import { append, minute, type Written } from "./planting.ts";
import { bot, topicStream } from "./written.ts";

const timer = { kind: "timer", id: "sla_warning" } as const;

const marks = (generation: number, from: number) => ({
  generation,
  warningAt: minute(from + 10),
  breachAt: minute(from + 20),
  calendar: null,
});
const created = (sla: unknown = marks(1, 30)): Written => [
  "TopicCreated",
  { workflow: "release", id: "R-42", state: "staging", claimed: true, sla },
];
const warning = (over: object = {}): Written => [
  "SlaWarning",
  { state: "staging", generation: 1, dueAt: minute(40), ...over },
];
const breach = (over: object = {}): Written => [
  "SlaBreached",
  { state: "staging", generation: 1, dueAt: minute(50), ...over },
];
const moved = (sla: unknown): Written => [
  "TransitionCompleted",
  { from: "staging", to: "done", name: null, approvalIds: [], patch: {}, by: bot, sla },
];

/** A log in which each of these happened to the topic, so many minutes after its beginning. */
const log = (...steps: readonly (readonly [at: number, event: Written])[]): LogEntry[] =>
  steps.reduce<LogEntry[]>(
    (before, [at, event]) =>
      append(before, { stream: topicStream, actor: timer, events: [event], minute: at }),
    [],
  );

const faults = (...steps: readonly (readonly [at: number, event: Written])[]) =>
  sentences(log(...steps), "I7");

describe("I7: the marks of a topic's state take effect at most once, never early, never for another stay", () => {
  test("a stay that is warned of and breached is right", () => {
    expect(faults([30, created()], [40, warning()], [55, breach()])).toEqual([]);
    expect(faults([30, created()], [35, moved(marks(2, 35))])).toEqual([]);
  });

  test.each<readonly [string, readonly (readonly [number, Written])[], RegExp]>([
    [
      "too early",
      [
        [30, created()],
        [39, warning()],
      ],
      /came before/,
    ],
    [
      "twice",
      [
        [30, created()],
        [40, warning()],
        [41, warning()],
      ],
      /a second time/,
    ],
    [
      "after the breach",
      [
        [30, created()],
        [50, breach()],
        [51, warning()],
      ],
      /after the breach/,
    ],
    [
      "for a stay that is over",
      [
        [30, created()],
        [35, moved(marks(2, 35))],
        [45, warning()],
      ],
      /is over/,
    ],
    [
      "without a mark",
      [
        [30, created(null)],
        [40, warning()],
      ],
      /has no marks/,
    ],
    [
      "at another time than recorded",
      [
        [30, created()],
        [60, breach({ dueAt: minute(45) })],
      ],
      /was due at/,
    ],
    [
      "for another state",
      [
        [30, created()],
        [40, warning({ state: "done" })],
      ],
      /but the topic is in staging/,
    ],
    ["with the marks of another stay", [[30, created(marks(2, 30))]], /this is stay 1/],
    ["with a mark in the past", [[30, created(marks(1, 15))]], /before the stay began/],
  ])("%s is found", (_what, steps, sentence) => {
    const [found, ...more] = faults(...steps);
    expect(found).toMatch(sentence);
    expect(more).toEqual([]);
  });
});
