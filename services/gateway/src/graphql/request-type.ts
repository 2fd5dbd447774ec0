import type { RequestView, TimelineEntry } from "@countersign/domain/request/view/wire.ts";
import { Automation } from "./automation-type.ts";
import { builder } from "./builder.ts";
import { ask, type GraphContext } from "./context.ts";
import { Attachment, Attempt, ChildRequest, Question, Recommendation } from "./dealings-type.ts";
import { ExecutionStatus, PrincipalKind, Status, Urgency } from "./enums.ts";
import { Actor, Level } from "./level-type.ts";

/** A request as lists have it: what is long is left out. */
export type ListedRequest = Omit<RequestView, "action" | "context" | "attachments" | "timeline"> &
  Partial<Pick<RequestView, "context" | "attachments" | "timeline">> & {
    /** The signed one-time permission, where the viewer is the requester and it is not spent. */
    readonly grant?: string;
    readonly action: Omit<RequestView["action"], "parameters"> &
      Partial<Pick<RequestView["action"], "parameters">>;
  };

/** A change as several people are shown it: each asks for the timeline, which has the times of their own zone. */
export const withoutOwnTimes = ({ timeline, ...request }: RequestView): ListedRequest =>
  timeline.length === 0 ? { ...request, timeline } : request;

const whole = new WeakMap<ListedRequest, Promise<RequestView>>();

const isWhole = (request: ListedRequest): request is RequestView =>
  request.action.parameters !== undefined && request.timeline !== undefined;

/** The request with what lists leave out; asked for once a row, and only when a field needs it. */
const wholeOf = (request: ListedRequest, context: GraphContext): Promise<RequestView> => {
  const known = whole.get(request);
  if (known !== undefined) return known;
  const asked = isWhole(request)
    ? Promise.resolve(request)
    : ask<RequestView>(context, "request", { id: request.id, min_position: request.position });
  whole.set(request, asked);
  return asked;
};

/** Rows of lists do not carry it; it is asked for where it can be there. */
const grantOf = async (
  { id, grant, status, execution, requester }: ListedRequest,
  context: GraphContext,
): Promise<string | null> => {
  const me = context.caller.who.principal;
  const isMine = requester.kind === me.kind && requester.id === me.id;
  if (status !== "approved" || execution?.status !== "granted" || !isMine) return null;
  return (
    grant ?? (await ask<{ readonly grant?: string }>(context, "request", { id })).grant ?? null
  );
};

/** What one more query for each row of a list costs. */
const ANOTHER_QUERY = 10;

const Action = builder.objectRef<ListedRequest>("Action").implement({
  description: "The payload: what would be done, exactly as it was hashed.",
  fields: (t) => ({
    type: t.string({ resolve: ({ action }) => action.type }),
    tool: t.string({ nullable: true, resolve: ({ action }) => action.tool ?? null }),
    parameters: t.field({
      type: "JSON",
      complexity: ANOTHER_QUERY,
      resolve: async (request, _args, context) =>
        request.action.parameters ?? (await wholeOf(request, context)).action.parameters,
    }),
  }),
});

const Requester = builder.objectRef<RequestView["requester"]>("Requester").implement({
  fields: (t) => ({
    kind: t.expose("kind", { type: PrincipalKind }),
    id: t.exposeString("id"),
    owner: t.exposeString("owner", { nullable: true }),
  }),
});

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const AgentProse = builder.objectRef<NonNullable<RequestView["agent"]>>("RequestAgent").implement({
  description: "The asking agent; its name and version are what it says of itself.",
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => textOf(id) ?? "" }),
    name: t.string({ nullable: true, resolve: ({ name }) => textOf(name) }),
    version: t.string({ nullable: true, resolve: ({ version }) => textOf(version) }),
  }),
});

const PolicyVersion = builder
  .objectRef<RequestView["policies"][number]>("PolicyVersion")
  .implement({
    fields: (t) => ({
      id: t.exposeString("id"),
      version: t.exposeInt("version"),
      gate: t.string({ nullable: true, resolve: ({ gate }) => gate ?? null }),
    }),
  });

const Resolution = builder
  .objectRef<NonNullable<RequestView["resolution"]>>("Resolution")
  .implement({
    fields: (t) => ({
      by: t.expose("by", { type: Actor }),
      reason: t.exposeString("reason", { nullable: true }),
      notes: t.exposeString("notes", { nullable: true }),
      dueAt: t.field({
        type: "DateTime",
        nullable: true,
        description: "When the timer was due that ended it; null for any other end.",
        resolve: ({ due_at }) => due_at ?? null,
      }),
    }),
  });

export const Execution = builder
  .objectRef<NonNullable<RequestView["execution"]>>("Execution")
  .implement({
    fields: (t) => ({
      status: t.expose("status", { type: ExecutionStatus }),
      validUntil: t.expose("valid_until", { type: "DateTime", nullable: true }),
      result: t.expose("result", { type: "JSON", nullable: true }),
    }),
  });

