import type { Actor } from "../../actor.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import type { DecideContext, Decision, RequestCommand } from "../commands.ts";
import { voterOf } from "../people/deciders.ts";
import { hatsIn, type Hat, type LevelSlots } from "../people/delegates.ts";
import { slotsOfLevel } from "../people/eligibility.ts";
import { inTime, openLevelOf } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { refuse, refuseField, type Refusal } from "../refusals.ts";
import { settle } from "../levels/settle.ts";
import { rosterOf } from "../people/slots.ts";
import type { KnownRequest, LevelState, PendingRequest, Vote } from "../state.ts";
import { voidLeavers } from "../people/void-slot.ts";
import { refuseLevel, refuseWithoutSlot } from "./vote-refusals.ts";

export type VoteCommand = Extract<RequestCommand, { type: "approve" | "deny" }>;

const standingVote = (
  level: LevelState | undefined,
  person: string,
  hash: string,
): Vote | undefined =>
  level?.votes.find((vote) => vote.votedBy === person && vote.payloadHash === hash);

/** The person's last vote on this hash, at whatever level. */
const lastVote = (state: KnownRequest, person: string, hash: string): Vote | undefined => {
  for (let index = state.levels.length - 1; index >= 0; index--) {
    const vote = standingVote(state.levels[index], person, hash);
    if (vote !== undefined) return vote;
  }
  const held = state.changes?.edit?.heldVote;
  return held?.votedBy === person && held.payloadHash === hash ? held : undefined;
};

/** Events of a vote that is allowed, and of everything that follows from it. */
export const cast = (
  state: PendingRequest,
  level: LevelState,
  vote: Vote,
  context: DecideContext,
  reference: Reference,
): readonly RequestEvent[] => {
  const { submitted } = state;
  const plan = levelPlan(chainOf(state, reference.definition), level.number);
  const roster = rosterOf(submitted, reference);
  const events: RequestEvent[] = [];
  const { groups, votes: kept } = voidLeavers(level, roster, events);
  const number = level.number;
  const votedBy = vote.votedBy;
  // Each person has one vote at a level, and each slot one answer: what stands in the way of this one goes.
  const isReplaced = (earlier: Vote): boolean =>
    earlier.approver === vote.approver || earlier.votedBy === votedBy;
  const votes: Vote[] = [];
  for (const earlier of kept) {
    if (!isReplaced(earlier)) votes.push(earlier);
    else events.push({ type: "VoteWithdrawn", data: { level: number, votedBy: earlier.votedBy } });
  }
  votes.push(vote);
  const onBehalfOf = vote.approver === votedBy ? null : vote.approver;
  const { decision, delegationId, payloadHash, notes, reason, child } = vote;
  events.push({
    type: "VoteCast",
    data: {
      level: number,
      decision,
      votedBy,
      onBehalfOf,
      delegationId,
      payloadHash,
      notes,
      reason,
      ...(child === undefined ? {} : { child }),
    },
  });
  const by: Actor =
    onBehalfOf === null || child !== undefined ? context.actor : { ...context.actor, onBehalfOf };
  settle(state, plan, { groups, votes }, { by, notes, reason }, context, reference, events);
  return events;
};

/** The first hat whose slot nobody else has answered. The owner may always answer for themselves, also after a delegate. */
const freeHat = (
  { votes }: LevelState,
  person: string,
  slots: LevelSlots,
  now: string,
): Hat | undefined =>
  hatsIn(person, slots, now).find(
    ({ approver }) =>
      approver === person ||
      !votes.some((vote) => vote.approver === approver && vote.votedBy !== person),
  );

/** The vote that the command would make, under this hat. */
const voteOf = (
  command: VoteCommand,
  votedBy: string,
  { approver, delegationId }: Hat,
  payloadHash: string,
  { now, channel }: DecideContext,
): Vote => ({
  decision: command.type,
  votedBy,
  approver,
  delegationId,
  at: now,
  notes: command.notes,
  reason: command.type === "deny" ? command.reason : null,
  payloadHash,
  channel,
});

/**
 * One person's approve or deny. The order of the checks is the order in which refusals win. The same vote again
 * decides nothing, also after the end; another decision withdraws the first and counts until the level resolves.
 */
export const castVote = (
  state: KnownRequest,
  command: VoteCommand,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const { principal } = context;
  if (principal === null) {
    return { events: [], refusal: refuse("forbidden", "Votes are cast by people.") };
  }
  const person = voterOf(principal);
  const named = command.level;
  const hash = command.payloadHash ?? state.submitted.payloadHash;
  const open = openLevelOf(state);
  const roster = rosterOf(state.submitted, reference);
  const hat =
    open === undefined
      ? undefined
      : freeHat(
          open,
          person,
          slotsOfLevel(state, open.number, open.groups, roster, reference),
          context.now,
        );

  const about = named === null ? open : state.levels[named - 1];
  const standing = standingVote(about, person, hash);
  // Without a level, a vote at an earlier one may be what a double click repeats, or not: then it must be named.
  const earlier =
    named === null && standing === undefined ? lastVote(state, person, hash) : undefined;
  const isUnclear = earlier !== undefined && hat !== undefined;
  if (standing?.decision === command.type) return { events: [] };
  if (earlier?.decision === command.type && !isUnclear) return { events: [] };

  const timely = inTime(state, context.now, reference);
  if (!("inTime" in timely)) return timely;
  const no = (refusal: Refusal): Decision => ({ events: [], refusal });
  if (command.type === "deny" && (command.reason ?? "").trim() === "") {
    return no(refuseField("reason-required", "reason", "A deny needs a reason."));
  }
  if (open === undefined || hat === undefined) {
    return no(refuseWithoutSlot(state, named, principal, roster, reference, context.now));
  }
  if (named !== null && named !== open.number) return no(refuseLevel(state, named));
  if (isUnclear) {
    return no(
      refuse(
        "level-not-named",
        `Your vote on this payload stands at an earlier level: name level ${open.number} to vote there.`,
        { open: open.number },
      ),
    );
  }
  if (hash !== state.payloadHash) {
    return no(
      refuse("payload-changed", "The payload is not the one that this vote was given for.", {
        payload_hash: state.payloadHash,
        payload_version: state.payloadVersion,
      }),
    );
  }
  const vote = voteOf(command, person, hat, hash, context);
  return { events: cast(timely.inTime, open, vote, context, reference) };
};
