import type { Json } from "../../json.ts";
import type { Reference } from "../../reference.ts";
import type { DecideContext, Decision, Principal } from "../commands.ts";
import { inTime, refuseResolved } from "./ending.ts";
import { refuse, type Refusal } from "../refusals.ts";
import type { Execution, KnownRequest, ResolvedRequest } from "../state.ts";

/** The scope of credentials that execute what others asked for. */
const EXECUTE = "execute";

const no = (refusal: Refusal): Decision => ({ events: [], refusal });

const isRequester = ({ submitted }: KnownRequest, { kind, id }: Principal): boolean =>
  submitted.requester.kind === kind && submitted.requester.id === id;

const mayExecute = ({ kind, scopes }: Principal): boolean =>
  kind === "agent" && scopes?.includes(EXECUTE) === true;

/**
 * True for an agent with scope `execute` to which this request, otherwise absent, is there for this command: it shows
 * the request's own grant, or the grant was spent.
 */
export const isExecutor = (
  state: KnownRequest,
  principal: Principal,
  command: { readonly type: string; readonly grantId?: string | null },
): boolean => {
  if (!mayExecute(principal) || state.status === "pending" || state.execution === null) {
    return false;
  }
  return command.type === "consume"
    ? state.grant !== null && command.grantId === state.grant.id
    : command.type === "report-execution" && state.execution.status !== "granted";
};

interface Granted {
  readonly state: ResolvedRequest;
  readonly execution: Execution;
  readonly grant: { readonly id: string; readonly validUntil: string };
}

/** An approved request with its grant, or the no to somebody who wants to act on another. */
const grantedTo = (
  state: KnownRequest,
  { principal, now }: DecideContext,
  reference: Reference,
): Granted | Decision => {
  if (principal !== null && !isRequester(state, principal) && !mayExecute(principal)) {
    return no(
      refuse("forbidden", "Only the requester, and agents with scope execute, spend a grant."),
    );
  }
  if (state.status === "pending") {
    const timely = inTime(state, now, reference);
    if (!("inTime" in timely)) return timely;
    return no(
      refuse("conflict", "The request is pending: there is no grant.", { status: "pending" }),
    );
  }
  if (state.status !== "approved") return no(refuseResolved(state));
  const { grant, execution } = state;
  if (grant === null || execution === null) {
    return no(refuse("conflict", "A transition executes by completing: it issues no grant."));
  }
  return { state, grant, execution };
};

const otherPayload = ({ payloadHash, payloadVersion }: KnownRequest): Refusal =>
  refuse("payload-changed", "This is not the payload that was approved.", {
    payload_hash: payloadHash,
    payload_version: payloadVersion,
  });

/** Spends the one-time grant. `grantId` is that of a grant whose signature was checked, null when it is none of ours. */
export const consume = (
  state: KnownRequest,
  command: { readonly grantId: string | null; readonly payloadHash: string | null },
  context: DecideContext,
  reference: Reference,
): Decision => {
  const granted = grantedTo(state, context, reference);
  if (!("grant" in granted)) return granted;
  const { grant, execution } = granted;
  if (execution.status !== "granted") {
    return no(refuse("grant-spent", "The grant was spent already; it is good for one execution."));
  }
  if (Date.parse(grant.validUntil) <= Date.parse(context.now)) {
    return no(
      refuse("grant-expired", `The grant was good until ${grant.validUntil}; ask again.`, {
        valid_until: grant.validUntil,
      }),
    );
  }
  if (command.grantId !== grant.id) {
    const message = "is no grant of this request";
    return no(
      refuse("unprocessable", `grant ${message}.`, { faults: [{ path: "grant", message }] }),
    );
  }
  if (command.payloadHash !== state.payloadHash) return no(otherPayload(state));
  const { payloadHash, payloadVersion } = state;
  return {
    events: [
      {
        type: "GrantConsumed",
        data: { grantId: grant.id, by: context.actor, payloadHash, payloadVersion },
      },
    ],
  };
};

/** What the executor says of what it ran, once, after it spent the grant. */
export const reportExecution = (
  state: KnownRequest,
  command: {
    readonly status: "executed" | "failed";
    readonly result: Json;
    readonly payloadHash: string | null;
  },
  context: DecideContext,
  reference: Reference,
): Decision => {
  const granted = grantedTo(state, context, reference);
  if (!("grant" in granted)) return granted;
  const { status } = granted.execution;
  if (status === "granted") {
    return no(refuse("not-consumed", "Spend the grant before you execute, then report."));
  }
  if (status !== "consumed") {
    return no(refuse("conflict", `The execution was reported before: ${status}.`, { status }));
  }
  if (command.payloadHash !== state.payloadHash) return no(otherPayload(state));
  return {
    events: [
      {
        type: "ExecutionReported",
        data: { status: command.status, result: command.result, payloadHash: state.payloadHash },
      },
    ],
  };
};

/**
 * Approved, and nobody came for the grant within `afterMs`: alarms once. From a timer, so early, stale and repeated
 * ones change nothing.
 */
export const markStuck = (
  state: KnownRequest,
  afterMs: number,
  { now }: DecideContext,
): Decision => {
  if (state.status === "pending" || state.execution?.status !== "granted") return { events: [] };
  const { grant, resolvedAt: approvedAt, stuckAt } = state;
  if (
    grant === null ||
    stuckAt !== undefined ||
    Date.parse(now) < Date.parse(approvedAt) + afterMs
  ) {
    return { events: [] };
  }
  const { id, validUntil } = grant;
  return {
    events: [{ type: "DeliveryStuck", data: { grantId: id, approvedAt, validUntil } }],
  };
};
