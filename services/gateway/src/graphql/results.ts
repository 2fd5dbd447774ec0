import type { WireError } from "@countersign/api-contract/errors.ts";
import type { ActorView } from "@countersign/domain/request/view/wire.ts";
import { Refused } from "../edge/refused.ts";
import { builder } from "./builder.ts";
import type { Commanded } from "./context.ts";
import { TransitionStatus } from "./enums.ts";
import { Actor } from "./level-type.ts";
import { Definition, type WireDefinition } from "./query-types.ts";
import { ApprovalRequest, type ListedRequest } from "./request-type.ts";

/** Told apart by `kind`, because refusals and results come as plain JSON. */
interface RefusalShape extends WireError {
  readonly kind: "Refusal";
}

export const Refusal = builder.objectRef<RefusalShape>("Refusal").implement({
  description: "The domain said no: a code that stays, and a sentence.",
  fields: (t) => ({
    code: t.exposeString("code"),
    message: t.exposeString("message"),
    details: t.field({ type: "JSON", nullable: true, resolve: ({ details }) => details ?? null }),
  }),
});

interface Success<K extends string> {
  readonly kind: K;
}

interface RequestSuccess<K extends string> extends Success<K> {
  readonly request: ListedRequest;
}

/** The result of a mutation on one request: `<name>Success { request }`, or a refusal. */
export const requestResult = <const K extends string>(name: K) => {
  const success = builder.objectRef<RequestSuccess<`${K}Success`>>(`${name}Success`).implement({
    fields: (t) => ({
      request: t.field({ type: ApprovalRequest, resolve: ({ request }) => request }),
    }),
  });
  return builder.unionType(`${name}Result`, {
    types: [success, Refusal],
    resolveType: ({ kind }) => kind,
  });
};

export const RequestApprovalResult = requestResult("RequestApproval");
export const ApproveResult = requestResult("Approve");
export const DenyResult = requestResult("Deny");
export const CancelResult = requestResult("Cancel");

/** A warning of an import, as the definitions answer has it. */
export interface WireWarning {
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly text: string;
  readonly hint?: string;
}

/** A key of an imported file that has no effect. */
export interface WireIgnored {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

export interface WireImport {
  readonly definitions: readonly WireDefinition[];
  readonly warnings: readonly WireWarning[];
  readonly ignored: readonly WireIgnored[];
}

export const ImportWarning = builder.objectRef<WireWarning>("ImportWarning").implement({
  description: "What is imported, and probably not meant so. Lines and columns count from 1.",
  fields: (t) => ({
    code: t.exposeString("code"),
    message: t.exposeString("message"),
    line: t.exposeInt("line"),
    column: t.exposeInt("column"),
    path: t.exposeString("path"),
    text: t.exposeString("text"),
    hint: t.string({ nullable: true, resolve: ({ hint }) => hint ?? null }),
  }),
});

export const IgnoredKey = builder.objectRef<WireIgnored>("IgnoredKey").implement({
  description: "A key that has no effect here.",
  fields: (t) => ({
    path: t.exposeString("path"),
    line: t.exposeInt("line"),
    column: t.exposeInt("column"),
    why: t.exposeString("why"),
  }),
});

const ImportDefinitionsSuccess = builder
  .objectRef<WireImport & Success<"ImportDefinitionsSuccess">>("ImportDefinitionsSuccess")
  .implement({
    fields: (t) => ({
      definitions: t.expose("definitions", { type: [Definition] }),
      warnings: t.expose("warnings", { type: [ImportWarning] }),
      ignored: t.expose("ignored", { type: [IgnoredKey] }),
    }),
  });

export const ImportDefinitionsResult = builder.unionType("ImportDefinitionsResult", {
  types: [ImportDefinitionsSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

export interface WireTopic {
  readonly id: string;
  readonly workflow: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly pending: readonly string[];
  readonly history: readonly WireMove[];
}

/** One move of a topic. */
interface WireMove {
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly by: ActorView;
  readonly approval_ids: readonly string[];
}

const TopicMove = builder.objectRef<WireMove>("TopicMove").implement({
  description: "A transition that a topic took, who asked for it, and what was approved for it.",
  fields: (t) => ({
    from: t.exposeString("from"),
    to: t.exposeString("to"),
    at: t.expose("at", { type: "DateTime" }),
    by: t.expose("by", { type: Actor }),
    approvalIds: t.idList({ resolve: ({ approval_ids }) => [...approval_ids] }),
  }),
});

export const Topic = builder.objectRef<WireTopic>("Topic").implement({
  description: "What a workflow moves: an issue, a release.",
  fields: (t) => ({
    id: t.exposeID("id"),
    workflow: t.exposeString("workflow"),
    state: t.exposeString("state"),
    attributes: t.expose("attributes", { type: "JSON" }),
    pending: t.exposeIDList("pending"),
    history: t.expose("history", { type: [TopicMove] }),
  }),
});

export interface WireTransition {
  readonly status: "completed" | "blocked";
  readonly topic: WireTopic;
  readonly approval_ids?: readonly string[];
}

const RequestTransitionSuccess = builder
  .objectRef<WireTransition & Success<"RequestTransitionSuccess">>("RequestTransitionSuccess")
  .implement({
    fields: (t) => ({
      status: t.expose("status", { type: TransitionStatus }),
      topic: t.expose("topic", { type: Topic }),
      approvalIds: t.idList({ resolve: (success) => [...(success.approval_ids ?? [])] }),
    }),
  });

export const RequestTransitionResult = builder.unionType("RequestTransitionResult", {
  types: [RequestTransitionSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

/** Noes that are not the domain's: they fail the whole operation, with the HTTP status REST gives them. */
const NOT_REFUSALS = new Set(["unauthenticated", "unavailable", "internal", "rate-limited"]);

/** A mutation's answer as a member of its union. */
export const settle = <T, S>(
  commanded: Commanded<T>,
  success: (result: T) => S,
): S | RefusalShape => {
  if (commanded.ok) return success(commanded.result);
  const { code, message, details } = commanded.error;
  if (NOT_REFUSALS.has(code)) throw new Refused(code, message, details);
  return { kind: "Refusal", ...commanded.error };
};
