import type { GateFacts } from "@countersign/domain/gate/question.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import { costOf } from "@countersign/domain/run/counters.ts";
import type { Envelope } from "./envelope.ts";
import { loadFold, type Engine } from "./execute.ts";
import { runAggregate, type RunKind, type Spending } from "./run.ts";
import { runStream } from "./streams.ts";

/** The run that an ask belongs to, if it names one. */
export const runOf = ({ links }: Pick<Ask, "links">): string | null => {
  const { run } = links;
  return typeof run === "string" ? run : null;
};

/** What an ask would cost, under the key that its credential may settle it by. */
export const spendingOf = (ask: Ask, key: string | null): Spending => {
  const estimate = ask.riskSnapshot["estimated_cost_usd"];
  return { key, run: runOf(ask), estimateUsd: typeof estimate === "number" ? estimate : 0 };
};

/** What gates of the org are told beside an ask; undefined where there is nothing to tell. */
export const gateFactsOf = (engine: Engine, org: string): GateFacts | undefined =>
  engine.counterparties?.of(org);

/**
 * An ask with what its credential has spent and reserved, for gates that look at that. Nothing is reserved for what
 * people are asked about, so the newest figure is enough.
 */
export const withSpent = async (
  engine: Engine,
  kind: RunKind,
  envelope: Envelope,
  ask: Ask,
): Promise<Ask> => {
  const stream = runStream(envelope.org, envelope.actor);
  const { state } = await loadFold(engine.store, stream, runAggregate, kind.folds.get(stream));
  const now = new Date(engine.clock.now()).toISOString();
  return { ...ask, cost: costOf(state, runOf(ask), now) };
};
