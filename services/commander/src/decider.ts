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
import type { Envelope } from "@countersign/application/envelope.ts";
import type { Engine, Outcome } from "@countersign/application/execute.ts";
import { FoldCache } from "@countersign/application/fold-cache.ts";
import { RequestFolds } from "@countersign/application/request-folds.ts";
import { pendingAggregate, type PendingKind } from "@countersign/application/one-pending.ts";
import { prepareAsk } from "@countersign/application/prepare-ask.ts";
import {
  commandRequest,
  requestAggregate,
  submitRequest,
  type ReadCommand,
  type RequestKind,
} from "@countersign/application/request.ts";
import { RunOwners } from "@countersign/application/run-owners.ts";
import { runAggregate, type RunKind } from "@countersign/application/run.ts";
import {
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
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import type { GrantKeys } from "@countersign/identity/grant-keys.ts";
import type { Ids } from "@countersign/runtime/ids.ts";

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

  constructor(engine: Engine, ids: Ids, grants: GrantKeys) {
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
  async ask(envelope: Envelope, id: string, ask: Ask | Refusal): Promise<Outcome<RequestState>> {
    // A no is given to the stream like a faulty body, so that a repeat of what was made before is still answered.
    const prepared = "code" in ask ? ask : await prepareAsk(this.engine, this, envelope, id, ask);
    return submitRequest(this.engine, this.request, envelope, id, prepared);
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
