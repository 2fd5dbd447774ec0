import type { Condition } from "@countersign/domain/policy/condition.ts";
import type { Assignment, GroupPlan, LevelPlan } from "@countersign/domain/policy/policy.ts";
import { MOST_ASSIGNMENTS, MOST_GROUPS, MOST_LEVELS } from "./bounds.ts";
import { anyFields, fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { plainLevel } from "@countersign/domain/policy/plain.ts";
import { readCondition } from "./read-condition.ts";
import { freeName, groupNameOf, readMessage } from "./read-level.ts";
import { readAssignment, readPerson, readQuorum, readRole } from "./read-people.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readList, readWord } from "./values.ts";

/** A level whose name and number are known only where it is used. */
export interface DraftLevel {
  readonly groups: readonly GroupPlan[];
  readonly conditions: Condition | null;
}

/** Drafts as levels, numbered from `first`. */
export const levelsOf = (
  drafts: readonly DraftLevel[],
  name: string | null,
  first: number,
): readonly LevelPlan[] =>
  drafts.map(({ groups, conditions }, index) =>
    plainLevel(first + index, name ?? `Level ${first + index}`, groups, conditions),
  );

export const urgencies = ["low", "normal", "high", "critical"] as const;
export type Urgency = (typeof urgencies)[number];

/** The higher of two urgencies; null is lower than any. */
export const higherUrgency = (one: Urgency | null, other: Urgency | null): Urgency | null => {
  const rank = (urgency: Urgency | null): number =>
    urgency === null ? -1 : urgencies.indexOf(urgency);
  return rank(one) >= rank(other) ? one : other;
};

const entryShape = {
  what: "a `require_approval` entry",
  keys: ["assignment", "required", "required_count", "required_percent", "metadata"],
};

const readEntryUrgency = (reading: Reading, fields: Fields): Urgency | null => {
  const metadata = fields.get("metadata");
  const inner = metadata?.node.kind === "map" ? anyFields(reading, metadata, "`metadata`") : null;
  return readWord(reading, inner?.get("urgency"), urgencies);
};

/** `require_approval`: one level, a group an entry, all of them needed. */
export const readRequireApproval = (
  reading: Reading,
  cursor: Cursor,
): { readonly drafts: readonly DraftLevel[]; readonly urgency: Urgency | null } => {
  if (cursor.node.kind === "list" && cursor.node.items.length === 0) {
    reading.fault("out-of-range", cursor, "At least one entry is needed.");
  }
  const taken = new Set<string>();
  let urgency: Urgency | null = null;
  const groups = readList(reading, cursor, MOST_GROUPS).flatMap((item) => {
    const fields = fieldsOf(reading, item, entryShape);
    if (fields === null) {
      return [];
    }
    const place = fields.get("assignment");
    if (place === undefined) {
      reading.missing(item, "assignment", "A `require_approval` entry needs `assignment`.");
      return [];
    }
    const assignment = readAssignment(reading, place);
    const assignments = assignment === null ? [] : [assignment];
    const group = freeName(groupNameOf(assignments), taken);
    taken.add(group);
    urgency = higherUrgency(urgency, readEntryUrgency(reading, fields));
    const quorum = readQuorum(reading, fields, assignments);
    return [{ group, assignments, quorum, message: readMessage(reading, fields) }];
  });
  return { drafts: [{ groups, conditions: null }], urgency };
};

const approvalShape = {
  what: "an approval",
  keys: [
    "required",
    "required_count",
    "required_percent",
    "approvers",
    "conditions",
    "type",
    "chain",
    "metadata",
    "description",
  ],
};
const approverKeys = ["role", "user", "type", "identifier"];
const approverShape = { what: "an approver", keys: approverKeys };
const linkShape = {
  what: "an entry of an approval chain",
  keys: [...approverKeys, "conditions", "name"],
};

const readApprover = (reading: Reading, fields: Fields): Assignment | null => {
  const [role, user] = [fields.get("role"), fields.get("user")];
  if (role !== undefined) {
    const identifier = readRole(reading, role);
    return identifier === null ? null : { type: "role", identifier };
  }
  if (user !== undefined) {
    const identifier = readPerson(reading, user);
    return identifier === null ? null : { type: "user", identifier };
  }
  if (fields.get("type") === undefined && fields.get("identifier") === undefined) {
    reading.missing(fields.cursor, "role", "An approver is a `role` or a `user`.");
    return null;
  }
  const { node, path } = fields.cursor;
  const entries = node.entries.filter(({ key }) => key === "type" || key === "identifier");
  return readAssignment(reading, { node: { ...node, entries }, path });
};

const plainQuorum = (assignments: readonly Assignment[]): GroupPlan["quorum"] => ({
  required: assignments.every(({ type }) => type === "user") ? "all" : "any",
  count: null,
  percent: null,
});

const groupOf = (assignment: Assignment, taken: Set<string>): GroupPlan => {
  const group = freeName(groupNameOf([assignment]), taken);
  taken.add(group);
  return { group, assignments: [assignment], quorum: plainQuorum([assignment]), message: null };
};

/**
 * `type: sequential` is a level an entry, `parallel` one level with a group an entry, `any` one group of everybody.
 * A group has no conditions, so a parallel entry with some becomes a level behind: the same people have to agree.
 */
const readLinks = (reading: Reading, fields: Fields, chain: Cursor): readonly DraftLevel[] => {
  const types = ["sequential", "parallel", "any"] as const;
  const type = readWord(reading, fields.get("type"), types) ?? "sequential";
  if (chain.node.kind === "list" && chain.node.items.length === 0) {
    reading.fault("out-of-range", chain, "A chain has at least one entry.");
  }
  const most = { sequential: MOST_LEVELS, parallel: MOST_GROUPS, any: MOST_ASSIGNMENTS }[type];
  const links = readList(reading, chain, most).flatMap((item) => {
    const link = fieldsOf(reading, item, linkShape);
    const assignment = link === null ? null : readApprover(reading, link);
    const place = link?.get("conditions");
    if (place !== undefined && type === "any") {
      reading.fault("not-one-of", place, "Under `type: any` an entry has no conditions.");
    }
    const conditions = readCondition(reading, place);
    return assignment === null ? [] : [{ assignment, conditions }];
  });
  if (type === "any") {
    const assignments = links.map(({ assignment }) => assignment);
    const quorum = { required: "any" as const, count: null, percent: null };
    const group = groupNameOf(assignments);
    return [{ groups: [{ group, assignments, quorum, message: null }], conditions: null }];
  }
  const taken = new Set<string>();
  const alone = ({ assignment, conditions }: (typeof links)[number]): DraftLevel => ({
    groups: [groupOf(assignment, taken)],
    conditions,
  });
  if (type === "sequential") {
    return links.map(alone);
  }
  const always = links.filter(({ conditions }) => conditions === null);
  const together = always.map(({ assignment }) => groupOf(assignment, taken));
  const sometimes = links.filter(({ conditions }) => conditions !== null).map(alone);
  return together.length === 0 ? sometimes : [{ groups: together, conditions: null }, ...sometimes];
};

const both = (one: Condition | null, other: Condition | null): Condition | null =>
  one === null || other === null ? (one ?? other) : { kind: "all", of: [one, other] };

const readApproversLevel = (
  reading: Reading,
  fields: Fields,
  approvers: Cursor,
): readonly DraftLevel[] => {
  if (approvers.node.kind === "list" && approvers.node.items.length === 0) {
    reading.fault("out-of-range", approvers, "At least one approver is needed.");
  }
  const assignments = readList(reading, approvers, MOST_ASSIGNMENTS).flatMap((item) => {
    const entry = fieldsOf(reading, item, approverShape);
    return entry === null ? [] : (readApprover(reading, entry) ?? []);
  });
  const required = fields.get("required")?.node;
  const plain = required?.kind === "scalar" && required.value === true;
  const quorum = plain ? plainQuorum(assignments) : readQuorum(reading, fields, assignments);
  const group = groupNameOf(assignments);
  const message = readMessage(reading, fields);
  return [{ groups: [{ group, assignments, quorum, message }], conditions: null }];
};

/**
 * The state-level forms, also on a transition: `{required, approvers, conditions}` and `{type, chain}`.
 * `required: true` says only that there is an approval, `false` that there is none.
 */
export const readApproval = (
  reading: Reading,
  cursor: Cursor,
  beside: Condition | null = null,
): readonly DraftLevel[] => {
  const fields = fieldsOf(reading, cursor, approvalShape);
  if (fields === null) {
    return [];
  }
  const [approvers, chain] = [fields.get("approvers"), fields.get("chain")];
  const required = fields.get("required")?.node;
  const conditions = both(readCondition(reading, fields.get("conditions")), beside);
  if (required?.kind === "scalar" && required.value === false) {
    return [];
  }
  if (approvers !== undefined && chain !== undefined) {
    const message = "An approval has either `approvers` or `chain`.";
    reading.faultAt("not-one-of", fields.keyStart("chain"), chain.path, message);
  }
  if (approvers === undefined && chain === undefined) {
    reading.missing(cursor, "approvers", "An approval needs `approvers` or `chain`.");
    return [];
  }
  const drafts =
    chain !== undefined
      ? readLinks(reading, fields, chain)
      : approvers !== undefined
        ? readApproversLevel(reading, fields, approvers)
        : [];
  return drafts.map((draft) => ({ ...draft, conditions: both(conditions, draft.conditions) }));
};
