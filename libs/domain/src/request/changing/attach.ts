import type { JsonObject } from "../../json.ts";
import type { Reference } from "../../reference.ts";
import { withRun } from "./automations.ts";
import type { DecideContext, Decision, Principal, RequestCommand } from "../commands.ts";
import { inTime } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { refuse } from "../refusals.ts";
import type { KnownRequest } from "../state.ts";
import type { AttachmentView, RecommendationView } from "../view/wire.ts";

/** Attachments and recommendations together, at most: every picture of the request carries them. */
export const MAX_ATTACHMENTS = 50;

/** What somebody made known about a request, beside its facts: never read by conditions. */
export interface Attached {
  readonly by: { readonly kind: string; readonly id: string };
  /** ISO 8601. */
  readonly at: string;
}

export interface AttachedContext extends Attached {
  readonly context: JsonObject;
}

export interface AttachedRecommendation extends Attached {
  readonly recommendation: "approve" | "deny" | "modify";
  /** 0–1. */
  readonly confidence: number;
  readonly summary: string;
  /** New `action.parameters` that are proposed, or null. Proposing changes nothing. */
  readonly payload: JsonObject | null;
}

export type AttachCommand = Extract<
  RequestCommand,
  { type: "attach-context" | "attach-recommendation" }
>;

/** True for the credential that asked. */
export const isRequester = ({ submitted }: KnownRequest, { kind, id }: Principal): boolean =>
  submitted.requester.kind === kind && submitted.requester.id === id;

const eventOf = (command: AttachCommand): RequestEvent => {
  switch (command.type) {
    case "attach-context":
      return { type: "ContextAttached", data: { context: command.context } };
    case "attach-recommendation": {
      const { recommendation, confidence, summary, payload } = command;
      return {
        type: "RecommendationAttached",
        data: { recommendation, confidence, summary, payload },
      };
    }
  }
};

/**
 * Adds what the requester, or any agent of the org, knows or advises while the request is pending. To other agents a
 * request that has ended is as absent as before.
 */
export const attach = (
  state: KnownRequest,
  command: AttachCommand,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  if (principal !== null && !isRequester(state, principal)) {
    if (principal.kind === "person") {
      return {
        events: [],
        refusal: refuse(
          "forbidden",
          "Only the requester and agents of the organisation attach something to a request.",
        ),
      };
    }
    if (state.status !== "pending") {
      return { events: [], refusal: refuse("not-found", "There is no such approval request.") };
    }
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const stands = (state.attachments?.length ?? 0) + (state.recommendations?.length ?? 0);
  if (stands >= MAX_ATTACHMENTS) {
    const message = `takes no more than ${MAX_ATTACHMENTS} attachments and recommendations`;
    return {
      events: [],
      refusal: refuse("unprocessable", `A request ${message}.`, {
        faults: [{ path: "", message }],
      }),
    };
  }
  return { events: [eventOf(command)] };
};

/** The state after something was attached. */
export const withAttached = <S extends KnownRequest>(
  state: S,
  event: Extract<RequestEvent, { type: "ContextAttached" | "RecommendationAttached" }>,
  actor: Attached["by"],
  at: string,
): S => {
  const { kind, id } = (event.type === "ContextAttached" ? event.data.by : undefined) ?? actor;
  const by = { kind, id };
  return event.type === "ContextAttached"
    ? {
        ...(event.data.automation === undefined
          ? state
          : withRun(state, event.data.automation, at)),
        attachments: [...(state.attachments ?? []), { by, at, context: event.data.context }],
        lastOccurredAt: at,
      }
    : {
        ...state,
        recommendations: [...(state.recommendations ?? []), { by, at, ...event.data }],
        lastOccurredAt: at,
      };
};

/** An attachment on the wire, in this order of keys. */
export const attachmentView = ({ by, at, context }: AttachedContext): AttachmentView => ({
  by: { kind: by.kind, id: by.id },
  at,
  context,
});

/** A recommendation on the wire, in this order of keys. */
export const recommendationView = ({
  by,
  at,
  recommendation,
  confidence,
  summary,
  payload,
}: AttachedRecommendation): RecommendationView => ({
  by: { kind: by.kind, id: by.id },
  at,
  recommendation,
  confidence,
  summary,
  payload,
});
