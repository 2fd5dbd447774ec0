import type { Quorum } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import type { Principal } from "../commands.ts";
import type { SlotRecord, SubmittedFields } from "../events.ts";
import type { GroupState } from "../state.ts";

/**
 * Slots that are no person's are held under a name with a space in it, which no person's id has: `agent ci` of an
 * agent named as decider, `workflow <group> <policy>` of a child request. So a person called like an agent never
 * stands on its slot, and no agent on theirs.
 */
export const agentHolder = (agent: string): string => `agent ${agent}`;

export const childHolder = (group: string, policy: string): string => `workflow ${group} ${policy}`;

/** True for a holder that is no person. */
export const isNoPerson = (holder: string): boolean => holder.includes(" ");

/** True for the slot of an agent. */
export const isAgentHolder = (holder: string): boolean => holder.startsWith("agent ");

/** The name under which a principal votes. */
export const voterOf = ({ kind, id }: Principal): string =>
  kind === "agent" ? agentHolder(id) : id;

/** A holder as the wire names it: a person's or agent's id, null for a child request's slot. */
export const shownHolder = (holder: string): string | null => {
  if (!isNoPerson(holder)) return holder;
  return isAgentHolder(holder) ? holder.slice("agent ".length) : null;
};

/**
 * An agent answers for its owner: it is kept out where the owner is, or asks itself. `self_approval` never lets an
 * agent in.
 */
export const isAskersAgent = (
  { requester }: SubmittedFields,
  agent: string,
  { directory }: Reference,
): boolean => {
  const owner = directory.agents.get(agent)?.owner;
  return requester.kind === "agent"
    ? requester.id === agent || requester.owner === owner
    : requester.id === owner;
};

/**
 * True for an agent that may decide where a level's policy names it: known to the directory, not of the asker's, the
 * org lets agents decide, and no gate asked for this request.
 */
export const mayDecide = (
  submitted: SubmittedFields,
  agent: string,
  reference: Reference,
): boolean =>
  !submitted.escalated &&
  reference.definition.defaults.agentDeciders === "allow" &&
  reference.directory.agents.has(agent) &&
  !isAskersAgent(submitted, agent, reference);

/** Slots of the agents that a level names, beside those of people. */
export const deciderSlots = (
  deciders: readonly string[],
  submitted: SubmittedFields,
  reference: Reference,
): readonly SlotRecord[] =>
  deciders.flatMap((agent) =>
    mayDecide(submitted, agent, reference)
      ? [{ approver: agentHolder(agent), via: { type: "agent" as const, identifier: agent } }]
      : [],
  );

/** True where people are counted by head, so that an agent's approval stands for none of them. */
export const countsHeads = ({ required }: Quorum): boolean =>
  required === "all" || required === "percent";

const isAgents = ({ via }: SlotRecord): boolean => via.type === "agent";

/** How many slots the quorum of a group is taken over: all but agents' and void ones. */
export const headsIn = ({ slots, voided }: Pick<GroupState, "slots" | "voided">): number =>
  slots.filter((slot) => !isAgents(slot) && !voided.includes(slot.approver)).length;

/** Those of the holders whose approval can bring the group nearer to its quorum. */
export const approversAmong = (
  holders: readonly SlotRecord[],
  quorum: Quorum,
): readonly SlotRecord[] =>
  countsHeads(quorum) ? holders.filter((slot) => !isAgents(slot)) : holders;
