import type { LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, groupPlan, levelPlan, type Chain } from "../levels/chain.ts";
import type { AddedApprovers, ShortenedTimer } from "../change-events.ts";
import type { ChangeCommandOf } from "../change-commands.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { headsIn } from "../people/deciders.ts";
import { inTime, openLevelOf } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { following } from "../follow.ts";
import { recordNamed, unknownTarget } from "../asking/named-people.ts";
import { openLevel, recordOf } from "../levels/open-levels.ts";
import { keptGroup } from "../people/recheck.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { settle } from "../levels/settle.ts";
import { neededNow, neededOf, rosterOf } from "../people/slots.ts";
import {
  askerRefused,
  isAdmin,
  isAsker,
  reasonRefused,
  unprocessable,
} from "../people/standing-rights.ts";
import type { GroupState, KnownRequest, LevelState, PendingRequest } from "../state.ts";
import { isSooner } from "../timers/sooner.ts";
import { voidLeavers } from "../people/void-slot.ts";

type Amend = ChangeCommandOf<"amend">;
type Amended = Extract<RequestEvent, { type: "ChainAmended" }>["data"];

/** The level with this number, as far as it can still be changed, or what is wrong with it. */
const changeable = (
  state: KnownRequest,
  { levels }: Chain,
  number: number,
  path: string,
): LevelPlan | Refusal => {
  const plan = levels[number - 1];
  if (plan === undefined) return unprocessable(path, `names level ${number}, which is none`);
  // A denied level ended the request, and nothing is amended then.
  return state.levels[number - 1]?.status === "approved"
    ? unprocessable(path, `names level ${number}, which is approved`)
    : plan;
};

const skipFault = (
  state: KnownRequest,
  chain: Chain,
  number: number,
  path: string,
): Refusal | null => {
  const plan = changeable(state, chain, number, path);
  if ("code" in plan) return plan;
  if (state.levels[number - 1]?.status === "open") {
    return unprocessable(
      path,
      `names level ${number}, which is open: only levels to come are skipped`,
    );
  }
  return plan.unskippable
    ? unprocessable(path, `names level ${number}, which its policy does not let anybody skip`)
    : null;
};

const addition = (
  state: KnownRequest,
  chain: Chain,
  { level, group, approvers }: Amend["addApprovers"][number],
  path: string,
  reference: Reference,
): AddedApprovers | Refusal => {
  const plan = changeable(state, chain, level, `${path}.level`);
  if ("code" in plan) return plan;
  const name = group ?? (plan.groups.length === 1 ? plan.groups[0]?.group : undefined);
  if (name === undefined)
    return unprocessable(`${path}.group`, "is missing: the level has several");
  if (!plan.groups.some((each) => each.group === name)) {
    return unprocessable(`${path}.group`, `names ${name}, which is no group of level ${level}`);
  }
  if (state.levels[level - 1]?.status === "skipped" && state.blockedLevel !== "all-skipped") {
    return unprocessable(`${path}.level`, `names level ${level}, which was skipped`);
  }
  return unknownTarget(approvers, state, reference) ?? { level, group: name, approvers };
};

const shorterFault = (
  state: KnownRequest,
  chain: Chain,
  { level, step, after }: ShortenedTimer,
  path: string,
  reference: Reference,
): Refusal | null => {
  const plan = changeable(state, chain, level, `${path}.level`);
  if ("code" in plan) return plan;
  const written = step === null ? plan.timeout : plan.escalation[step - 1]?.after;
  if (written === null || written === undefined) {
    const timer = step === null ? "timeout" : `step ${step}`;
    return unprocessable(
      step === null ? path : `${path}.step`,
      `names a ${timer} that level ${level} has not`,
    );
  }
  const startAt = state.levels[level - 1]?.openedAt ?? state.createdAt;
  const sooner = isSooner(after, written, startAt, plan, reference);
  if (sooner === null) return unprocessable(`${path}.after`, "must be a duration above zero");
  return sooner ? null : unprocessable(`${path}.after`, `must be shorter than ${written}`);
};

