import type { GroupPlan } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { People } from "./directory-history.ts";
import { isNoPerson } from "./no-person.ts";
import { filledIn } from "./request-facts.ts";

/** The people that asked for a request or answer for its agent: they do not decide about it. */
export const isAsker = ({ requester }: SubmittedFields, person: string): boolean =>
  person === requester.owner || (requester.kind === "person" && person === requester.id);

/** True for a person who could hold a slot of this request at all. */
export const mayDecide = (submitted: SubmittedFields, people: People, person: string): boolean =>
  people.mayVote(person) && (submitted.selfApproval || !isAsker(submitted, person));

/** `any` and `threshold` take whoever is in the role today; `all` and `percent` the people recorded at the opening. */
const takesNewcomers = ({ quorum }: GroupPlan): boolean =>
  quorum.required === "any" || quorum.required === "threshold";

/** Who must be recorded when a group opens, by its plan and the people there are. */
export interface Expected {
  readonly pools: readonly string[];
  readonly people: ReadonlySet<string>;
  /** Roles of which one member is recorded in turn. */
  readonly turns: readonly string[];
}

/** What the plan of a group wants recorded when it opens. */
export const expectedRecord = (
  plan: GroupPlan,
  submitted: SubmittedFields,
  people: People,
): Expected => {
  const pools: string[] = [];
  const turns: string[] = [];
  const recorded = new Set<string>();
  for (const { type, identifier } of plan.assignments) {
    const name = filledIn(identifier, submitted);
    if (name === null) {
      continue;
    }
    if (type === "user") {
      const person = people.named(name);
      if (person !== null && mayDecide(submitted, people, person)) {
        recorded.add(person);
      }
    } else if (type === "round_robin") {
      turns.push(name);
    } else if (type === "role" && takesNewcomers(plan)) {
      pools.push(name);
    } else if (type === "role") {
      people
        .votersOf(name)
        .filter((person) => mayDecide(submitted, people, person))
        .forEach((person) => recorded.add(person));
    }
  }
  return { pools, people: recorded, turns };
};

/** True while a person recorded in a group is still who they were recorded as. */
export const stillThere = (
  { approver, via }: GroupRecord["slots"][number],
  submitted: SubmittedFields,
  people: People,
): boolean =>
  // Agents and child requests do not leave; whether an agent still counts is judged where it is counted.
  isNoPerson(approver) ||
  (mayDecide(submitted, people, approver) &&
    (via.type === "user" || people.inRole(approver, via.identifier)));

/** True when the person may answer in the group by the plan, the record and the people there are. */
export const answersIn = (
  plan: GroupPlan,
  record: GroupRecord,
  submitted: SubmittedFields,
  people: People,
  person: string,
): boolean => {
  if (!mayDecide(submitted, people, person)) {
    return false;
  }
  // Which roles answer was held against the policy, or against who changed it, when the group was recorded.
  const ofPool = takesNewcomers(plan) && record.pools.some((role) => people.inRole(person, role));
  return (
    ofPool ||
    record.slots.some((slot) => slot.approver === person && stillThere(slot, submitted, people))
  );
};

/** Approvals a group wants of so many recorded people; never none. */
export const wanted = ({ quorum }: GroupPlan, recorded: number): number => {
  const { required, count, percent } = quorum;
  const number =
    required === "any"
      ? 1
      : required === "threshold"
        ? (count ?? 1)
        : required === "all"
          ? recorded
          : Math.ceil((recorded * (percent ?? 100)) / 100);
  return Math.max(1, number);
};
