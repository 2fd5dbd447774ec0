import { isObject, type Json, type JsonObject } from "@countersign/domain/json.ts";
import type { Ask, Principal } from "@countersign/domain/request/commands.ts";
import type { Action } from "@countersign/domain/request/events.ts";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { unsaid } from "./unsaid.ts";

/** What a recorded request tells a backtest. */
export type RecordedRequest = Pick<
  RequestView,
  | "id"
  | "org"
  | "action"
  | "context"
  | "risk_snapshot"
  | "links"
  | "view"
  | "requester"
  | "policies"
  | "status"
  | "created_at"
  | "resolved_at"
  | "execution"
  | "parent"
  | "validation"
>;

/** True for what somebody asked: no child of another request, and not taken down by its own validation. */
export const wasAsked = ({ parent, validation }: RecordedRequest): boolean =>
  parent === null && validation?.["is_valid"] !== false;

/** Whoever asked, with no more than the rights of everybody. */
export const askerOf = ({ requester, org }: RecordedRequest): Principal => ({
  kind: requester.kind,
  id: requester.id,
  org,
});

/** The move that a transition's request was about. */
export interface RecordedMove {
  readonly workflow: string;
  readonly topic: string;
  readonly from: string;
  readonly to: string;
  readonly attributes: JsonObject;
}

const text = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

/** The transition behind a request; null when it was asked for itself. */
export const moveOf = ({ action: { type, parameters } }: RecordedRequest): RecordedMove | null => {
  if (type !== "workflow:transition") return null;
  const workflow = text(parameters["workflow"]);
  const topic = text(parameters["topic"]);
  const from = text(parameters["from"]);
  const to = text(parameters["to"]);
  if (workflow === null || topic === null || from === null || to === null) return null;
  const { attributes } = parameters;
  return { workflow, topic, from, to, attributes: isObject(attributes) ? attributes : {} };
};

/**
 * The policy that the ask named: what stands beside those of gates, unless it is one that the org falls back to. Null
 * for the asker's own proposal of approvers.
 */
export const policyNamed = (
  { policies }: RecordedRequest,
  fallbacks: readonly (string | null)[],
): string | null => {
  const named = policies.findLast(({ gate }) => gate === null)?.id ?? null;
  return fallbacks.includes(named) ? null : named;
};

/** The ask of a recorded request, under a policy or under whatever gates and defaults say. */
export const askAgain = (recorded: RecordedRequest, policy: string | null): Ask => {
  const action: Action = recorded.action;
  return {
    ...unsaid,
    requestId: recorded.id,
    title: recorded.id,
    action,
    payloadHash: "",
    policy,
    riskSnapshot: recorded.risk_snapshot,
    view: recorded.view,
    context: recorded.context,
    links: recorded.links,
    topic: null,
  };
};
