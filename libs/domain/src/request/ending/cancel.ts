import { accessOf } from "../../directory/lookups.ts";
import type { Reference } from "../../reference.ts";
import type { DecideContext, Decision, Principal } from "../commands.ts";
import { inTime, openPools } from "./ending.ts";
import { refuse } from "../refusals.ts";
import type { KnownRequest } from "../state.ts";

/** The requester, the owner of the asking agent, and admins may take a request back. */
const mayCancel = (state: KnownRequest, principal: Principal, reference: Reference): boolean => {
  const { requester } = state.submitted;
  if (requester.kind === principal.kind && requester.id === principal.id) return true;
  return (
    principal.kind === "person" &&
    (requester.owner === principal.id || accessOf(reference.directory, principal.id) === "admin")
  );
};

/** Takes a pending request back. */
export const cancel = (
  state: KnownRequest,
  reason: string | null,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const { principal, actor, now } = context;
  if (principal !== null && !mayCancel(state, principal, reference)) {
    return {
      events: [],
      refusal: refuse(
        "forbidden",
        "Only the requester, the owner of the asking agent and admins may cancel a request.",
      ),
    };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const pools = openPools(timely.inTime, reference);
  return { events: [{ type: "RequestCancelled", data: { by: actor, reason, pools } }] };
};
