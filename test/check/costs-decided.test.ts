import fc from "fast-check";
import { expect, test } from "vitest";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import { addUsd, costOf } from "@countersign/domain/run/counters.ts";
import { reserveCost, settleCost, type RunDecision } from "@countersign/domain/run/decide.ts";
import { emptyRun, evolveRun } from "@countersign/domain/run/evolve.ts";
import type { RunState } from "@countersign/domain/run/run.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { broken } from "./broken.ts";
import { append, minute } from "./planting.ts";
import { bot, imported, org } from "./written.ts";

const pers = ["run", "agent", "day"] as const;
type Per = (typeof pers)[number];

const THRESHOLD_USD = 1;

const gate = (per: Per): Gate => ({
  id: "budget",
  subject: { type: "cost_threshold", thresholdUsd: THRESHOLD_USD, per },
  actions: [],
  when: null,
  policy: null,
  approvers: [],
  routing: null,
  message: null,
  liftable: false,
});

interface Step {
  readonly kind: "ask" | "settle" | "wait";
  readonly key: number;
  readonly run: string | null;
  readonly cents: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom("ask", "ask", "settle", "wait"),
    key: fc.nat(5),
    run: fc.constantFrom("r1", "r2", null),
    cents: fc.nat(60),
  }),
  { maxLength: 25 },
);

interface Course {
  readonly log: LogEntry[];
  readonly allowed: number;
  readonly refused: number;
}

/** What the decider makes of these steps under a limit; `blind` is a build that looks at what was spent alone. */
const play = (per: Per, course: readonly Step[], blind = false): Course => {
  let log = org(imported("Gate", gate(per)));
  let state: RunState = emptyRun;
  let minutes = 10;
  let [allowed, refused] = [0, 0];
  const record = ({ events }: RunDecision): void => {
    if (events.length === 0) return;
    const written = events.map(({ type, data }) => [type, data] as const);
    log = append(log, { stream: "run-demo.ci", actor: bot, events: written, minute: minutes });
    const metadata = log.at(-1)?.metadata;
    if (metadata === undefined) throw new Error("nothing was written");
    for (const event of events) state = evolveRun(state, { event, metadata });
  };
  for (const { kind, key, run, cents } of course) {
    const now = minute(minutes);
    const usd = cents / 100;
    if (kind === "wait") minutes += cents;
    else if (kind === "settle")
      record(settleCost(state, { run, costUsd: usd, settles: null }, now));
    else {
      const { spentUsd, reservedUsd } = costOf(state, run, now, `k${key}`)[per];
      const sum = addUsd(blind ? spentUsd : addUsd(spentUsd, reservedUsd), usd);
      if (sum > THRESHOLD_USD) refused += 1;
      else {
        allowed += 1;
        record(reserveCost(state, { key: `k${key}`, run, estimateUsd: usd }, now));
      }
    }
  }
  return { log, allowed, refused };
};

test("whatever was asked, settled and waited for, nothing was allowed above the limit", () => {
  let [allowed, refused] = [0, 0];
  fc.assert(
    fc.property(fc.constantFrom(...pers), steps, (per, course) => {
      const played = play(per, course);
      allowed += played.allowed;
      refused += played.refused;
      expect(broken(played.log)).toEqual([]);
    }),
    { seed: 5, numRuns: 400 },
  );
  expect(Math.min(allowed, refused)).toBeGreaterThan(100);
});

test("a build that forgets what is reserved is found", () => {
  const found = fc
    .sample(steps, { seed: 5, numRuns: 400 })
    .filter((course) => broken(play("run", course, true).log).includes("I16"));
  expect(found.length).toBeGreaterThan(10);
});
