import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { voterOf } from "../people/deciders.ts";
import { inTime, openLevelOf } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { blockageOf } from "../levels/gap.ts";
import { recordOf } from "../levels/open-levels.ts";
import { judge } from "../levels/quorum.ts";
import { keptGroup } from "../people/recheck.ts";
import { refuse } from "../refusals.ts";
import { rosterOf } from "../people/slots.ts";
import type { KnownRequest, LevelState } from "../state.ts";
import { refuseLevel } from "./vote-refusals.ts";

/** A level that nobody was left to answer goes on when a vote is taken back. */
const unblocked = (
  state: KnownRequest,
  open: LevelState,
  voter: string,
  reference: Reference,
): readonly RequestEvent[] => {
  if (state.blockedLevel !== open.number) return [];
  const plan = levelPlan(chainOf(state, reference.definition), open.number);
  const roster = rosterOf(state.submitted, reference);
  const votes = open.votes.filter(({ votedBy }) => votedBy !== voter);
  const { groups } = open;
  if (blockageOf(plan, groups, judge(plan, groups, votes, roster), roster) !== null) return [];
  const records = groups.map((group, index) => recordOf(keptGroup(plan, index, group)));
  const data = { level: open.number, because: open.because, groups: records };
  return [{ type: "LevelOpened", data }];
};

/**
 * Takes back one's own vote while its level is not resolved. Never resolves a level. `level` is the one that is meant;
 * null means the open one, or an edited one that waits.
 */
export const withdrawVote = (
  state: KnownRequest,
  level: number | null,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  if (principal === null) {
    return { events: [], refusal: refuse("forbidden", "Votes are withdrawn by who cast them.") };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const voter = voterOf(principal);
  const open = openLevelOf(state);
  const edit = state.changes?.edit ?? null;
  if (open !== undefined && (level === null || level === open.number)) {
    if (open.votes.some(({ votedBy }) => votedBy === voter)) {
      const withdrawn: RequestEvent = {
        type: "VoteWithdrawn",
        data: { level: open.number, votedBy: voter },
      };
      return { events: [withdrawn, ...unblocked(state, open, voter, reference)] };
    }
  }
  if (edit?.heldVote?.votedBy === voter && (level === null || level === edit.level)) {
    return {
      events: [{ type: "VoteWithdrawn", data: { level: edit.level, votedBy: voter } }],
    };
  }
  const resolved = state.levels.findLast(
    ({ number, status, votes }) =>
      status !== "open" &&
      (level === null || level === number) &&
      votes.some(({ votedBy }) => votedBy === voter),
  );
  return {
    events: [],
    refusal:
      resolved === undefined
        ? refuse("no-vote", `No vote of ${principal.id} stands that could be withdrawn.`)
        : refuseLevel(state, resolved.number),
  };
};
