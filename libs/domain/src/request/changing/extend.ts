import type { Reference } from "../../reference.ts";
import type { ChangeCommandOf } from "../change-commands.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { inTime } from "../ending/ending.ts";
import { refuse, refuseField } from "../refusals.ts";
import {
  askerRefused,
  hatsAtOpen,
  isAdmin,
  isAsker,
  reasonRefused,
} from "../people/standing-rights.ts";
import type { KnownRequest } from "../state.ts";

/** Extensions of one request. */
export const MAX_EXTENSIONS = 3;
/** Milliseconds from now within which an extended expiry must lie. */
const MOST_AHEAD_MS = 30 * 86_400_000;

/**
 * Gives a request more time: an approver of the open level or an admin, at most three times, to a time later than the
 * present expiry and at most 30 days ahead. The ladder stays as it is.
 */
export const extend = (
  state: KnownRequest,
  { expiresAt, reason }: ChangeCommandOf<"extend">,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  const may =
    principal !== null &&
    (state.status !== "pending" ||
      isAdmin(principal, reference) ||
      isAsker(state, principal) ||
      hatsAtOpen(state, principal, reference, now).length > 0);
  if (principal === null || !may) {
    return {
      events: [],
      refusal: refuse("forbidden", "Only approvers of the open level and admins extend a request."),
    };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const unreasoned = reasonRefused(reason, "An extension");
  if (unreasoned !== null) return { events: [], refusal: unreasoned };
  const outOfRange = (message: string): Decision => ({
    events: [],
    refusal: refuseField("expiry-out-of-range", "expires_at", message, {
      expires_at: state.expiresAt,
    }),
  });
  const wished = Date.parse(expiresAt);
  if (state.expiresAt === null) return outOfRange("The request never expires.");
  if (wished <= Date.parse(state.expiresAt)) {
    return outOfRange(`The expiry is already ${state.expiresAt}: an extension must be later.`);
  }
  if (wished > Date.parse(now) + MOST_AHEAD_MS) {
    return outOfRange("An extension reaches at most 30 days ahead.");
  }
  if ((state.dealings?.extensions ?? 0) >= MAX_EXTENSIONS) {
    return outOfRange(`A request is extended at most ${MAX_EXTENSIONS} times.`);
  }
  if (isAsker(state, principal)) return { events: [], refusal: askerRefused("extends") };
  const data = {
    expiresAt: new Date(wished).toISOString(),
    before: state.expiresAt,
    reason: reason ?? "",
  };
  return { events: [{ type: "ExpiryExtended", data }] };
};

/**
 * Gives a child request the time that its parent was given, where it would have ended with the parent: one whose own
 * policy wrote a shorter expiry keeps it.
 */
export const extendWithParent = (
  state: KnownRequest,
  { expiresAt, before }: ChangeCommandOf<"extend-with-parent">,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  if (principal !== null || state.submitted.parent === undefined) {
    return { events: [], refusal: refuse("forbidden", "Only a child request follows its parent.") };
  }
  if (state.status !== "pending" || state.expiresAt !== before || expiresAt <= before) {
    return { events: [] };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const reason = `The request ${state.submitted.parent.id} has more time.`;
  return { events: [{ type: "ExpiryExtended", data: { expiresAt, before, reason } }] };
};
