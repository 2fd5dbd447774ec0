import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import type { DecideContext, Decision, RequestCommand } from "../commands.ts";
import { inTime, openLevelOf } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { blockageOf } from "../levels/gap.ts";
import { judge } from "../levels/quorum.ts";
import { rosterOf } from "../people/slots.ts";
import type { KnownRequest, Vote } from "../state.ts";
import { cast } from "./vote.ts";
import { withSlotVoided } from "../people/void-slot.ts";

export type AnswerChild = Extract<RequestCommand, { type: "answer-child" }>;

const reasonOf = ({ child, outcome, reason }: AnswerChild): string | null =>
  outcome === "approved" ? null : (reason ?? `The child request ${child} was ${outcome}.`);

/**
 * A child request ended: its slot is answered, once. Approved is an approval; every other end is a deny, because a
 * slot that nobody can answer any more must not be waited for. A child that could never be made (`refused`) voids its
 * slot, and the level blocks when it cannot do without.
 */
export const answerChild = (
  state: KnownRequest,
  command: AnswerChild,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const timely = inTime(state, context.now, reference);
  if (!("inTime" in timely)) return timely;
  const level = openLevelOf(state);
  if (level === undefined) return { events: [] };
  const [asked] = level.groups.flatMap(({ group, slots, voided }) =>
    slots
      .filter(({ child, approver }) => child === command.child && !voided.includes(approver))
      .map(({ approver }) => ({ group, approver })),
  );
  if (asked === undefined) return { events: [] };
  const { group, approver } = asked;
  if (level.votes.some((vote) => vote.approver === approver)) return { events: [] };
  if (command.outcome === "refused") {
    const data = { level: level.number, group, approver };
    const events: RequestEvent[] = [{ type: "SlotVoided", data }];
    const left = withSlotVoided(level, group, approver);
    const plan = levelPlan(chainOf(state, reference.definition), level.number);
    const roster = rosterOf(state.submitted, reference);
    const standing = judge(plan, left.groups, left.votes, roster);
    const blockage = blockageOf(plan, left.groups, standing, roster);
    if (blockage !== null && state.blockedLevel !== level.number) {
      const why = `The child request was refused: ${command.reason ?? "no reason given"} ${blockage.reason}`;
      events.push({
        type: "LevelBlocked",
        data: { level: level.number, groups: blockage.groups, reason: why },
      });
    }
    return { events };
  }
  const vote: Vote = {
    decision: command.outcome === "approved" ? "approve" : "deny",
    votedBy: command.child,
    approver,
    delegationId: null,
    at: context.now,
    notes: command.notes,
    reason: reasonOf(command),
    payloadHash: state.payloadHash,
    channel: context.channel,
    child: command.outcome,
  };
  return { events: cast(timely.inTime, level, vote, context, reference) };
};
