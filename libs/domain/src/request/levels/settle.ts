import type { Actor } from "../../actor.ts";
import type { LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import type { DecideContext } from "../commands.ts";
import type { RequestEvent } from "../events.ts";
import { blockageOf } from "./gap.ts";
import { advance } from "./open-levels.ts";
import { judge } from "./quorum.ts";
import { closePools, rosterOf } from "../people/slots.ts";
import type { GroupState, PendingRequest, Vote } from "../state.ts";

/** Who gave the last word, and what they said with it. */
export interface Word {
  readonly by: Actor;
  readonly notes: string | null;
  readonly reason: string | null;
}

/**
 * Judges an open level by the votes that stand and the people of the day, and adds what follows: it is denied and the
 * request with it, approved and the chain goes on, or it stays open, blocked when nobody is left to answer.
 */
export const settle = (
  state: PendingRequest,
  plan: LevelPlan,
  { groups, votes }: { readonly groups: readonly GroupState[]; readonly votes: readonly Vote[] },
  { by, notes, reason }: Word,
  context: DecideContext,
  reference: Reference,
  events: RequestEvent[],
): void => {
  const level = plan.number;
  const roster = rosterOf(state.submitted, reference);
  const standing = judge(plan, groups, votes, roster);
  switch (standing.outcome) {
    case "open": {
      const blockage = blockageOf(plan, groups, standing, roster);
      if (blockage !== null && state.blockedLevel !== level) {
        const { groups: lacking, reason: why } = blockage;
        events.push({ type: "LevelBlocked", data: { level, groups: lacking, reason: why } });
      }
      return;
    }
    case "denied": {
      const group = standing.deniedGroup ?? "";
      const pools = closePools(groups, roster);
      events.push(
        { type: "LevelDenied", data: { level, group, by, pools } },
        { type: "RequestDenied", data: { by, reason, notes, pools: {} } },
      );
      return;
    }
    case "approved": {
      const pools = closePools(groups, roster);
      events.push({ type: "LevelApproved", data: { level, by, pools } });
      advance(state, { after: level, approved: true, by, notes }, context, reference, events);
    }
  }
};
