import { authorise } from "@countersign/application/authorise.ts";
import {
  commandDirectory,
  directoryAggregate,
  type DirectoryKind,
} from "@countersign/application/directory.ts";
import {
  definitionAggregate,
  type DefinitionStreamKind,
} from "@countersign/application/definition.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { loadFold, type Engine, type Outcome } from "@countersign/application/execute.ts";
import { FoldCache } from "@countersign/application/fold-cache.ts";
import {
  claimPending,
  pendingAggregate,
  pendingKey,
  type PendingKind,
} from "@countersign/application/one-pending.ts";
import {
  commandRequest,
  contextOf,
  requestAggregate,
  submitRequest,
  type ReadCommand,
  type RequestKind,
} from "@countersign/application/request.ts";
import { requestStream } from "@countersign/application/streams.ts";
import {
  requestTransition,
  topicAggregate,
  type AskedTransition,
  type TopicKind,
} from "@countersign/application/topic.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import { absentRequest } from "@countersign/domain/request/evolve.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import type { Ids } from "@countersign/runtime/ids.ts";

/** Folded requests kept: at about 4 KB each this is at most 200 MB, and a miss costs one read. */
const REQUEST_FOLDS = 50_000;
const OTHER_FOLDS = 5_000;

/** The streams this commander decides, and how. Several commanders may run: the exact revision settles who was first. */
export class Decider {
  readonly engine: Engine;
  readonly ids: Ids;
  readonly request: RequestKind;
  readonly topic: TopicKind;
  readonly directoryKind: DirectoryKind;
  readonly definition: DefinitionStreamKind;
  readonly pending: PendingKind;

  constructor(engine: Engine, ids: Ids) {
    this.engine = engine;
    this.ids = ids;
    this.request = { aggregate: requestAggregate, folds: new FoldCache(REQUEST_FOLDS) };
    this.topic = { aggregate: topicAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.directoryKind = { aggregate: directoryAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.definition = { aggregate: definitionAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.pending = { aggregate: pendingAggregate, folds: new FoldCache(OTHER_FOLDS) };
  }

  /** Creates a request, after its `dedupe` key was claimed when it has one. */
  async ask(envelope: Envelope, id: string, ask: Ask | Refusal): Promise<Outcome<RequestState>> {
    if (!("code" in ask) && ask.dedupe !== null) {
      const refusal = await this.#claim(envelope, id, ask, ask.dedupe);
      // Given to the stream like a faulty body, so that a repeat of what was made before is still answered.
      if (refusal !== null) return submitRequest(this.engine, this.request, envelope, id, refusal);
    }
    return submitRequest(this.engine, this.request, envelope, id, ask);
  }

  async command(
    envelope: Envelope,
    id: string,
    command: ReadCommand,
  ): Promise<Outcome<RequestState>> {
    return commandRequest(this.engine, this.request, envelope, id, command);
  }

  async transition(
    envelope: Envelope,
    asked: AskedTransition | Refusal,
  ): Promise<Outcome<TopicState>> {
    return requestTransition(this.engine, this, envelope, asked);
  }

  async directory(
    envelope: Envelope,
    command: DirectoryCommand | Refusal,
  ): Promise<Outcome<DirectoryState>> {
    return commandDirectory(this.engine, this.directoryKind, envelope, command);
  }

  /**
   * Claims the key of an ask that would be accepted. One that was made before claims nothing; one that is refused now is
   * not decided again, because without its claim it must not be accepted a moment later either.
   */
  async #claim(envelope: Envelope, id: string, ask: Ask, dedupe: string): Promise<Refusal | null> {
    const stream = requestStream(envelope.org, id);
    const fold =
      this.request.folds.get(stream) ??
      (await loadFold(this.engine.store, stream, requestAggregate));
    if (fold.revision >= 0n) return null;
    const reference = this.engine.references.of(envelope.org);
    const denied = authorise(envelope.principal, "ask", reference);
    if (denied !== null) return denied;
    const now = new Date(this.engine.clock.now()).toISOString();
    const context = contextOf(envelope, now);
    const { events, refusal } = decide(absentRequest, { type: "submit", ask }, context, reference);
    if (refusal !== undefined) return events.length > 0 ? null : refusal;
    const { kind, id: requester } = envelope.actor;
    const key = pendingKey("dedupe", kind, requester, dedupe);
    return claimPending(this.engine, this, envelope, key, id);
  }
}
