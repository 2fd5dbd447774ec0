import type { Reference } from "@countersign/domain/reference.ts";
import type { DecideContext } from "@countersign/domain/request/commands.ts";
import { absentRequest } from "@countersign/domain/request/evolve.ts";
import { stateAfter } from "@countersign/domain/request/follow.ts";
import type { Frozen, LevelState, PendingRequest } from "@countersign/domain/request/state.ts";
import { plansFor } from "@countersign/domain/request/timers/plan.ts";
import { timelineOf } from "@countersign/domain/request/timers/timeline.ts";
import type { TimelineEntry } from "@countersign/domain/request/view/wire.ts";

const unopened = (number: number): LevelState => ({
  number,
  status: "skipped",
  because: null,
  openedAt: null,
  resolvedAt: null,
  resolvedBy: null,
  groups: [],
  votes: [],
  deniedGroup: null,
});

/** The request as it would stand with this level open and nobody having voted; null: no level is. */
const standing = (
  created: PendingRequest,
  open: LevelState | null,
  context: DecideContext,
  reference: Reference,
): PendingRequest => {
  const before = Array.from({ length: (open?.number ?? 1) - 1 }, (_, index) => unopened(index + 1));
  const state = { ...created, levels: open === null ? [] : [...before, open] };
  const planned = plansFor(state, { isNew: true, mayMove: false }, reference);
  const after = stateAfter(state, planned, context);
  if (after.status !== "pending") throw new Error("planning timers ended a request");
  return after;
};

/** By time; at the same instant the expiry beats everything, and a due mark comes after the steps. */
const inOrder = (a: TimelineEntry, b: TimelineEntry): number =>
  Date.parse(a.at) - Date.parse(b.at) ||
  Number(b.action === "expiry") - Number(a.action === "expiry") ||
  Number(a.step === null) - Number(b.step === null);

/**
 * Everything that would come due, in order: the ladders and due marks of each level from the moment it opens, and once
 * what counts from the creation. `suppressed` says why something would do nothing.
 */
export const timersOf = (
  { submitted }: Frozen,
  opened: readonly LevelState[],
  context: DecideContext,
  reference: Reference,
): readonly TimelineEntry[] => {
  const created = stateAfter(
    absentRequest,
    [{ type: "RequestSubmitted", data: submitted }],
    context,
  );
  if (created.status !== "pending") throw new Error("a request that was just made is not pending");
  const timelineWith = (open: LevelState | null): readonly TimelineEntry[] =>
    timelineOf(standing(created, open, context, reference), reference);
  const whole = timelineWith(opened[0] ?? null).filter(({ level }) => level === null);
  const ofLevels = opened.flatMap((open) =>
    timelineWith(open).filter(({ level }) => level === open.number),
  );
  return [...ofLevels, ...whole].toSorted(inOrder);
};
