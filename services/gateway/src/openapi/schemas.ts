import { jsonSchemas, type JsonSchema } from "@countersign/api-contract/json-schemas.ts";
import * as definitionAnswers from "@countersign/api-contract/answers/definitions.ts";
import * as directoryAnswers from "@countersign/api-contract/answers/directory.ts";
import { error } from "@countersign/api-contract/answers/error.ts";
import * as requests from "@countersign/api-contract/answers/request.ts";
import { level, vote } from "@countersign/api-contract/answers/levels.ts";
import { actor } from "@countersign/api-contract/answers/parts.ts";
import * as trails from "@countersign/api-contract/answers/trail.ts";
import { apiKey } from "@countersign/api-contract/api-keys.ts";
import { ask } from "@countersign/api-contract/ask.ts";
import { context, recommendation } from "@countersign/api-contract/attachments.ts";
import * as bulk from "@countersign/api-contract/bulk.ts";
import * as changes from "@countersign/api-contract/changes.ts";
import { delegation } from "@countersign/api-contract/delegations.ts";
import { agent, person, role } from "@countersign/api-contract/directory.ts";
import { evaluate } from "@countersign/api-contract/evaluate.ts";
import { consume, execution } from "@countersign/api-contract/grants.ts";
import { runSignal, topicSignal } from "@countersign/api-contract/signals.ts";
import { backtest, simulate } from "@countersign/api-contract/simulation.ts";
import { standingGrant } from "@countersign/api-contract/standing-grants.ts";
import { transition } from "@countersign/api-contract/transitions.ts";
import { approve, cancel, deny } from "@countersign/api-contract/votes.ts";
import { examples } from "./examples.ts";

/** What bodies hold: the very schemas that they are checked with. */
const bodies = {
  AskBody: ask,
  EvaluateBody: evaluate,
  ApproveBody: approve,
  DenyBody: deny,
  CancelBody: cancel,
  ModifyBody: changes.modify,
  WithdrawVoteBody: changes.withdrawVote,
  QuestionBody: changes.question,
  AnswerBody: changes.answer,
  NothingBody: changes.nothing,
  ReassignBody: changes.reassign,
  ExtendBody: changes.extend,
  AmendBody: changes.amend,
  BreakGlassBody: changes.breakGlass,
  BulkApproveBody: bulk.approve,
  BulkDenyBody: bulk.deny,
  ContextBody: context,
  RecommendationBody: recommendation,
  ConsumeBody: consume,
  ExecutionBody: execution,
  TransitionBody: transition,
  TopicSignalBody: topicSignal,
  RunSignalBody: runSignal,
  SimulateBody: simulate,
  BacktestBody: backtest,
  DelegationBody: delegation,
  PersonBody: person,
  RoleBody: role,
  AgentBody: agent,
  ApiKeyBody: apiKey,
  StandingGrantBody: standingGrant,
};

/** What answers hold. */
const answers = {
  Error: error,
  Actor: actor,
  ApprovalRequest: requests.request,
  Level: level,
  Vote: vote,
  Question: requests.question,
  Attachment: requests.attachment,
  Recommendation: requests.recommendation,
  TimelineEntry: requests.timelineEntry,
  ListedRequest: requests.listedRequest,
  RequestPage: requests.requestPage,
  BulkResult: requests.bulkResult,
  Consumed: requests.consumed,
  Executed: requests.executed,
  ToolWeaverQueue: requests.toolWeaverQueue,
  ToolWeaverRequest: requests.toolWeaverRequest,
  ToolWeaverDecision: requests.toolWeaverDecision,
  AuditEntry: trails.auditEntry,
  RequestTrail: trails.requestTrail,
  TrailPage: trails.trailPage,
  Stats: trails.stats,
  CloudEvent: trails.cloudEvent,
  Person: directoryAnswers.person,
  RemovedPerson: directoryAnswers.removedPerson,
  Role: directoryAnswers.role,
  Agent: directoryAnswers.agent,
  Delegation: directoryAnswers.delegation,
  Delegations: directoryAnswers.delegations,
  ApiKey: directoryAnswers.apiKey,
  ApiKeys: directoryAnswers.apiKeys,
  IssuedApiKey: directoryAnswers.issuedApiKey,
  StandingGrant: directoryAnswers.standingGrant,
  StandingGrants: directoryAnswers.standingGrants,
  Topic: directoryAnswers.topic,
  CompletedTransition: directoryAnswers.completedTransition,
  BlockedTransition: directoryAnswers.blockedTransition,
  Signalled: directoryAnswers.signalled,
  KeySet: directoryAnswers.keySet,
  DevToken: directoryAnswers.devToken,
  Definition: definitionAnswers.definition,
  Definitions: definitionAnswers.definitions,
  DefinitionWithSource: definitionAnswers.definitionWithSource,
  Imported: definitionAnswers.imported,
  Linted: definitionAnswers.linted,
  Retired: definitionAnswers.retired,
  DefinitionDiff: definitionAnswers.definitionDiff,
  ExportedDefinitions: definitionAnswers.exportedDefinitions,
  Evaluation: definitionAnswers.evaluation,
  Simulation: definitionAnswers.simulation,
  Backtest: definitionAnswers.backtest,
};

export type SchemaName = keyof typeof bodies | keyof typeof answers;

const AT = "#/components/schemas/";

export const refTo = (name: SchemaName): { readonly $ref: string } => ({ $ref: `${AT}${name}` });

/** `components.schemas` of the document. */
export const makeSchemas = (): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(
    Object.entries(jsonSchemas({ ...bodies, ...answers }, AT)).map(([name, schema]) => {
      const example = examples[name];
      return [name, example === undefined ? schema : { ...schema, examples: [example] }];
    }),
  );
