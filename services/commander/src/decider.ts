import { automationAggregate, type AutomationKind } from "@countersign/application/automation.ts";
import {
  commandDirectory,
  directoryAggregate,
  type DirectoryKind,
} from "@countersign/application/directory.ts";
import {
  definitionAggregate,
  type DefinitionStreamKind,
} from "@countersign/application/definition.ts";
import {
  commandDelegation,
  delegationAggregate,
  type DelegationKind,
} from "@countersign/application/delegation.ts";
import { authorise } from "@countersign/application/authorise.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { loadFold, type Engine, type Outcome } from "@countersign/application/execute.ts";
import { FoldCache } from "@countersign/application/fold-cache.ts";
import { RequestFolds } from "@countersign/application/request-folds.ts";
import { pendingAggregate, type PendingKind } from "@countersign/application/one-pending.ts";
import { needsOthers, prepareAsk } from "@countersign/application/prepare-ask.ts";
import {
  commandRequest,
  requestAggregate,
  submitRequest,
  type ReadCommand,
  type RequestKind,
} from "@countersign/application/request.ts";
import { RunOwners } from "@countersign/application/run-owners.ts";
import { runAggregate, type RunKind } from "@countersign/application/run.ts";
import { requestStream } from "@countersign/application/streams.ts";
import {
  likelyMove,
  requestTransition,
  topicAggregate,
  type AskedTransition,
  type TopicKind,
} from "@countersign/application/topic.ts";
import type {
  DelegationCommand,
  DelegationState,
} from "@countersign/domain/delegation/delegation.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { advisedRisk } from "@countersign/domain/request/asking/advised-risk.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { Counsel } from "@countersign/domain/topic/counsel.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import { guardsOf } from "@countersign/domain/topic/workflow-guard.ts";
import type { GrantKeys } from "@countersign/identity/grant-keys.ts";
import type { Ids } from "@countersign/runtime/ids.ts";
import { counselFor } from "./outside/counsel.ts";
import type { Outside } from "./outside/outside.ts";
import { adviseOnAsk } from "./outside/risk-advisor.ts";

const OTHER_FOLDS = 5_000;

/** The streams this commander decides, and how. Several commanders may run: the exact revision settles who was first. */
export class Decider {
  readonly engine: Engine;
  readonly ids: Ids;
  readonly grants: GrantKeys;
  readonly request: RequestKind;
  readonly topic: TopicKind;
  readonly directoryKind: DirectoryKind;
  readonly definition: DefinitionStreamKind;
  readonly delegation: DelegationKind;
  readonly pending: PendingKind;
  readonly automation: AutomationKind;
  readonly run: RunKind;
  readonly runOwners: RunOwners;

  /** Services outside that are asked; null where nobody is. */
  readonly outside: Outside | null;

  constructor(engine: Engine, ids: Ids, grants: GrantKeys, outside: Outside | null = null) {
    this.outside = outside;
    this.engine = engine;
    this.ids = ids;
    this.grants = grants;
    this.request = { aggregate: requestAggregate, folds: new RequestFolds() };
    this.topic = { aggregate: topicAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.directoryKind = { aggregate: directoryAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.definition = { aggregate: definitionAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.delegation = { aggregate: delegationAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.run = { aggregate: runAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.runOwners = new RunOwners(engine.store);
    this.automation = { aggregate: automationAggregate, folds: new FoldCache(OTHER_FOLDS) };
    this.pending = { aggregate: pendingAggregate, folds: new FoldCache(OTHER_FOLDS) };
  }

  /** Creates a request, after its keys were claimed and, when it is asked again, its attempts were read. */
  async ask(envelope: Envelope, id: string, asking: Ask | Refusal): Promise<Outcome<RequestState>> {
    const { engine } = this;
    const advised = "code" in asking ? asking : this.advised(envelope, id, asking);
    const ask = advised instanceof Promise ? await advised : advised;
    // A no is given to the stream like a faulty body, so that a repeat of what was made before is still answered.
    const prepared =
      "code" in ask || !needsOthers(engine, envelope.org, ask)
        ? ask
        : await prepareAsk(engine, this, envelope, id, ask);
    return await submitRequest(engine, this.request, envelope, id, prepared);
  }

  /** The ask with an advisor's score where the operator has one; else as it is, at once. */
  advised(envelope: Envelope, id: string, ask: Ask): Ask | Promise<Ask> {
    return this.outside === null || this.outside.settings.advisorUrl === null
      ? ask
      : this.#advised(this.outside, envelope, id, ask);
  }

  /** The ask with an advisor's score; one that was made before is answered from what is stored. */
  async #advised(outside: Outside, envelope: Envelope, id: string, ask: Ask): Promise<Ask> {
    const { engine, request } = this;
    const { principal, org } = envelope;
    const stream = requestStream(org, id);
    const known =
      request.folds.get(stream) ?? (await loadFold(engine.store, stream, requestAggregate));
    const denied = authorise(principal, "ask", engine.references.of(org));
    if (known.revision >= 0n || principal === null || denied !== null) return ask;
    const score = await adviseOnAsk(outside, org, principal, ask);
    return { ...ask, riskSnapshot: advisedRisk(ask.riskSnapshot, score) };
  }

  command(envelope: Envelope, id: string, command: ReadCommand): Promise<Outcome<RequestState>> {
    return commandRequest(this.engine, this.request, envelope, id, command);
  }

  async transition(
    envelope: Envelope,
    asked: AskedTransition | Refusal,
  ): Promise<Outcome<TopicState>> {
    const counsel = "code" in asked ? null : await this.#counselOn(envelope, asked);
    return requestTransition(this.engine, this, envelope, asked, counsel);
  }

  /** What guards and the advisor say of a move; null where none is asked, which costs nothing. */
  async #counselOn(envelope: Envelope, asked: AskedTransition): Promise<Counsel | null> {
    const { outside, engine } = this;
    if (outside === null) return null;
    const { definition } = engine.references.of(envelope.org);
    const { workflowId, to } = asked;
    const isAdvised = outside.settings.advisorUrl !== null;
    if (guardsOf(definition, workflowId, null, to).length === 0 && !isAdvised) return null;
    const move = await likelyMove(engine, this, envelope, asked);
    return move === null
      ? null
      : counselFor(outside, definition, envelope.org, move, asked, isAdvised);
  }

  async directory(
    envelope: Envelope,
    command: DirectoryCommand | Refusal | ((now: string) => DirectoryCommand),
  ): Promise<Outcome<DirectoryState>> {
    return commandDirectory(this.engine, this.directoryKind, envelope, command);
  }

  /** Commands on delegations; `command` is made at the time of the decision, ISO 8601. */
  async delegations(
    envelope: Envelope,
    command: (now: string) => DelegationCommand | Refusal,
  ): Promise<Outcome<DelegationState>> {
    return commandDelegation(this.engine, this.delegation, envelope, command);
  }
}
