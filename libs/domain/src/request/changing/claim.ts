import type { Reference } from "../../reference.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { inTime } from "../ending/ending.ts";
import { refuse } from "../refusals.ts";
import { hatsAtOpen, isAdmin, slotAt } from "../people/standing-rights.ts";
import type { KnownRequest } from "../state.ts";

/** An approver of the open level says that they are on it. Said again by the same person, it is nothing. */
export const claim = (
  state: KnownRequest,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  if (principal === null) {
    return { events: [], refusal: refuse("forbidden", "Requests are claimed by their approvers.") };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const place = slotAt(state, null, principal, reference, now);
  if ("refusal" in place) return { events: [], refusal: place.refusal };
  const claimedBy = state.dealings?.claimedBy ?? null;
  if (claimedBy === principal.id) return { events: [] };
  if (claimedBy !== null) {
    return {
      events: [],
      refusal: refuse("conflict", `${claimedBy} has claimed the request.`, {
        claimed_by: claimedBy,
      }),
    };
  }
  return {
    events: [
      { type: "RequestClaimed", data: { level: place.open.number, claimedBy: principal.id } },
    ],
  };
};

/** The claimer, or an admin, gives a claim back. Nothing to give back is nothing to do for who might have claimed. */
export const release = (
  state: KnownRequest,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  const claimedBy = state.dealings?.claimedBy ?? null;
  const may =
    principal !== null &&
    (claimedBy === principal.id ||
      isAdmin(principal, reference) ||
      (claimedBy === null && hatsAtOpen(state, principal, reference, now).length > 0));
  if (!may) {
    return {
      events: [],
      refusal: refuse("forbidden", "Only the claimer and admins release a claim."),
    };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  return {
    events: claimedBy === null ? [] : [{ type: "RequestReleased", data: { claimedBy } }],
  };
};
