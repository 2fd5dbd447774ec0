import { kebabCase } from "@countersign/domain/policy/kebab-case.ts";
import type {
  Assignment,
  GroupPlan,
  LevelPlan,
  OnTimeout,
} from "@countersign/domain/policy/policy.ts";
import { MOST_GROUPS } from "./bounds.ts";
import { anyFields, fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { combined, neverHolds, readCondition } from "./read-condition.ts";
import { readLadder } from "./read-ladder.ts";
import type { PlacedStep } from "./read-ladder.ts";
import { peopleOf, readAssignments, readDeciders, readQuorum } from "./read-people.ts";
import { readTimer } from "./read-timer.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readBoolean, readLabel, readList, readName, readText, readWord } from "./values.ts";

const keys = [
  "name",
  "metadata",
  "assignments",
  "parallel",
  "required",
  "required_count",
  "required_percent",
  "logic",
  "conditions",
  "when",
  "timeout",
  "on_timeout",
  "escalation",
  "on_deny",
  "on_empty",
  "distinct_approvers",
  "unskippable",
  "step_up",
  "calendar",
  "deciders",
  "description",
];
const levelShape = { what: "a level", keys: ["level", ...keys] };
const fallbackShape = { what: "a fallback level", keys };
const groupShape = {
  what: "a group",
  keys: ["group", "assignments", "required", "required_count", "required_percent", "metadata"],
};

const onTimeouts: readonly OnTimeout[] = ["expire", "deny", "approve", "pause_caller", "escalate"];

/** What a level is called when it has no name of its own. */
export interface Naming {
  /** A transition's name, or null. */
  readonly name: string | null;
  /** 1-based place. */
  readonly number: number;
}

/** A level with the places that warnings about the whole policy point at. */
export interface PlacedLevel {
  readonly level: LevelPlan;
  readonly cursor: Cursor;
  readonly steps: readonly PlacedStep[];
  readonly onTimeoutPlace: Cursor | null;
}

/** `metadata.message` of whatever has one. The rest of the metadata is its author's own. */
export const readMessage = (reading: Reading, fields: Fields): string | null => {
  const metadata = fields.get("metadata");
  const inner = metadata === undefined ? null : anyFields(reading, metadata, "`metadata`");
  return readText(reading, inner?.get("message"));
};

/** A group's name from whom it asks. */
export const groupNameOf = (assignments: readonly Assignment[]): string =>
  kebabCase(assignments[0]?.identifier ?? "") || "group";

/** A name not yet taken in its level: `-2`, `-3` … behind a repeated one. */
export const freeName = (wanted: string, taken: ReadonlySet<string>): string => {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) {
      return name;
    }
  }
};

const readGroup = (reading: Reading, cursor: Cursor, taken: Set<string>): GroupPlan | null => {
  const fields = fieldsOf(reading, cursor, groupShape);
  if (fields === null) {
    return null;
  }
  if (fields.get("assignments") === undefined) {
    reading.missing(cursor, "assignments", "A group needs `assignments`.");
  }
  const assignments = readAssignments(reading, fields.get("assignments"));
  const named = fields.get("group");
  const written = kebabCase(readName(reading, named) ?? "");
  if (written !== "" && named !== undefined && taken.has(written)) {
    reading.fault("duplicate-id", named, `This level has a group \`${written}\` already.`);
  }
  const group = written === "" ? freeName(groupNameOf(assignments), taken) : written;
  taken.add(group);
  const quorum = readQuorum(reading, fields, assignments);
  return { group, assignments, quorum, message: readMessage(reading, fields) };
};

const readGroups = (reading: Reading, fields: Fields, name: string): readonly GroupPlan[] => {
  const [assignments, parallel] = [fields.get("assignments"), fields.get("parallel")];
  if (parallel !== undefined) {
    if (assignments !== undefined) {
      const message = "A level has either `assignments` or `parallel`.";
      reading.faultAt("not-one-of", fields.keyStart("parallel"), parallel.path, message);
    }
    for (const key of ["required", "required_count", "required_percent"]) {
      if (fields.get(key) !== undefined) {
        const message = `Beside \`parallel\`, \`${key}\` says nothing: it belongs into each group.`;
        reading.faultAt(
          "unknown-key",
          fields.keyStart(key),
          `${fields.cursor.path}.${key}`,
          message,
        );
      }
    }
    if (parallel.node.kind === "list" && parallel.node.items.length === 0) {
      reading.fault("out-of-range", parallel, "At least one group is needed.");
    }
    const taken = new Set<string>();
    return readList(reading, parallel, MOST_GROUPS).flatMap(
      (item) => readGroup(reading, item, taken) ?? [],
    );
  }
  if (assignments === undefined) {
    reading.missing(fields.cursor, "assignments", "A level needs `assignments` or `parallel`.");
    return [];
  }
  const who = readAssignments(reading, assignments);
  const quorum = readQuorum(reading, fields, who);
  return [{ group: kebabCase(name) || "group", assignments: who, quorum, message: null }];
};

