import { readRunEvent } from "@countersign/domain/read-events.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { costOf } from "@countersign/domain/run/counters.ts";
import { reserveCost, settleCost, type Settle } from "@countersign/domain/run/decide.ts";
import { emptyRun, evolveRun } from "@countersign/domain/run/evolve.ts";
import type { CostCounters, RunEvent, RunState } from "@countersign/domain/run/run.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Aggregate, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import { runStream } from "./streams.ts";

export type RunKind = StreamKind<RunState, RunEvent>;

export const runAggregate: Aggregate<RunState, RunEvent> = {
  initial: emptyRun,
  evolve: (state, event, metadata) => evolveRun(state, { event, metadata }),
  decode: readRunEvent,
};

/** An action whose cost counts. */
export interface Spending {
  /** The caller's idempotency key, which a signal's `settles` may name; null: an id that nobody knows. */
  readonly key: string | null;
  /** `links.run`. */
  readonly run: string | null;
  /** `risk_snapshot.estimated_cost_usd`; 0 without one. */
  readonly estimateUsd: number;
}

export type Costed<Evaluation> =
  | { readonly ok: true; readonly evaluation: Evaluation }
  | { readonly ok: false; readonly refusal: Refusal };

/** What an action that was allowed before is held against when it is asked about again: it has its room already. */
const nothing = { spentUsd: 0, reservedUsd: 0 };
const nothingSpent: CostCounters = { run: nothing, agent: nothing, day: nothing };

/**
 * Evaluates an action against what its credential has spent and reserved, and reserves its estimate when the answer is
 * ALLOW: at the exact revision that was read, before anybody is answered, so that two who ask together cannot both take
 * the last of a budget. `evaluate` is pure and may be called more than once; the last call counts. The command's id
 * makes a repeat: it reserves nothing more, and what was allowed the first time is not held against its cost again.
 * Worth its read only where a gate looks at costs.
 */
export const withCost = async <Evaluation extends { readonly decision: string }>(
  engine: Engine,
  kind: RunKind,
  envelope: Envelope,
  { key, run, estimateUsd }: Spending,
  evaluate: (cost: CostCounters, now: string, reference: Reference) => Evaluation,
): Promise<Costed<Evaluation>> => {
  const reserved = key ?? envelope.commandId;
  let evaluation: Evaluation | undefined;
  const outcome = await execute(
    engine,
    kind,
    runStream(envelope.org, envelope.actor),
    envelope,
    (state, now, reference) => {
      const denied = authorise(envelope.principal, "ask", reference);
      if (denied !== null) return { events: [], refusal: denied };
      evaluation = evaluate(costOf(state, run, now, reserved), now, reference);
      return evaluation.decision === "ALLOW"
        ? reserveCost(state, { key: reserved, run, estimateUsd }, now)
        : { events: [] };
    },
  );
  if (!outcome.ok) return { ok: false, refusal: outcome.refusal };
  const now = new Date(engine.clock.now()).toISOString();
  evaluation ??= evaluate(nothingSpent, now, outcome.reference);
  return { ok: true, evaluation };
};

/** Counts what an action did cost; `who` is the credential that the run belongs to. */
export const commandRun = async (
  engine: Engine,
  kind: RunKind,
  envelope: Envelope,
  who: { readonly kind: string; readonly id: string },
  command: Settle | Refusal,
): Promise<Outcome<RunState>> =>
  execute(engine, kind, runStream(envelope.org, who), envelope, (state, now, reference) => {
    const denied = authorise(envelope.principal, "signal", reference);
    if (denied !== null) return { events: [], refusal: denied };
    return "code" in command ? { events: [], refusal: command } : settleCost(state, command, now);
  });
