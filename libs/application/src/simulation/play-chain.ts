import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { chainOf, isFallback } from "@countersign/domain/request/levels/chain.ts";
import type { DecideContext } from "@countersign/domain/request/commands.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { gapOf } from "@countersign/domain/request/levels/gap.ts";
import { levelView } from "@countersign/domain/request/view/level-view.ts";
import { advance, openLevel } from "@countersign/domain/request/levels/open-levels.ts";
import { rosterOf, type Roster } from "@countersign/domain/request/people/slots.ts";
import type { Frozen, GroupState, LevelState } from "@countersign/domain/request/state.ts";
import type { SlotView } from "@countersign/domain/request/view/wire.ts";

/** A group as it would be asked. */
interface SimulatedGroup {
  readonly group: string;
  readonly required: string;
  /** How many approvals it would want. */
  readonly needed: number;
  readonly slots: readonly Pick<SlotView, "approver" | "via" | "why">[];
  /** Why this group cannot reach its quorum by the people there are; null when it can. */
  readonly dead_end: string | null;
}

/** A level as it would open, or why it would not. */
export interface SimulatedLevel {
  readonly number: number;
  readonly name: string;
  readonly applies: boolean;
  /** Every condition field with its value; null when the level always applies. */
  readonly because: string | null;
  readonly logic: "AND" | "OR";
  readonly groups: readonly SimulatedGroup[];
}

/** A chain played through. */
export interface PlayedChain {
  readonly levels: readonly SimulatedLevel[];
  /** Levels as they would stand when they open. */
  readonly opened: readonly LevelState[];
  /** What the chain comes to when every level is skipped; null when somebody is asked. */
  readonly end: { readonly approves: boolean; readonly reason: string } | null;
}

const NOT_NEEDED = "a fallback, which opens only when every other level is skipped";
const PASSES = "the transition passes without approval: its when is false";

const asOpened = (
  { level: number, because, groups }: Extract<RequestEvent, { type: "LevelOpened" }>["data"],
  at: string,
): LevelState => ({
  number,
  status: "open",
  because,
  openedAt: at,
  resolvedAt: null,
  resolvedBy: null,
  groups: groups.map((group): GroupState => ({ ...group, voided: [], closedPool: null })),
  votes: [],
  deniedGroup: null,
});

/** Why each group cannot reach its quorum: by itself, or because an AND level's groups share too few people. */
const deadEnds = (
  plan: LevelPlan,
  groups: readonly GroupState[],
  roster: Roster,
): readonly (string | null)[] => {
  const alone = plan.groups.map((group, index) => {
    const state = groups[index];
    if (state === undefined) return null;
    return gapOf({ ...plan, groups: [group] }, [state], roster)?.reason ?? null;
  });
  if (alone.some((reason) => reason !== null)) return alone;
  const together = gapOf(plan, groups, roster);
  return alone.map(() => together?.reason ?? null);
};

const opened = (
  plan: LevelPlan,
  state: LevelState,
  frozen: Frozen,
  reference: Reference,
): SimulatedLevel => {
  const roster = rosterOf(frozen.submitted, reference);
  const { number, name, logic, because, groups } = levelView(
    plan,
    state,
    frozen,
    reference,
    roster,
  );
  const ends = deadEnds(plan, state.groups, roster);
  return {
    number,
    name,
    applies: true,
    because,
    logic,
    groups: groups.map(({ group, required, needed, slots }, index) => ({
      group,
      required,
      needed,
      slots: slots.map(({ approver, via, why }) => ({ approver, via, why })),
      dead_end: ends[index] ?? null,
    })),
  };
};

const skipped = (
  plan: LevelPlan,
  because: string,
  frozen: Frozen,
  reference: Reference,
): SimulatedLevel => {
  const roster = rosterOf(frozen.submitted, reference);
  const { number, name, logic, groups } = levelView(plan, undefined, frozen, reference, roster);
  return {
    number,
    name,
    applies: false,
    because,
    logic,
    groups: groups.map(({ group, required, needed }) => ({
      group,
      required,
      needed,
      slots: [],
      dead_end: null,
    })),
  };
};

/** Opens every level of a chain in order, each as if the one before it was approved at that moment. */
export const playChain = (
  frozen: Frozen,
  context: DecideContext,
  reference: Reference,
  passes = false,
): PlayedChain => {
  const chain = chainOf(frozen, reference.definition);
  const levels: SimulatedLevel[] = [];
  const open: LevelState[] = [];
  let anybody = false;
  for (const plan of chain.levels) {
    const happened: RequestEvent[] = [];
    const isLast = isFallback(chain, plan.number);
    if (passes || (isLast && anybody)) {
      levels.push(skipped(plan, passes ? PASSES : NOT_NEEDED, frozen, reference));
      continue;
    }
    openLevel(plan, frozen, context, reference, happened);
    const [first] = happened;
    if (first?.type === "LevelOpened") {
      if (!isLast) anybody = true;
      const state = asOpened(first.data, context.now);
      open.push(state);
      levels.push(opened(plan, state, frozen, reference));
    } else {
      const because = first?.type === "LevelSkipped" ? first.data.because : "";
      levels.push(skipped(plan, because, frozen, reference));
    }
  }
  return { levels, opened: open, end: passes ? null : endOf(levels, frozen, context, reference) };
};

const endOf = (
  levels: readonly SimulatedLevel[],
  frozen: Frozen,
  context: DecideContext,
  reference: Reference,
): PlayedChain["end"] => {
  if (levels.some(({ applies }) => applies)) return null;
  const last: RequestEvent[] = [];
  const none = { after: levels.length, approved: false, by: context.actor, notes: null };
  advance(frozen, none, context, reference, last);
  const [end] = last;
  return {
    approves: end?.type === "RequestApproved",
    reason: end?.type === "LevelBlocked" ? end.data.reason : "",
  };
};
