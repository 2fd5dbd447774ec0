import type { LadderStep } from "@countersign/domain/policy/policy.ts";
import type { TimerEvent } from "@countersign/domain/request/timers/events.ts";
import type { People } from "./directory-history.ts";
import { isAsker, mayDecide } from "./eligibility.ts";
import type { LogEntry } from "./log-entry.ts";
import { byHead } from "./no-person.ts";
import { levelPinned, peopleBehind, type RequestStory } from "./request-story.ts";

type Escalated = Extract<TimerEvent, { type: "RequestEscalated" }>["data"];

const isNamed = (step: LadderStep, people: People, person: string): boolean =>
  step.to.some(({ type, identifier }) =>
    type === "user" ? people.named(identifier) === person : people.inRole(person, identifier),
  );

/**
 * What is wrong with whom an escalation adds: each of them must be behind the names of the step, able to decide, and
 * none of the asking side; where heads are counted they stand beside the slots, elsewhere they join the pool.
 */
export const escalationFault = (
  entry: LogEntry,
  story: RequestStory,
  step: LadderStep | undefined,
  { openLevel, groups }: Escalated,
): string | null => {
  const { submitted } = story;
  const number = openLevel ?? 0;
  const plan = levelPinned(story, number)?.plan;
  if (submitted === null || plan === undefined || story.levels.get(number)?.status !== "open") {
    return `escalates level ${openLevel ?? "none"}, which is not open.`;
  }
  if (step?.action !== "escalate") {
    return "escalates by a step that says nothing of the kind.";
  }
  const people = peopleBehind(story, entry);
  const roles = step.to.filter(({ type }) => type === "role").map(({ identifier }) => identifier);
  for (const { group, pools, slots, alternates } of groups) {
    const counted = plan.groups.find((each) => each.group === group);
    const joining = [...slots, ...alternates].map(({ approver }) => approver);
    const stranger = joining.find(
      (person) =>
        !isNamed(step, people, person) ||
        !mayDecide(submitted, people, person) ||
        isAsker(submitted, person),
    );
    if (stranger !== undefined || pools.some((role) => !roles.includes(role))) {
      return `lets ${stranger ?? pools.join(", ")} answer for group ${group}, whom the step does not call.`;
    }
    const isByHead = counted !== undefined && byHead(counted);
    if (counted === undefined || (isByHead ? pools.length + slots.length : alternates.length) > 0) {
      return `adds people to group ${group} in a way that its quorum does not know.`;
    }
  }
  return null;
};
