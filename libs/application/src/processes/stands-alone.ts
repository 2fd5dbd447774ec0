import type { RequestState } from "@countersign/domain/request/state.ts";

/**
 * True for a request that no process manager of requests has to do with: it has no children and no parent, no topic
 * waits for it, and no recipe made it. Whatever becomes of it, `onChildren`, `onRequestResolved` and `onPermission`
 * want nothing done.
 */
export const standsAlone = (state: RequestState): boolean => {
  if (state.status === "absent") return true;
  const { topic, parent, automation } = state.submitted;
  return (
    topic === null &&
    parent === undefined &&
    automation === undefined &&
    (state.children === undefined || state.children.length === 0)
  );
};
