import type { DirectoryState } from "../../directory/directory.ts";
import { approversOf, rolesOf } from "../../directory/lookups.ts";
import type { GroupPlan, LevelPlan, Quorum } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { childSlot } from "../voting/children.ts";
import type { Opening } from "../commands.ts";
import { deciderSlots, headsIn, isNoPerson, mayDecide } from "./deciders.ts";
import { groupPlan } from "../levels/chain.ts";
import type { ClosedPools, SlotRecord, SubmittedFields, Via } from "../events.ts";
import { isSeparated, mayHold, resolveIdentifier, resolvePerson, stillHolds } from "./people.ts";
import { apartAt, isOutside } from "./outside.ts";
import type { Frozen, GroupState } from "../state.ts";
import { nextInTurn } from "./turns.ts";

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

const recordGroup = (
  plan: GroupPlan,
  level: LevelPlan,
  frozen: Frozen,
  reference: Reference,
  opening: Opening | undefined,
  apart: readonly string[],
): GroupState => {
  const { submitted } = frozen;
  const { directory } = reference;
  const pools: string[] = [];
  const slots: SlotRecord[] = [];
  const add = (approver: string, via: Via): void => {
    if (apart.includes(approver)) return;
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
    if (role === null) continue;
    if (type === "workflow") {
      const slot = childSlot(role, level.number, plan.group, frozen, reference, opening);
      if (slot !== null && !slots.some((s) => s.approver === slot.approver)) slots.push(slot);
    } else if (type === "round_robin") {
      const next = nextInTurn(role, apart, submitted, reference, opening);
      if (next !== undefined) add(next, { type: "round_robin", identifier: role });
    } else if (isPooled(plan.quorum)) {
      if (!pools.includes(role)) pools.push(role);
    } else {
      for (const id of approversOf(directory, role)) add(id, { type: "role", identifier: role });
    }
  }
  const needed = neededOf(plan.quorum, slots.length);
  if (level.deciders.length > 0) {
    const deciders = deciderSlots(level.deciders, submitted, reference);
    slots.push(...deciders.filter(({ approver }) => !apart.includes(approver)));
  }
  const group = { group: plan.group, needed, pools, slots, voided: [], closedPool: null };
  return apart.length === 0 ? group : { ...group, apart };
};

/** The groups of a level as they would be recorded if it opened now. */
export const recordGroups = (
  plan: LevelPlan,
  frozen: Frozen,
  reference: Reference,
  opening?: Opening,
): readonly GroupState[] => {
  const apart = apartAt(frozen, plan.number);
  return plan.groups.map((group) => recordGroup(group, plan, frozen, reference, opening, apart));
};

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

/** What judging and showing a level needs of a roster. */
export type Holders = Pick<Roster, "holds" | "holders">;

/** True for somebody who was escalated to where heads are counted, and neither holds a slot in the group nor lost one. */
export const isAlternate = (
  { alternates, slots, voided, cancelled }: GroupState,
  person: string,
): boolean =>
  alternates?.some(({ approver }) => approver === person) === true &&
  cancelled?.some(({ approver }) => approver === person) !== true &&
  (voided.includes(person) || !slots.some(({ approver }) => approver === person));

const nobody: readonly SlotRecord[] = [];

type Members = Map<string, readonly SlotRecord[]>;

const members = new WeakMap<DirectoryState, Members>();

/** The slots of a role's members, made once for a directory: every request with such a pool has the same ones. */
const membersOf = (directory: DirectoryState, role: string): readonly SlotRecord[] => {
  let ofRoles = members.get(directory);
  if (ofRoles === undefined) members.set(directory, (ofRoles = new Map()));
  let found = ofRoles.get(role);
  if (found === undefined) {
    // A role that is not there is not kept: what an asker calls one is without bounds.
    if (!directory.roles.has(role)) return nobody;
    const via: Via = { type: "role", identifier: role };
    found = approversOf(directory, role).map((approver) => ({ approver, via }));
    ofRoles.set(role, found);
  }
  return found;
};

/** The roster of one request by the directory of the day. Whoever judges and shows a group asks for its holders again. */
class TodaysRoster implements Roster {
  readonly submitted: SubmittedFields;
  readonly reference: Reference;
  #group: GroupState | undefined;
  #holders: readonly SlotRecord[] = nobody;

