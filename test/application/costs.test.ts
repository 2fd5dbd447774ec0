import { describe, expect, test } from "vitest";
import type { Engine } from "@countersign/application/execute.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { FoldCache } from "@countersign/application/fold-cache.ts";
import { References } from "@countersign/application/references.ts";
import {
  commandRun,
  runAggregate,
  withCost,
  type Costed,
  type RunKind,
} from "@countersign/application/run.ts";
import { runStream } from "@countersign/application/streams.ts";
import type { CostCounters } from "@countersign/domain/run/run.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { demoDirectory } from "../testkit/examples/directory.ts";
import { ManualClock } from "../testkit/manual-clock.ts";
import { temporarySqliteStore } from "../testkit/event-store/temporary-sqlite-store.ts";

const known = new References(() => ({ value: null, why: "no expressions here" }));
const reference = { ...known.of("demo"), directory: demoDirectory };
known.of = () => reference;
known.covers = () => true;

const by = (id: string, commandId: string, kind: "agent" | "person" = "agent"): Envelope => ({
  commandId,
  commandHash: null,
  org: "demo",
  principal: { kind, id, org: "demo" },
  actor: { kind, id },
  channel: "rest",
  correlationId: "c",
  causationId: null,
});

interface Verdict {
  readonly decision: "ALLOW" | "ESCALATE";
}

const gate =
  (thresholdUsd: number, estimateUsd: number) =>
  ({ run }: CostCounters): Verdict => ({
    decision: run.spentUsd + run.reservedUsd + estimateUsd > thresholdUsd ? "ESCALATE" : "ALLOW",
  });

/** A commander of its own: engines share nothing but the store. */
const commander = (store: EventStore, clock = new ManualClock()) => {
  const engine: Engine = { store, clock, references: known };
  const kind: RunKind = { aggregate: runAggregate, folds: new FoldCache(100) };
  const evaluate = (
    key: string,
    estimateUsd: number,
    thresholdUsd: number,
    id = "ci",
  ): Promise<Costed<Verdict>> =>
    withCost(
      engine,
      kind,
      by(id, `cmd_${id}_${key}`),
      { key, run: "r1", estimateUsd },
      gate(thresholdUsd, estimateUsd),
    );
  const spend = (id: string, costUsd: number, settles: string | null = null) =>
    commandRun(
      engine,
      kind,
      by(id, `cmd_${id}_${costUsd}`),
      { kind: "agent", id },
      { run: "r1", costUsd, settles },
    );
  return { clock, evaluate, spend };
};

const allowed = (answers: readonly Costed<Verdict>[]): number =>
  answers.filter((answer) => answer.ok && answer.evaluation.decision === "ALLOW").length;

const reservations = async (store: EventStore): Promise<number> => {
  let count = 0;
  const stream = runStream("demo", { kind: "agent", id: "ci" });
  for await (const { type } of store.readStream(stream)) if (type === "CostReserved") count += 1;
  return count;
};

describe("spending within a budget", () => {
  test("spenders of several commanders together take no more than there is", async () => {
    const { store, close } = await temporarySqliteStore();
    await using stack = new AsyncDisposableStack();
    stack.defer(close);
    const commanders = [commander(store), commander(store), commander(store)];
    const answers = await Promise.all(
      commanders.flatMap(({ evaluate }, each) =>
        Array.from({ length: 10 }, (_, index) => evaluate(`k${each}-${index}`, 0.1, 1)),
      ),
    );
    expect(allowed(answers)).toBe(10);
    expect(await reservations(store)).toBe(10);
  });

  test("who asks again with the same command is answered the same, and takes nothing more", async () => {
    const { store, close } = await temporarySqliteStore();
    await using stack = new AsyncDisposableStack();
    stack.defer(close);
    const { evaluate, spend } = commander(store);
    expect(allowed([await evaluate("a", 0.6, 1)])).toBe(1);
    expect(allowed([await evaluate("b", 0.6, 1)])).toBe(0);
    expect(allowed([await evaluate("a", 0.6, 1)])).toBe(1);
    await spend("ci", 0.9, "a");
    expect(allowed([await evaluate("a", 0.6, 1)])).toBe(1);
    expect(await reservations(store)).toBe(1);
  });

  test("a run of that name of another agent is another run", async () => {
    const { store, close } = await temporarySqliteStore();
    await using stack = new AsyncDisposableStack();
    stack.defer(close);
    const { evaluate, spend } = commander(store);
    await spend("deployment-bot", 100);
    expect(allowed([await evaluate("a", 0.6, 1)])).toBe(1);
  });

  test("what is escalated reserves nothing", async () => {
    const { store, close } = await temporarySqliteStore();
    await using stack = new AsyncDisposableStack();
    stack.defer(close);
    const { evaluate } = commander(store);
    expect(allowed([await evaluate("a", 2, 1)])).toBe(0);
    expect(await reservations(store)).toBe(0);
    expect(allowed([await evaluate("b", 1, 1)])).toBe(1);
  });

  test("what nobody settled is free again after fifteen minutes", async () => {
    const { store, close } = await temporarySqliteStore();
    await using stack = new AsyncDisposableStack();
    stack.defer(close);
    const { evaluate, clock } = commander(store);
    expect(allowed([await evaluate("a", 1, 1)])).toBe(1);
    await clock.advance(15 * 60_000 - 1);
    expect(allowed([await evaluate("b", 1, 1)])).toBe(0);
    await clock.advance(1);
    expect(allowed([await evaluate("c", 1, 1)])).toBe(1);
  });
});