const Target = builder.objectRef<RequestView["observers"][number]>("Target").implement({
  fields: (t) => ({ type: t.exposeString("type"), identifier: t.exposeString("identifier") }),
});

export const TimelineItem = builder.objectRef<TimelineEntry>("TimelineEntry").implement({
  description: "One thing that will happen if nobody acts.",
  fields: (t) => ({
    at: t.expose("at", { type: "DateTime" }),
    atLocal: t.string({
      nullable: true,
      description: "The same in the viewer's own zone, where the directory knows it.",
      resolve: ({ at_local }) => at_local ?? null,
    }),
    action: t.exposeString("action"),
    level: t.exposeInt("level", { nullable: true }),
    step: t.exposeInt("step", { nullable: true }),
    to: t.exposeStringList("to"),
    onTimeout: t.string({
      nullable: true,
      description: "Of a due mark: what its policy wants then; null when it is only recorded.",
      resolve: ({ on_timeout }) => on_timeout ?? null,
    }),
    suppressed: t.string({
      nullable: true,
      description: "Why it will do nothing; null for what will take effect.",
      resolve: ({ suppressed }) => suppressed ?? null,
    }),
  }),
});

export const ApprovalRequest = builder.objectRef<ListedRequest>("ApprovalRequest").implement({
  description: "What may not happen before people agree.",
  fields: (t) => ({
    id: t.exposeID("id"),
    org: t.exposeString("org"),
    status: t.expose("status", { type: Status }),
    title: t.exposeString("title"),
    description: t.exposeString("description", { nullable: true }),
    action: t.field({ type: Action, resolve: (request) => request }),
    payloadHash: t.exposeString("payload_hash"),
    payloadVersion: t.exposeInt("payload_version"),
    view: t.exposeString("view", { nullable: true }),
    requester: t.expose("requester", { type: Requester }),
    agent: t.field({ type: AgentProse, nullable: true, resolve: ({ agent }) => agent }),
    policy: t.field({
      type: PolicyVersion,
      nullable: true,
      resolve: ({ policy, policies }) => (policy === null ? null : (policies[0] ?? null)),
    }),
    policies: t.expose("policies", { type: [PolicyVersion] }),
    reasonCodes: t.exposeStringList("reason_codes"),
    gateType: t.exposeString("gate_type", { nullable: true }),
    policyTrace: t.expose("policy_trace", { type: "JSON" }),
    riskSnapshot: t.expose("risk_snapshot", { type: "JSON" }),
    context: t.field({
      type: "JSON",
      complexity: ANOTHER_QUERY,
      resolve: async (request, _args, context) =>
        request.context ?? (await wholeOf(request, context)).context,
    }),
    recommendations: t.field({
      type: [Recommendation],
      resolve: ({ recommendations }) => recommendations,
    }),
    links: t.expose("links", { type: "JSON" }),
    urgency: t.expose("urgency", { type: Urgency }),
    validation: t.expose("validation", { type: "JSON", nullable: true }),
    previousRequestId: t.exposeID("previous_request_id", { nullable: true }),
    levels: t.expose("levels", { type: [Level] }),
    blocked: t.exposeBoolean("blocked"),
    callerPaused: t.exposeBoolean("caller_paused"),
    observers: t.expose("observers", { type: [Target] }),
    suggested: t.expose("suggested", { type: [Target] }),
    attachments: t.field({
      type: [Attachment],
      complexity: { field: ANOTHER_QUERY, multiplier: 2 },
      resolve: async (request, _args, context) =>
        request.attachments ?? (await wholeOf(request, context)).attachments,
    }),
    claimedBy: t.exposeString("claimed_by", { nullable: true }),
    questions: t.field({
      type: [Question],
      resolve: ({ questions }) => questions,
    }),
    children: t.field({
      type: [ChildRequest],
      resolve: ({ children }) => children,
    }),
    parent: t.exposeID("parent", { nullable: true }),
    attempts: t.field({
      type: [Attempt],
      resolve: ({ attempts }) => attempts,
    }),
    automations: t.field({
      type: [Automation],
      resolve: ({ automations }) => automations,
    }),
    createdAt: t.expose("created_at", { type: "DateTime" }),
    expiresAt: t.expose("expires_at", { type: "DateTime", nullable: true }),
    resolvedAt: t.expose("resolved_at", { type: "DateTime", nullable: true }),
    resolution: t.expose("resolution", { type: Resolution, nullable: true }),
    grant: t.string({
      nullable: true,
      description:
        "The signed one-time permission: in the requester's own view, until it is spent.",
      complexity: ANOTHER_QUERY,
      resolve: (request, _args, context) => grantOf(request, context),
    }),
    execution: t.expose("execution", { type: Execution, nullable: true }),
    timeline: t.field({
      type: [TimelineItem],
      complexity: { field: ANOTHER_QUERY, multiplier: 2 },
      resolve: async (request, _args, context) => (await wholeOf(request, context)).timeline,
    }),
    position: t.exposeString("position"),
  }),
});
