import type { Actor } from "../../actor.ts";
import type { JsonObject } from "../../json.ts";
import type { Reference } from "../../reference.ts";
import type { Decision } from "../commands.ts";
import type { ClosedPools, RequestEvent } from "../events.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { closePools, rosterOf } from "../people/slots.ts";
import type { KnownRequest, LevelState, PendingRequest, ResolvedRequest } from "../state.ts";

/** The level that people decide at now; undefined while every level is skipped, and after the end. */
export const openLevelOf = (state: KnownRequest): LevelState | undefined => {
  const last = state.levels.at(-1);
  return last?.status === "open" ? last : undefined;
};

/** An actor as details of a refusal and the wire name it. */
export const actorJson = ({ kind, id, onBehalfOf }: Actor): JsonObject =>
  onBehalfOf === undefined ? { kind, id } : { kind, id, on_behalf_of: onBehalfOf };

/** Today's members of the open level's pools, for the event that closes it by ending the request. */
export const openPools = (state: PendingRequest, reference: Reference): ClosedPools => {
  const level = openLevelOf(state);
  return level === undefined ? {} : closePools(level.groups, rosterOf(state.submitted, reference));
};

/** True when the request's time is over at `now`. The instant itself is too late. */
export const isDue = ({ expiresAt }: KnownRequest, now: string): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now);

/** The expiry of a request that is due. */
export const expired = (state: PendingRequest, reference: Reference): RequestEvent => ({
  type: "RequestExpired",
  data: { dueAt: state.expiresAt ?? "", pools: openPools(state, reference) },
});

const alreadyResolved = (status: string, by: Actor, at: string): Refusal =>
  refuse("already-resolved", `The request is ${status} since ${at}.`, {
    resolved_by: actorJson(by),
    resolved_at: at,
    status,
  });

/** The no to a command that came after the end. */
export const refuseResolved = ({ status, resolution, resolvedAt }: ResolvedRequest): Refusal =>
  alreadyResolved(status, resolution.by, resolvedAt);

/** A pending request whose time is not over. */
export type InTime = { readonly inTime: PendingRequest };

/**
 * Every command begins here. A request that ended refuses it; one whose time is over expires now, in the command's
 * own append, and refuses it likewise: nobody can be quicker than the clock by being quicker than the timer.
 */
export const inTime = (
  state: KnownRequest,
  now: string,
  reference: Reference,
): InTime | Decision => {
  if (state.status !== "pending") return { events: [], refusal: refuseResolved(state) };
  if (!isDue(state, now)) return { inTime: state };
  return {
    events: [expired(state, reference)],
    refusal: alreadyResolved("expired", { kind: "timer", id: "expiry" }, now),
  };
};