  constructor(submitted: SubmittedFields, reference: Reference) {
    this.submitted = submitted;
    this.reference = reference;
  }

  mayAct(person: string): boolean {
    return mayHold(this.submitted, this.reference.directory, person);
  }

  holds(group: GroupState, person: string): boolean {
    if (isNoPerson(person)) {
      return this.#standing(group).some(({ approver }) => approver === person);
    }
    if (!this.mayAct(person) || isOutside(group, person)) return false;
    const roles = rolesOf(this.reference.directory, person);
    if (group.pools.some((role) => roles.includes(role))) return true;
    const isHolder = (slot: SlotRecord): boolean =>
      slot.approver === person && stillHolds(this.submitted, this.reference.directory, slot);
    return (
      (!group.voided.includes(person) && group.slots.some(isHolder)) ||
      group.alternates?.some(isHolder) === true
    );
  }

  holders(group: GroupState): readonly SlotRecord[] {
    if (group !== this.#group) {
      this.#holders = this.#find(group);
      this.#group = group;
    }
    return this.#holders;
  }

  leavers(group: GroupState): readonly SlotRecord[] {
    if (group.slots.length === 0) return nobody;
    return group.slots.filter(
      (slot) =>
        !group.voided.includes(slot.approver) &&
        !stillHolds(this.submitted, this.reference.directory, slot),
    );
  }

  #find(group: GroupState): readonly SlotRecord[] {
    const { directory } = this.reference;
    const found = this.#standing(group);
    const pool = group.pools[0];
    if (pool === undefined) return found;
    const mayStand = ({ approver }: SlotRecord): boolean =>
      !isSeparated(this.submitted, approver) && !isOutside(group, approver);
    // The members of one pool are each listed once.
    if (group.pools.length === 1 && found.length === 0) {
      return membersOf(directory, pool).filter(mayStand);
    }
    const all = [...found];
    const seen = new Set(found.map((slot) => slot.approver));
    for (const role of group.pools) {
      for (const member of membersOf(directory, role)) {
        if (seen.has(member.approver) || !mayStand(member)) continue;
        seen.add(member.approver);
        all.push(member);
      }
    }
    return all;
  }

  /** Recorded people, agents and alternates who still stand. */
  #standing(group: GroupState): readonly SlotRecord[] {
    const { slots, alternates, voided } = group;
    if (slots.length === 0 && alternates === undefined) return nobody;
    const own = slots.filter((slot) => !voided.includes(slot.approver) && this.#holdsSlot(slot));
    if (alternates === undefined) return own;
    const others = alternates.filter(
      (slot) =>
        isAlternate(group, slot.approver) &&
        this.#holdsSlot(slot) &&
        !isOutside(group, slot.approver),
    );
    return [...own, ...others];
  }

  #holdsSlot(slot: SlotRecord): boolean {
    return (
      stillHolds(this.submitted, this.reference.directory, slot) &&
      (slot.via.type !== "agent" || mayDecide(this.submitted, slot.via.identifier, this.reference))
    );
  }
}

let last: TodaysRoster | undefined;

/** The roster of one request by the directory of the day. One command asks for it several times: the last is kept. */
export const rosterOf = (submitted: SubmittedFields, reference: Reference): Roster => {
  if (last?.submitted !== submitted || last.reference !== reference) {
    last = new TodaysRoster(submitted, reference);
  }
  return last;
};

/** Approvals the group wants now: `all` and `percent` count the people recorded minus those who left. */
export const neededNow = (plan: LevelPlan, index: number, group: GroupState): number =>
  group.voided.length === 0
    ? group.needed
    : neededOf(groupPlan(plan, index).quorum, headsIn(group));

/** Members of the pools at this moment, by group: kept when a level closes, because they are what it is shown from. */
export const closePools = (groups: readonly GroupState[], roster: Roster): ClosedPools => {
  const pools: Record<string, readonly SlotRecord[]> = {};
  for (const group of groups) {
    if (group.pools.length === 0) continue;
    pools[group.group] = roster
      .holders(group)
      .filter(
        ({ approver }) =>
          group.voided.includes(approver) || !group.slots.some((s) => s.approver === approver),
      );
  }
  return pools;
};
