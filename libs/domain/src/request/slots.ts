import { approversOf, rolesOf } from "../directory/lookups.ts";
import type { GroupPlan, LevelPlan, Quorum } from "../policy/policy.ts";
import type { Reference } from "../reference.ts";
import type { DecideContext } from "./commands.ts";
import { groupPlan } from "./chain.ts";
import type { ClosedPools, GroupRecord, SlotRecord, SubmittedFields, Via } from "./events.ts";
import { isSeparated, mayHold, resolveIdentifier, resolvePerson, stillHolds } from "./people.ts";
import type { Frozen, GroupState } from "./state.ts";

/** Approvals that a quorum wants of `people` recorded ones. Never less than one: an empty set approves nothing. */
export const neededOf = ({ required, count, percent }: Quorum, people: number): number => {
  switch (required) {
    case "any":
      return 1;
    case "threshold":
      return Math.max(1, count ?? 1);
    case "all":
      return Math.max(1, people);
    case "percent":
      return Math.max(1, Math.ceil((people * (percent ?? 100)) / 100));
  }
};

/** True when today's members of a role answer, and not the people who were in it when the level opened. */
const isPooled = ({ required }: Quorum): boolean => required === "any" || required === "threshold";

/** The member who was given a slot longest ago, ties by id. */
const nextInTurn = (
  members: readonly string[],
  lastAssigned: DecideContext["lastAssigned"],
): string | undefined => {
  let next: string | undefined;
  for (const member of members) {
    const at = lastAssigned?.get(member) ?? "";
    const best = next === undefined ? "" : (lastAssigned?.get(next) ?? "");
    if (next === undefined || at < best || (at === best && member < next)) next = member;
  }
  return next;
};

const recordGroup = (
  plan: GroupPlan,
  frozen: Frozen,
  reference: Reference,
  lastAssigned: DecideContext["lastAssigned"],
): GroupRecord => {
  const { submitted } = frozen;
  const { directory } = reference;
  const pools: string[] = [];
  const slots: SlotRecord[] = [];
  const add = (approver: string, via: Via): void => {
    if (mayHold(submitted, directory, approver) && !slots.some((s) => s.approver === approver)) {
      slots.push({ approver, via });
    }
  };
  for (const { type, identifier } of plan.assignments) {
    if (type === "user") {
      const person = resolvePerson(identifier, frozen, reference);
      if (person !== null) add(person, { type: "user", identifier });
      continue;
    }
    const role = resolveIdentifier(identifier, frozen);
    if (role === null || type === "workflow") continue;
    if (type === "round_robin") {
      const able = approversOf(directory, role).filter((id) => !isSeparated(submitted, id));
      const next = nextInTurn(able, lastAssigned);
      if (next !== undefined) add(next, { type: "round_robin", identifier: role });
    } else if (isPooled(plan.quorum)) {
      if (!pools.includes(role)) pools.push(role);
    } else {
      for (const id of approversOf(directory, role)) add(id, { type: "role", identifier: role });
    }
  }
  return { group: plan.group, needed: neededOf(plan.quorum, slots.length), pools, slots };
};

/** The groups of a level as they would be recorded if it opened now. */
export const recordGroups = (
  plan: LevelPlan,
  frozen: Frozen,
  reference: Reference,
  lastAssigned?: DecideContext["lastAssigned"],
): readonly GroupState[] =>
  plan.groups.map((group) => ({
    ...recordGroup(group, frozen, reference, lastAssigned),
    voided: [],
    closedPool: null,
  }));

/** Who may answer in a group today: what its record and the directory of the day say together. */
export interface Roster {
  /** True for somebody who may vote on this request at all: active, no viewer, not kept out by separation of duties. */
  mayAct(person: string): boolean;
  holds(group: GroupState, person: string): boolean;
  /** Each person once: recorded ones who are still there, then today's members of the pools. */
  holders(group: GroupState): readonly SlotRecord[];
  /** Recorded people who have left since and are not voided yet. */
  leavers(group: GroupState): readonly SlotRecord[];
}

/** The roster of one request by the directory of the day. */
export const rosterOf = (submitted: SubmittedFields, { directory }: Reference): Roster => {
  const standing = (group: GroupState): readonly SlotRecord[] =>
    group.slots.filter(
      (slot) => !group.voided.includes(slot.approver) && stillHolds(submitted, directory, slot),
    );
  return {
    mayAct: (person) => mayHold(submitted, directory, person),
    holds: (group, person) => {
      if (!mayHold(submitted, directory, person)) return false;
      if (group.pools.length > 0) {
        const roles = rolesOf(directory, person);
        if (group.pools.some((role) => roles.includes(role))) return true;
      }
      return (
        !group.voided.includes(person) &&
        group.slots.some(
          (slot) => slot.approver === person && stillHolds(submitted, directory, slot),
        )
      );
    },
    holders: (group) => {
      const found = standing(group);
      if (group.pools.length === 0) return found;
      const all = [...found];
      const seen = new Set(found.map((slot) => slot.approver));
      for (const role of group.pools) {
        for (const approver of approversOf(directory, role)) {
          if (seen.has(approver) || isSeparated(submitted, approver)) continue;
          seen.add(approver);
          all.push({ approver, via: { type: "role", identifier: role } });
        }
      }
      return all;
    },
    leavers: (group) =>
      group.slots.filter(
        (slot) => !group.voided.includes(slot.approver) && !stillHolds(submitted, directory, slot),
      ),
  };
};

/** Approvals the group wants now: `all` and `percent` count the people recorded minus those who left. */
export const neededNow = (plan: LevelPlan, index: number, group: GroupState): number =>
  group.voided.length === 0
    ? group.needed
    : neededOf(groupPlan(plan, index).quorum, group.slots.length - group.voided.length);

/** Members of the pools at this moment, by group: kept when a level closes, because they are what it is shown from. */
export const closePools = (groups: readonly GroupState[], roster: Roster): ClosedPools => {
  const pools: Record<string, readonly SlotRecord[]> = {};
  for (const group of groups) {
    if (group.pools.length === 0) continue;
    const holders = roster.holders(group);
    pools[group.group] =
      group.slots.length === 0
        ? holders
        : holders.filter((held) => !group.slots.some((s) => s.approver === held.approver));
  }
  return pools;
};
