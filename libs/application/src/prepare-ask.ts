import { looksAtCost } from "@countersign/domain/gate/evaluate-gates.ts";
import {
  limitsPending,
  pendingValues,
} from "@countersign/domain/request/asking/one-pending-per.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { absentRequest } from "@countersign/domain/request/evolve.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { resubmissionOf } from "@countersign/domain/request/asking/resubmit.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import { loadFold, type Engine } from "./execute.ts";
import type { Fold } from "./fold-cache.ts";
import { withSpent } from "./gate-facts.ts";
import { claimPending, pendingKey, type PendingKind } from "./one-pending.ts";
import { contextOf, requestAggregate, type RequestKind } from "./request.ts";
import type { RunKind } from "./run.ts";
import { requestStream } from "./streams.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";

export interface AskKinds {
  readonly request: RequestKind;
  readonly pending: PendingKind;
  readonly run: RunKind;
}

const known = async (
  engine: Engine,
  { request }: AskKinds,
  org: string,
  id: string,
): Promise<Fold<RequestState>> => {
  const stream = requestStream(org, id);
  return request.folds.get(stream) ?? (await loadFold(engine.store, stream, requestAggregate));
};

/** The attempts before a resubmission, read from the denied request: it has ended, so it stays as it is. */
const afterPrevious = async (
  engine: Engine,
  kinds: AskKinds,
  envelope: Envelope,
  ask: Ask,
  previousId: string,
): Promise<Ask | Refusal> => {
  const previous = await known(engine, kinds, envelope.org, previousId);
  const { basis } = previous;
  if (basis !== null) await engine.references.reach(envelope.org, basis, engine.clock);
  const reference = engine.references.of(envelope.org);
  const found = resubmissionOf(previous.state, envelope.principal, reference);
  return "refusal" in found ? found.refusal : { ...ask, attempts: found.attempts };
};

/** The keys of which a request with these fields must be the only pending one. */
const keysOf = (
  envelope: Envelope,
  ask: Ask,
  submitted: SubmittedFields,
  reference: Reference,
): string[] => {
  const { kind, id } = envelope.actor;
  const asker = ask.automation === undefined ? [kind, id] : ["recipe"];
  const keys = ask.dedupe === null ? [] : [pendingKey("dedupe", ...asker, ask.dedupe)];
  const { action, payloadHash } = submitted;
  const taken = pendingValues({ submitted, action, payloadHash, payloadVersion: 1 }, reference);
  if ("refusal" in taken) return keys;
  return [...keys, ...taken.values.map(({ policy, value }) => pendingKey("policy", policy, value))];
};

/**
 * Claims the keys of an ask that would be accepted. One that was made before claims nothing; one that is refused now is
 * not decided again, because without its claims it must not be accepted a moment later either.
 */
const claimKeys = async (
  engine: Engine,
  kinds: AskKinds,
  envelope: Envelope,
  id: string,
  ask: Ask,
): Promise<Refusal | null> => {
  const fold = await known(engine, kinds, envelope.org, id);
  if (fold.revision >= 0n) return null;
  const reference = engine.references.of(envelope.org);
  const denied = authorise(envelope.principal, "ask", reference);
  if (denied !== null) return denied;
  const now = new Date(engine.clock.now()).toISOString();
  const context = contextOf(envelope, now, undefined, engine.counterparties);
  const { events, refusal } = decide(absentRequest, { type: "submit", ask }, context, reference);
  if (refusal !== undefined) return events.length > 0 ? null : refusal;
  const [first] = events;
  if (first?.type !== "RequestSubmitted") return null;
  for (const key of keysOf(envelope, ask, first.data, reference)) {
    const taken = await claimPending(engine, kinds, envelope, key, id);
    if (taken !== null) return taken;
  }
  return null;
};

/** True for an ask that `prepareAsk` must look at; any other is submitted as it is. */
export const needsOthers = ({ references }: Engine, org: string, ask: Ask): boolean => {
  const { definition } = references.of(org);
  return (
    ask.previousRequestId !== null ||
    ask.dedupe !== null ||
    looksAtCost(definition.gates) ||
    limitsPending(definition)
  );
};

/**
 * What an ask needs of other streams before it is decided: the attempts it follows, what its run has spent, and the keys
 * of which it is to be the only pending request. Answers the ask as it is to be submitted, or why it must not be.
 */
export const prepareAsk = async (
  engine: Engine,
  kinds: AskKinds,
  envelope: Envelope,
  id: string,
  ask: Ask,
): Promise<Ask | Refusal> => {
  const { previousRequestId, dedupe } = ask;
  const followed =
    previousRequestId === null
      ? ask
      : await afterPrevious(engine, kinds, envelope, ask, previousRequestId);
  if ("code" in followed) return followed;
  const { definition } = engine.references.of(envelope.org);
  const prepared = looksAtCost(definition.gates)
    ? await withSpent(engine, kinds.run, envelope, followed)
    : followed;
  if (dedupe === null && !limitsPending(definition)) return prepared;
  return (await claimKeys(engine, kinds, envelope, id, prepared)) ?? prepared;
};