/** Approvals that a quorum wants at least. */
const leastOf = ({ quorum, assignments }: GroupPlan, people: ReadonlySet<string>): number =>
  quorum.required === "threshold"
    ? (quorum.count ?? 1)
    : quorum.required === "all" && assignments.length > 0
      ? people.size
      : 1;

/** Warns of groups that need more different people together than there are, though each has enough for itself. */
const warnTogether = (reading: Reading, level: LevelPlan, place: Cursor | undefined): void => {
  if (place === undefined || level.logic === "OR" || !level.distinctApprovers) {
    return;
  }
  const all = new Set<string>();
  let wanted = 0;
  for (const group of level.groups) {
    const people = peopleOf(reading, group.assignments);
    const least = people === null ? 0 : leastOf(group, people);
    if (people === null || least > people.size) {
      return;
    }
    wanted += least;
    for (const person of people) {
      all.add(person);
    }
  }
  if (wanted > all.size) {
    const message = `Together the groups want ${wanted} different people of ${all.size}.`;
    reading.warn("quorum-too-high", place, message);
  }
};

const readConditions = (reading: Reading, fields: Fields): LevelPlan["conditions"] => {
  const places = [fields.get("conditions"), fields.get("when")];
  const conditions = combined(
    "all",
    places.map((place) => readCondition(reading, place)),
  );
  const [place] = places.filter((each) => each !== undefined);
  if (conditions !== null && place !== undefined && neverHolds(conditions)) {
    reading.warn("never-applies", place, "These conditions contradict each other.");
  }
  return conditions;
};

const readFields = (reading: Reading, fields: Fields, { name, number }: Naming): PlacedLevel => {
  const label = readName(reading, fields.get("name")) ?? name ?? `Level ${number}`;
  const follows = fields.get("calendar") === undefined ? "org" : "own";
  const ladder = readLadder(reading, fields.get("escalation"), follows);
  const onTimeoutPlace = fields.get("on_timeout") ?? null;
  const calendar = readText(reading, fields.get("calendar"), 64);
  const calendarPlace = fields.get("calendar");
  if (calendar !== null && calendarPlace !== undefined) {
    reading.calendarNames.push({ ...calendarPlace, name: calendar });
  }
  const level: LevelPlan = {
    number,
    name: label,
    message: readMessage(reading, fields),
    groups: readGroups(reading, fields, label),
    logic: readWord(reading, fields.get("logic"), ["AND", "OR"] as const) ?? "AND",
    conditions: readConditions(reading, fields),
    timeout: readTimer(reading, fields.get("timeout"), follows),
    onTimeout: readWord(reading, fields.get("on_timeout"), onTimeouts),
    escalation: ladder.map(({ step }) => step),
    onDeny: readWord(reading, fields.get("on_deny"), ["veto", "unreachable"] as const) ?? "veto",
    onEmpty:
      readWord(reading, fields.get("on_empty"), ["block", "deny", "skip"] as const) ?? "block",
    distinctApprovers: readBoolean(reading, fields.get("distinct_approvers"), true),
    unskippable: readBoolean(reading, fields.get("unskippable"), false),
    stepUp: readStepUp(reading, fields.get("step_up")),
    calendar,
    deciders: readDeciders(reading, fields.get("deciders")),
  };
  warnTogether(reading, level, fields.get("parallel"));
  return { level, cursor: fields.cursor, steps: ladder, onTimeoutPlace };
};

/** Kept, diffed and exported; whoever relies on it must know that nobody asks for it. */
const readStepUp = (reading: Reading, place: Cursor | undefined): boolean => {
  const stepUp = readBoolean(reading, place, false);
  if (stepUp && place !== undefined) {
    const message = "A recent sign-in is not asked for yet: every valid sign-in may vote here.";
    reading.warn("step-up-off", place, message);
  }
  return stepUp;
};

/** One level of a chain. The order is the list's; `level` is a label that only has to be readable. */
export const readLevel = (reading: Reading, cursor: Cursor, naming: Naming): PlacedLevel | null => {
  const fields = fieldsOf(reading, cursor, levelShape);
  readLabel(reading, fields?.get("level"));
  return fields === null ? null : readFields(reading, fields, naming);
};

/** The level for when all others are skipped: the same keys without `level`. */
export const readFallback = (
  reading: Reading,
  cursor: Cursor,
  naming: Naming,
): PlacedLevel | null => {
  const fields = fieldsOf(reading, cursor, fallbackShape);
  return fields === null ? null : readFields(reading, fields, naming);
};
