import type { Ask } from "@countersign/domain/request/commands.ts";
import { isAwaited, type ChildState } from "@countersign/domain/request/voting/children.ts";
import type { RequestEvent, Requester } from "@countersign/domain/request/events.ts";
import { pathOf } from "@countersign/domain/request/asking/nesting.ts";
import type { KnownRequest, RequestState } from "@countersign/domain/request/state.ts";

/** What the process manager of child requests wants done. */
export type ChildCommand =
  | {
      readonly kind: "submit-child";
      readonly parent: string;
      readonly ask: Ask;
      readonly by: Pick<Requester, "kind" | "id">;
    }
  | {
      readonly kind: "answer-parent";
      readonly parent: string;
      readonly child: string;
      readonly outcome: "approved" | "denied" | "expired" | "cancelled";
      readonly reason: string | null;
      readonly notes: string | null;
    }
  | { readonly kind: "cancel-child"; readonly child: string; readonly reason: string }
  | {
      readonly kind: "extend-child";
      readonly child: string;
      readonly expiresAt: string;
      readonly before: string;
    };

const ends: ReadonlySet<string> = new Set([
  "RequestApproved",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
]);

/** After these, a child may have nobody left who waits for it. */
const movesOn: ReadonlySet<string> = new Set([
  ...ends,
  "LevelApproved",
  "LevelDenied",
  "LevelReopened",
  "PayloadModified",
  "SlotVoided",
]);

/** True for a recorded event that may concern children; every other is passed over without reading any state. */
export const concernsChildren = (type: string, data: string): boolean =>
  ends.has(type) ||
  type === "LevelReopened" ||
  type === "PayloadModified" ||
  type === "ExpiryExtended" ||
  ((type === "LevelOpened" || type === "SlotVoided") && data.includes('"workflow ')) ||
  type === "LevelApproved";

/** What a child asks: its parent's action, hash, facts and requester, under the policy of the slot. */
const askOf = (parent: KnownRequest, { id, level, group, policy }: ChildState): Ask => {
  const { submitted } = parent;
  const { requester, escalated, selfApproval } = submitted;
  return {
    requestId: id,
    title: submitted.title,
    description: submitted.description,
    action: parent.action,
    payloadHash: parent.payloadHash,
    agent: submitted.agent,
    policy,
    approvers: null,
    expiresIn: null,
    reasonCodes: submitted.reasonCodes,
    policyTrace: submitted.policyTrace,
    riskSnapshot: submitted.riskSnapshot,
    view: submitted.view,
    context: submitted.context,
    links: submitted.links,
    urgency: submitted.urgency,
    schema: submitted.schema,
    dedupe: null,
    previousRequestId: null,
    validation: null,
    observers: [],
    suggested: [],
    topic: submitted.topic,
    parent: {
      id: submitted.requestId,
      level,
      group,
      depth: (submitted.parent?.depth ?? 0) + 1,
      path: pathOf(parent),
    },
    inherited: { requester, escalated, selfApproval, expiresAt: parent.expiresAt },
  };
};

/** How a child ended, for its parent; null for any other request or event. */
const answerOf = (child: KnownRequest, type: string): ChildCommand | null => {
  const { parent, requestId } = child.submitted;
  if (parent === undefined || child.status === "pending" || !ends.has(type)) return null;
  const { reason, notes } = child.resolution;
  return {
    kind: "answer-parent",
    parent: parent.id,
    child: requestId,
    outcome: child.status,
    reason,
    notes,
  };
};

/**
 * What an event of a request means for its children and its parent, by the request's state now: children that are
 * waited for are made and get the time that the parent gets, those that nobody waits for any more are cancelled, and a child's end answers its parent.
 * Everything here may be said twice: a child's id is derived from its slot, and its slot is answered once.
 */
export const onChildren = (state: RequestState, event: RequestEvent): ChildCommand[] => {
  if (state.status === "absent") return [];
  const commands: ChildCommand[] = [];
  const answer = answerOf(state, event.type);
  if (answer !== null) commands.push(answer);
  const { requestId, requester } = state.submitted;
  for (const child of state.children ?? []) {
    if (isAwaited(state, child)) {
      if (event.type === "ExpiryExtended") {
        const { expiresAt, before } = event.data;
        commands.push({ kind: "extend-child", child: child.id, expiresAt, before });
      }
      if (event.type !== "LevelOpened" && event.type !== "LevelReopened") continue;
      const { kind, id } = requester;
      const ask = askOf(state, child);
      commands.push({ kind: "submit-child", parent: requestId, ask, by: { kind, id } });
    } else if (child.ended === null && movesOn.has(event.type)) {
      const reason = `The request ${requestId} does not wait for it any more.`;
      commands.push({ kind: "cancel-child", child: child.id, reason });
    }
  }
  return commands;
};
