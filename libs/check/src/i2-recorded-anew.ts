import type { GroupPlan } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { People } from "./directory-history.ts";
import { mayDecide, wanted } from "./eligibility.ts";
import type { LogEntry } from "./log-entry.ts";
import { heads, isNoPerson } from "./no-person.ts";
import { staying, type LevelStory, type RequestStory } from "./request-story.ts";
import { isApart } from "./story-changes.ts";

interface Named {
  readonly type: string;
  readonly identifier: string;
}

const isNamedBy = (targets: readonly Named[], people: People, person: string): boolean =>
  targets.some(({ type, identifier }) =>
    type === "user" ? people.named(identifier) === person : people.inRole(person, identifier),
  );

const rolesOf = (targets: readonly Named[]): readonly string[] =>
  targets.filter(({ type }) => type === "role").map(({ identifier }) => identifier);

/**
 * True for a group of an open level that a reassignment or an amendment of the same command explains: nobody is in it
 * but who was there before and whom the command named, no asker, no editor of another level; the bar is not below what
 * it was, nor below what the policy wants of so many people.
 */
export const isExplained = (
  entry: LogEntry,
  story: RequestStory,
  number: number,
  plan: GroupPlan,
  record: GroupRecord,
  before: LevelStory | undefined,
  submitted: SubmittedFields,
  people: People,
): boolean => {
  const known = before?.groups.find(({ group }) => group === record.group);
  if (before === undefined || known === undefined || record.group !== plan.group) {
    return false;
  }
  const { reassigned, added } = story.changes;
  const moved =
    reassigned !== null &&
    reassigned.commandId === entry.metadata.commandId &&
    reassigned.data.level === number
      ? reassigned.data.to
      : [];
  const joined = added
    .filter((each) => each.level === number && each.group === record.group)
    .flatMap(({ approvers }) => approvers);
  const targets: readonly Named[] = [...moved, ...joined];
  const stood = staying(known, before).slots;
  const wasThere = (person: string): boolean =>
    stood.some(({ approver }) => approver === person) ||
    known.pools.some((role) => people.inRole(person, role));
  const slotsFit = record.slots.every(
    ({ approver }) =>
      isNoPerson(approver) ||
      (mayDecide(submitted, people, approver) &&
        !isApart(story, number, approver) &&
        (wasThere(approver) || isNamedBy(targets, people, approver))),
  );
  const poolsFit = record.pools.every(
    (role) => known.pools.includes(role) || rolesOf(targets).includes(role),
  );
  const bar = wanted(plan, heads(record));
  const was = wanted(plan, heads({ slots: stood }));
  return slotsFit && poolsFit && record.needed >= bar && record.needed >= was;
};
