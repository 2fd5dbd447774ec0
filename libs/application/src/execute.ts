import type { Basis, EventMetadata } from "@countersign/domain/actor.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";
import { StoreUnavailable, WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import type { EventStore, RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { strangerRefusal } from "./authorise.ts";
import type { Counterparties } from "./counterparties.ts";
import type { Envelope } from "./envelope.ts";
import { emptyFold, nextFold, type Fold, type Folds } from "./fold-cache.ts";
import { newEvents } from "./new-events.ts";
import type { References } from "./references.ts";
import type { Turns } from "./turns.ts";

/** What the executor must know about a kind of stream. */
export interface Aggregate<State, Event extends { readonly type: string; readonly data: object }> {
  readonly initial: State;
  evolve(state: State, event: Event, metadata: EventMetadata): State;
  /** Reads an event as stored, upcasting old shapes. */
  decode(recorded: RecordedEvent): { readonly event: Event; readonly metadata: EventMetadata };
}

/** What deciding answers: events to append (often none), and a no. Both: the events are appended, then it is refused. */
export interface Decision<Event> {
  readonly events: readonly Event[];
  readonly refusal?: Refusal;
  /** Another command id for these events: an expiry found by a late command is the expiry timer's own. */
  readonly commandId?: string;
}

export type Outcome<State> =
  | {
      readonly ok: true;
      readonly fold: Fold<State>;
      readonly reference: Reference;
      /** `appended` now, `repeated` (this command id stands in the stream), or `unchanged` (nothing to say). */
      readonly effect: "appended" | "repeated" | "unchanged";
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly fold: Fold<State> };

export interface Engine {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly references: References;
  /** Who was given a slot in turn; without it every turn begins anew. */
  readonly turns?: Turns;
  /** Whom executed requests named; without it nobody is known. */
  readonly counterparties?: Counterparties;
}

/** What an aggregate says to a command, as the stream stands; `now` is ISO 8601. */
export type Decide<State, Event> = (
  state: State,
  now: string,
  reference: Reference,
  fold: Fold<State>,
) => Decision<Event>;

/** A stream's place in the engine: what decides for it, and where its folds are kept. */
export interface StreamKind<State, Event extends { readonly type: string; readonly data: object }> {
  readonly aggregate: Aggregate<State, Event>;
  readonly folds: Folds<State>;
}

const SCHEMA_VERSION = 1;
/** A conflict means somebody else made progress, so this bound is only reached when something is broken. */
const ATTEMPTS = 20;
const UNKNOWN_OUTCOME_ATTEMPTS = 4;

/** The last command under way on each stream, by where its folds are kept. */
const tails = new WeakMap<object, Map<string, Promise<unknown>>>();

const tailsOf = (folds: object): Map<string, Promise<unknown>> => {
  let known = tails.get(folds);
  if (known === undefined) tails.set(folds, (known = new Map<string, Promise<unknown>>()));
  return known;
};

/** Folds a stream from the store, on top of what is known of it. */
export const loadFold = async <
  State,
  Event extends { readonly type: string; readonly data: object },
>(
  store: EventStore,
  stream: string,
  aggregate: Aggregate<State, Event>,
  known: Fold<State> = emptyFold(aggregate.initial),
): Promise<Fold<State>> => {
  let fold = known;
  for await (const recorded of store.readStream(stream, { from: fold.revision + 1n })) {
    const { event, metadata } = aggregate.decode(recorded);
    fold = nextFold(
      fold,
      aggregate.evolve(fold.state, event, metadata),
      metadata,
      recorded.position,
    );
  }
  return fold;
};

const basisOf = (reference: Reference): Basis => ({
  directory: reference.directory.revision,
  delegation: reference.delegation.revision,
  definition: reference.definition.revision,
});

/** One command, when its turn has come. */
const decideAndAppend = async <
  State,
  Event extends { readonly type: string; readonly data: object },
>(
  engine: Engine,
  kind: StreamKind<State, Event>,
  stream: string,
  envelope: Envelope,
  decide: Decide<State, Event>,
  isFresh: boolean,
): Promise<Outcome<State>> => {
  const { aggregate, folds } = kind;
  const cached = folds.get(stream);
  const atHand = cached ?? (isFresh ? emptyFold<State>(aggregate.initial) : undefined);
  let read = atHand === undefined;
  let fold = atHand ?? (await loadFold(engine.store, stream, aggregate));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (fold.basis !== null && !engine.references.covers(envelope.org, fold.basis))
      await engine.references.reach(envelope.org, fold.basis, engine.clock);
    const known = fold.commands.get(envelope.commandId);
    const reference = engine.references.of(envelope.org);
    const stranger = strangerRefusal(envelope.principal, reference);
    if (stranger !== null) return { ok: false, fold, refusal: stranger };
    if (known !== undefined) {
      folds.set(stream, fold);
      return known === envelope.commandHash
        ? { ok: true, fold, reference, effect: "repeated" }
        : {
            ok: false,
            fold,
            refusal: refuse("conflict", "This idempotency key was used before with another body."),
          };
    }
    const clock = new Date(engine.clock.now()).toISOString();
    const now =
      fold.lastOccurredAt !== null && fold.lastOccurredAt > clock ? fold.lastOccurredAt : clock;
    const decision = decide(fold.state, now, reference, fold);
    if (decision.events.length === 0) {
      if (!read) {
        read = true;
        const before = fold.revision;
        fold = await loadFold(engine.store, stream, aggregate, fold);
        if (fold.revision > before) continue;
      }
      if (fold.revision >= 0n) folds.set(stream, fold);
      return decision.refusal === undefined
        ? { ok: true, fold, reference, effect: "unchanged" }
        : { ok: false, refusal: decision.refusal, fold };
    }
    const metadata: EventMetadata = {
      commandId: decision.commandId ?? envelope.commandId,
      ...(envelope.commandHash === null ? {} : { commandHash: envelope.commandHash }),
      basis: basisOf(reference),
      correlationId: envelope.correlationId,
      ...(envelope.causationId === null ? {} : { causationId: envelope.causationId }),
      org: envelope.org,
      actor: decision.commandId === undefined ? envelope.actor : { kind: "timer", id: "expiry" },
      channel: decision.commandId === undefined ? envelope.channel : "timer",
      occurredAt: now,
      schemaVersion: SCHEMA_VERSION,
    };
    const appended = await append(engine.store, kind, stream, fold, decision.events, metadata);
    if (appended !== "conflict") {
      engine.references.applied(stream, decision.events, metadata, appended);
      return decision.refusal === undefined
        ? {
            ok: true,
            fold: appended,
            reference: engine.references.of(envelope.org),
            effect: "appended",
          }
        : { ok: false, refusal: decision.refusal, fold: appended };
    }
    folds.drop(stream);
    read = true;
    fold = await loadFold(engine.store, stream, aggregate);
  }
  throw new StoreUnavailable(`stream ${stream} kept changing while a command was decided`);
};

/**
 * Load, decide, append at the exact revision; on a conflict reload and decide again. A command id that already
 * stands in the stream is answered from what is stored, or refused `conflict` when it came with another body.
 * `fresh` streams (ids made or derived just now) are decided without reading: `no-stream` at the append is the check.
 * Who is not in the directory today is refused before anything else, a repeat included.
 * Before a command is refused or found to change nothing, its stream is read on from what was at hand: another process
 * may have gone on, and a repeat is answered like the first, whatever changed since.
 * Never decided on less than the stream's last decision had read: people and definitions another process has seen
 * come here too, within moments. Throws `StoreUnavailable` when they do not, and when the outcome stays unknown.
 * Waits for all earlier commands on the same stream in this process: no conflicts among ourselves.
 */
export const execute = async <
  State,
  Event extends { readonly type: string; readonly data: object },
>(
  engine: Engine,
  kind: StreamKind<State, Event>,
  stream: string,
  envelope: Envelope,
  decide: Decide<State, Event>,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Promise<Outcome<State>> => {
  const last = tailsOf(kind.folds);
  const before = last.get(stream);
  const inTurn = (): Promise<Outcome<State>> =>
    decideAndAppend(engine, kind, stream, envelope, decide, fresh);
  const mine = before === undefined ? inTurn() : before.then(inTurn, inTurn);
  last.set(stream, mine);
  try {
    return await mine;
  } finally {
    if (last.get(stream) === mine) last.delete(stream);
  }
};

const append = async <State, Event extends { readonly type: string; readonly data: object }>(
  store: EventStore,
  kind: StreamKind<State, Event>,
  stream: string,
  fold: Fold<State>,
  events: readonly Event[],
  metadata: EventMetadata,
): Promise<Fold<State> | "conflict"> => {
  const texts = newEvents(events, metadata);
  let state = fold.state;
  for (const event of events) state = kind.aggregate.evolve(state, event, metadata);
  const revision = fold.revision + BigInt(events.length);
  // Known before it is durable, so that a projector in this process finds the state inside the commit's own tick.
  kind.folds.set(stream, { ...fold, state, revision });
  const expected = fold.revision < 0n ? "no-stream" : fold.revision;
  for (let attempt = 1; ; attempt++) {
    try {
      const { position } = await store.append(stream, expected, texts);
      fold.commands.set(metadata.commandId, metadata.commandHash ?? null);
      const next: Fold<State> = {
        state,
        revision,
        position,
        lastOccurredAt: metadata.occurredAt,
        basis: metadata.basis ?? null,
        commands: fold.commands,
      };
      kind.folds.set(stream, next);
      return next;
    } catch (error) {
      if (error instanceof WrongExpectedRevision) {
        kind.folds.drop(stream);
        return "conflict";
      }
      if (!(error instanceof StoreUnavailable) || attempt >= UNKNOWN_OUTCOME_ATTEMPTS) {
        kind.folds.drop(stream);
        throw error;
      }
    }
  }
};
