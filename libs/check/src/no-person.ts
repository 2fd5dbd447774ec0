import type { GroupPlan, LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { DefinitionHistory } from "./definition-history.ts";
import type { People } from "./directory-history.ts";
import { filledIn } from "./request-facts.ts";
import { basisOf, type LogEntry } from "./log-entry.ts";

/** Slots that are no person's have a space in their holder's name: `agent ci`, `workflow <group> <policy>`. */
export const isNoPerson = (holder: string): boolean => holder.includes(" ");

/** What decides about agents at one moment, beside the request itself. */
export interface AgentRules {
  readonly people: People;
  readonly allowed: boolean;
}

/** The people that a decision read, and whether the org let agents decide then. */
export const agentRules = (
  entry: LogEntry,
  people: People,
  definitions: DefinitionHistory,
): AgentRules => ({
  people,
  allowed: definitions.defaultsAt(basisOf(entry)?.definition ?? -1).agentDeciders === "allow",
});

/** True for an agent that may decide where it is named: not the asker's, and nobody forbade it. */
export const agentMayDecide = (
  { requester, escalated }: SubmittedFields,
  agent: string,
  { people, allowed }: AgentRules,
): boolean => {
  const owner = people.agent(agent)?.owner;
  return (
    allowed &&
    !escalated &&
    owner !== undefined &&
    (requester.kind === "agent"
      ? requester.id !== agent && requester.owner !== owner
      : requester.id !== owner)
  );
};

/** True while the holder of a slot that is no person's may answer in the group. */
export const standsFor = (
  record: GroupRecord,
  submitted: SubmittedFields,
  rules: AgentRules,
  holder: string,
): boolean =>
  record.slots.some(
    ({ approver, via }) =>
      approver === holder &&
      (via.type !== "agent" || agentMayDecide(submitted, via.identifier, rules)),
  );

/** Recorded slots that a quorum is taken over: agents stand beside people and raise no bar. */
export const heads = ({ slots }: Pick<GroupRecord, "slots">): number =>
  slots.filter(({ via }) => via.type !== "agent").length;

/** True where people are counted by head, so that no agent fills a place. */
export const byHead = ({ quorum }: GroupPlan): boolean =>
  quorum.required === "all" || quorum.required === "percent";

/** What is wrong with the agents and child requests that a group records; null when nothing is. */
export const noPersonFault = (
  level: LevelPlan,
  plan: GroupPlan,
  record: GroupRecord,
  submitted: SubmittedFields,
  rules: AgentRules,
): string | null => {
  const agents = record.slots.filter(({ via }) => via.type === "agent");
  const expected = level.deciders.filter((agent) => agentMayDecide(submitted, agent, rules));
  const recorded = agents.map(({ approver }) => approver);
  if (
    recorded.length !== expected.length ||
    expected.some((agent) => !recorded.includes(`agent ${agent}`)) ||
    agents.some(({ approver, via }) => approver !== `agent ${via.identifier}`)
  ) {
    return `records other agents for group ${plan.group} than its policy names and may decide.`;
  }
  const children = record.slots.filter(({ via }) => via.type === "workflow");
  const named = plan.assignments
    .filter(({ type }) => type === "workflow")
    .map(({ identifier }) => filledIn(identifier, submitted));
  // A transition's policy may be named by its workflow and name; its id stands in the slot.
  const stray = children.find(
    ({ approver, via }) =>
      approver !== `workflow ${plan.group} ${via.identifier}` ||
      !(named.includes(via.identifier) || named.some((name) => name?.includes("/") === true)),
  );
  return stray !== undefined || children.length > named.length
    ? `records child requests for group ${plan.group} that its policy does not name.`
    : null;
};
