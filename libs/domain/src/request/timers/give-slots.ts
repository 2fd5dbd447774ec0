import type { Target } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, groupPlan, levelPlan } from "../levels/chain.ts";
import { countsHeads } from "../people/deciders.ts";
import { openLevelOf } from "../ending/ending.ts";
import type { GroupRecord, RequestEvent } from "../events.ts";
import { recordNamed } from "../asking/named-people.ts";
import { countedApprovals, judge } from "../levels/quorum.ts";
import { moveSlots } from "../changing/reassign.ts";
import { rosterOf } from "../people/slots.ts";
import type { GroupState, LevelState, PendingRequest } from "../state.ts";
import type { EscalatedGroup, TimerRef } from "./events.ts";
import type { Suppressed } from "./fence.ts";
import { withoutAskers } from "./told.ts";

/**
 * What an escalation adds to the groups that still want approvals: whoever joins a pool, and alternates where heads
 * are counted. Whoever may answer in a group already is not added to it.
 */
export const joining = (
  state: PendingRequest,
  open: LevelState,
  to: readonly Target[],
  reference: Reference,
): readonly EscalatedGroup[] => {
  const plan = levelPlan(chainOf(state, reference.definition), open.number);
  const roster = rosterOf(state.submitted, reference);
  const standing = judge(plan, open.groups, open.votes, roster);
  const counted = countedApprovals(plan, standing.groups);
  const targets = withoutAskers(to, state, reference);
  const joined: EscalatedGroup[] = [];
  for (const [index, group] of open.groups.entries()) {
    const stands = standing.groups[index];
    if (stands === undefined || stands.denied) continue;
    if ((counted[index]?.length ?? 0) >= stands.needed) continue;
    const { quorum } = groupPlan(plan, index);
    const named = recordNamed(targets, quorum, group.apart, state, reference);
    const people = named.slots.filter(({ approver }) => !roster.holds(group, approver));
    const isByHead = countsHeads(quorum);
    const pools = named.pools.filter((role) => !group.pools.includes(role));
    if (people.length + pools.length === 0) continue;
    joined.push({
      group: group.group,
      pools,
      slots: isByHead ? [] : people,
      alternates: isByHead ? people : [],
    });
  }
  return joined;
};

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name) => others.includes(name));

const holdersIn = ({ slots }: GroupRecord): readonly string[] =>
  slots.map(({ approver }) => approver);

/**
 * True for a group that would be recorded as it stands: the same people and roles, nobody taken out. The bar is then
 * the same too.
 */
const holdsAlready = (record: GroupRecord, group: GroupState | undefined): boolean =>
  group?.voided.length === 0 &&
  areSame(record.pools, group.pools) &&
  areSame(holdersIn(record), holdersIn(group));

/** Gives the open slots of the open level to others because a timer says so; nothing where the quorum would be out of reach. */
export const reassignBy = (
  state: PendingRequest,
  timer: TimerRef,
  { to, reason }: { readonly to: readonly Target[]; readonly reason: string },
  reference: Reference,
): readonly RequestEvent[] | Suppressed => {
  const targets = withoutAskers(to, state, reference);
  const command = { type: "reassign", from: null, to: targets, reason } as const;
  const { events, refusal } = moveSlots(state, command, reference, { timer });
  if (refusal !== undefined) return { code: "quorum-unreachable", reason: refusal.message };
  const groups = openLevelOf(state)?.groups ?? [];
  const isSame = events.some(
    (event) =>
      event.type === "LevelOpened" &&
      event.data.groups.every((record, index) => holdsAlready(record, groups[index])),
  );
  return isSame ? { code: "theirs-already", reason: "The open slots are theirs already." } : events;
};
