import type { RequestEvent } from "../events.ts";
import { withLevelClosed } from "../levels/close-level.ts";
import type { LevelState, PendingRequest, Resolution, ResolvedRequest } from "../state.ts";
import { dueOf } from "../timers/events.ts";

/** The state after the event that ended the request. */
export const resolved = (
  state: PendingRequest,
  event: Extract<
    RequestEvent,
    { type: "RequestApproved" | "RequestDenied" | "RequestExpired" | "RequestCancelled" }
  >,
  at: string,
): ResolvedRequest => {
  const ended = (
    status: ResolvedRequest["status"],
    resolution: Resolution,
    levels: readonly LevelState[],
    grant: ResolvedRequest["grant"] = null,
  ): ResolvedRequest => ({
    ...state,
    status,
    levels,
    resolvedAt: at,
    resolution,
    grant,
    execution:
      grant === null ? null : { status: "granted", validUntil: grant.validUntil, result: null },
    lastOccurredAt: at,
  });
  switch (event.type) {
    case "RequestApproved": {
      const { by, notes, grant, timer } = event.data;
      const resolution = { by, reason: null, notes, ...dueOf(timer) };
      return ended("approved", resolution, state.levels, grant);
    }
    case "RequestDenied": {
      const { by, reason, notes, pools, timer } = event.data;
      const resolution = { by, reason, notes, ...dueOf(timer) };
      return ended("denied", resolution, withLevelClosed(state.levels, pools));
    }
    case "RequestExpired": {
      const { dueAt, pools } = event.data;
      const by = { kind: "timer", id: "expiry" } as const;
      const resolution = { by, reason: null, notes: null, dueAt };
      return ended("expired", resolution, withLevelClosed(state.levels, pools));
    }
    case "RequestCancelled": {
      const { by, reason, pools } = event.data;
      const resolution = { by, reason, notes: null };
      return ended("cancelled", resolution, withLevelClosed(state.levels, pools));
    }
  }
};