/** The amendment as it is recorded, every level and group named; or the first thing that is wrong with it. */
const read = (
  state: KnownRequest,
  { skipLevels, addApprovers, shorten, reason }: Amend,
  reference: Reference,
): Amended | Refusal => {
  const chain = chainOf(state, reference.definition);
  for (const [index, number] of skipLevels.entries()) {
    const fault = skipFault(state, chain, number, `skip_levels[${index}]`);
    if (fault !== null) return fault;
  }
  const added: AddedApprovers[] = [];
  for (const [index, each] of addApprovers.entries()) {
    const made = addition(state, chain, each, `add_approvers[${index}]`, reference);
    if ("code" in made) return made;
    added.push(made);
  }
  for (const [index, timer] of shorten.entries()) {
    const fault = shorterFault(state, chain, timer, `shorten[${index}]`, reference);
    if (fault !== null) return fault;
  }
  return { skipLevels, addApprovers: added, shorten, reason: reason ?? "" };
};

/** The open level's groups with the people who were added: in pools they join, elsewhere they raise the bar. */
const withAdded = (
  plan: LevelPlan,
  level: LevelState,
  added: readonly AddedApprovers[],
  state: PendingRequest,
  reference: Reference,
): readonly GroupState[] =>
  level.groups.map((group, index) => {
    const approvers = added
      .filter((each) => each.group === group.group)
      .flatMap((a) => a.approvers);
    if (approvers.length === 0) return keptGroup(plan, index, group);
    const { quorum } = groupPlan(plan, index);
    const named = recordNamed(approvers, quorum, group.apart, state, reference);
    const kept = group.slots.filter(({ approver }) => !group.voided.includes(approver));
    const fresh = named.slots.filter((slot) => !kept.some((k) => k.approver === slot.approver));
    const made = {
      ...group,
      pools: [...new Set([...group.pools, ...named.pools])],
      slots: [...kept, ...fresh],
      voided: [],
    };
    const needed = Math.max(neededNow(plan, index, group), neededOf(quorum, headsIn(made)));
    return { ...made, needed };
  });

/** What the amendment does at once: people join the open level, or open one when all had been skipped. */
const take = (
  state: PendingRequest,
  added: readonly AddedApprovers[],
  context: DecideContext,
  reference: Reference,
  events: RequestEvent[],
): void => {
  const chain = chainOf(state, reference.definition);
  const open = openLevelOf(state);
  if (open === undefined) {
    const first = added.map(({ level }) => level).toSorted((a, b) => a - b)[0];
    // Without an open level a pending request had all of its levels skipped.
    if (first !== undefined) {
      const step: RequestEvent[] = [];
      const opened = openLevel(levelPlan(chain, first), state, context, reference, step, true);
      // Nobody came with it, and its policy skips an empty level: it is skipped already.
      if (opened !== "skipped") events.push(...step);
    }
    return;
  }
  const plan = levelPlan(chain, open.number);
  const level = voidLeavers(open, rosterOf(state.submitted, reference), events);
  const here = added.filter((each) => each.level === open.number);
  if (here.length > 0) {
    const groups = withAdded(plan, level, here, state, reference).map(recordOf);
    events.push({
      type: "LevelOpened",
      data: { level: open.number, because: open.because, groups },
    });
  }
};

/**
 * What follows from an amendment that was found good, whoever made it. With or without a change the open level is
 * judged again by the people of the day: that is how a level goes on after people left.
 */
export const amended = (
  state: PendingRequest,
  data: Amended,
  context: DecideContext,
  reference: Reference,
): readonly RequestEvent[] => {
  const events: RequestEvent[] = [{ type: "ChainAmended", data }];
  take(following(state, events, context), data.addApprovers, context, reference, events);
  if (events.some(({ type }) => type === "RequestDenied")) return events;
  const after = following(state, events, context);
  const open = openLevelOf(after);
  if (open !== undefined) {
    const plan = levelPlan(chainOf(after, reference.definition), open.number);
    const word = { by: context.actor, notes: null, reason: data.reason };
    settle(after, plan, open, word, context, reference, events);
  }
  return events;
};

/**
 * An admin changes what is still to come: skips levels that are not reached, adds approvers, brings timers forward.
 * Never what has happened, never what a policy calls unskippable, and never for what the admin asked.
 */
export const amend = (
  state: KnownRequest,
  command: Amend,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const { principal, now } = context;
  const no = (refusal: Refusal): Decision => ({ events: [], refusal });
  if (principal === null || !isAdmin(principal, reference)) {
    return no(refuse("forbidden", "Only admins amend the chain of a request."));
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const unreasoned = reasonRefused(command.reason, "An amendment");
  if (unreasoned !== null) return no(unreasoned);
  const data = read(state, command, reference);
  if ("code" in data) return no(data);
  if (isAsker(state, principal)) return no(askerRefused("amends"));
  return { events: amended(timely.inTime, data, context, reference) };
};
