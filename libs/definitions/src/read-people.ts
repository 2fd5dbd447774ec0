import type { Assignment, Quorum, Required, Target } from "@countersign/domain/policy/policy.ts";
import { MOST_ASSIGNMENTS } from "./bounds.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import type { Reading } from "./reading.ts";
import { suggest } from "./suggest.ts";
import type { Cursor } from "./tree.ts";
import { ID, readList, readNumber, readText, readWord } from "./values.ts";

const shape = (what: string) => ({ what, keys: ["type", "identifier"] });

/** Person ids are an identity provider's subjects: printable ASCII without space. */
const PERSON = /^[!-~]{1,128}$/;
const TEMPLATE = /^(?:[!-~]*\$\{[A-Za-z_][\w]*(?:\.[A-Za-z_][\w]*)*\}[!-~]*)$/;

/** Whether an identifier is resolved on the facts when a request is created. */
export const isTemplate = (identifier: string): boolean => identifier.includes("${");

const readIdentifier = (reading: Reading, cursor: Cursor, pattern: RegExp): string | null => {
  const { node } = cursor;
  const number = node.kind === "scalar" && typeof node.value === "number";
  // Kiket names users by numbers: an unquoted one is an id as written.
  const text = number ? node.text : readText(reading, cursor);
  if (text === null) {
    return null;
  }
  if (!(isTemplate(text) ? TEMPLATE : pattern).test(text)) {
    const message = isTemplate(text)
      ? "A template is `${field}` with a dotted field."
      : "This cannot be an id: it has other signs than an id may have, or too many.";
    reading.fault("bad-id", cursor, message);
    return null;
  }
  return text;
};

/** A slip is named; anything else may be right for the directory of another environment. */
const hintOf = (meant: string | undefined): string =>
  meant === undefined
    ? "Add it to the directory, or import this where the directory has it."
    : `Did you mean \`${meant}\`?`;

const checkRole = (reading: Reading, cursor: Cursor, role: string): void => {
  const { known } = reading;
  if (known === null || isTemplate(role)) {
    return;
  }
  const members = known.roles.get(role);
  if (members === undefined) {
    const hint = hintOf(suggest(role, known.roles.keys()));
    reading.warn("unknown-role", cursor, `The directory has no role \`${role}\`.`, hint);
  } else if (members.length === 0) {
    reading.warn("empty-role", cursor, `Nobody is in the role \`${role}\`.`);
  }
};

const checkPerson = (reading: Reading, cursor: Cursor, person: string): void => {
  const { known } = reading;
  if (known === null || isTemplate(person) || known.people.has(person)) {
    return;
  }
  const emails = [...known.people.values()].flatMap(({ email }) => email ?? []);
  if (!emails.includes(person)) {
    const hint = hintOf(suggest(person, [...known.people.keys(), ...emails]));
    reading.warn(
      "unknown-person",
      cursor,
      `The directory knows nobody called \`${person}\`.`,
      hint,
    );
  }
};

const assignmentTypes = ["user", "role", "workflow", "round_robin"] as const;

const missingOf = (reading: Reading, fields: Fields, what: string): void => {
  for (const key of ["type", "identifier"]) {
    if (fields.get(key) === undefined) {
      reading.missing(fields.cursor, key, `${what} needs \`${key}\`.`);
    }
  }
};

/** A role named by a cursor, with what the directory says about it. */
export const readRole = (reading: Reading, cursor: Cursor): string | null => {
  const role = readIdentifier(reading, cursor, ID);
  if (role !== null) {
    checkRole(reading, cursor, role);
  }
  return role;
};

/** A person named by id or email. */
export const readPerson = (reading: Reading, cursor: Cursor): string | null => {
  const person = readIdentifier(reading, cursor, PERSON);
  if (person !== null) {
    checkPerson(reading, cursor, person);
  }
  return person;
};

/** `{type, identifier}` of who may be asked. */
export const readAssignment = (reading: Reading, cursor: Cursor): Assignment | null => {
  const fields = fieldsOf(reading, cursor, shape("an assignment"));
  if (fields === null) {
    return null;
  }
  missingOf(reading, fields, "An assignment");
  const type = readWord(reading, fields.get("type"), assignmentTypes);
  const identifier = fields.get("identifier");
  if (type === null || identifier === undefined) {
    return null;
  }
  if (type === "workflow") {
    const name = readText(reading, identifier, 300);
    if (name === null) {
      return null;
    }
    reading.policyNames.push({ ...identifier, name });
    return { type, identifier: name };
  }
  const read = type === "user" ? readPerson : readRole;
  const name = read(reading, identifier);
  return name === null ? null : { type, identifier: name };
};

export const readAssignments = (
  reading: Reading,
  cursor: Cursor | undefined,
): readonly Assignment[] => {
  const items = readList(reading, cursor, MOST_ASSIGNMENTS);
  if (cursor?.node.kind === "list" && cursor.node.items.length === 0) {
    reading.fault("out-of-range", cursor, "At least one assignment is needed.");
  }
  return items.flatMap((item) => readAssignment(reading, item) ?? []);
};

/** `{type: user | role, identifier}` lists: whom a step concerns, and observers. */
export const readTargets = (reading: Reading, cursor: Cursor | undefined): readonly Target[] =>
  readList(reading, cursor, MOST_ASSIGNMENTS).flatMap((item) => {
    const fields = fieldsOf(reading, item, shape("a target"));
    if (fields === null) {
      return [];
    }
    missingOf(reading, fields, "A target");
    const type = readWord(reading, fields.get("type"), ["user", "role"] as const);
    const identifier = fields.get("identifier");
    if (type === null || identifier === undefined) {
      return [];
    }
    const name = (type === "user" ? readPerson : readRole)(reading, identifier);
    return name === null ? [] : [{ type, identifier: name }];
  });

/** Agents that may decide at a level. */
export const readDeciders = (reading: Reading, cursor: Cursor | undefined): readonly string[] =>
  readList(reading, cursor, MOST_ASSIGNMENTS).flatMap((item) => {
    const fields = fieldsOf(reading, item, shape("a decider"));
    if (fields === null) {
      return [];
    }
    missingOf(reading, fields, "A decider");
    readWord(reading, fields.get("type"), ["agent"] as const);
    const identifier = fields.get("identifier");
    return identifier === undefined ? [] : (readIdentifier(reading, identifier, ID) ?? []);
  });

/** People whom the directory has for these assignments, or null when that cannot be said now. */
export const peopleOf = (
  reading: Reading,
  assignments: readonly Assignment[],
): ReadonlySet<string> | null => {
  const people = new Set<string>();
  for (const { type, identifier } of assignments) {
    const members = type === "role" ? reading.known?.roles.get(identifier) : undefined;
    if (type === "user" && !isTemplate(identifier)) {
      people.add(identifier);
    } else if (members !== undefined && members.length > 0) {
      for (const member of members) {
        people.add(member);
      }
    } else {
      return null;
    }
  }
  return people;
};

const words: readonly Required[] = ["any", "all", "threshold", "percent"];
const anyNumber = { min: 1, max: 1_000, whole: true };

/**
 * The quorum that `required`, `required_count` and `required_percent` write for these assignments: `all` for users
 * only, otherwise `any`, when nothing is written. A count or percentage beside another word is a fault: one of the two
 * would be dropped.
 */
export const readQuorum = (
  reading: Reading,
  fields: Fields,
  assignments: readonly Assignment[],
): Quorum => {
  const required = fields.get("required");
  const number = required?.node.kind === "scalar" && typeof required.node.value === "number";
  const count = readNumber(reading, number ? required : fields.get("required_count"), anyNumber);
  const percent = readNumber(reading, fields.get("required_percent"), {
    min: 1,
    max: 100,
    whole: true,
  });
  const hasCount = number || fields.get("required_count") !== undefined;
  const hasPercent = fields.get("required_percent") !== undefined;
  const onlyUsers = assignments.length > 0 && assignments.every(({ type }) => type === "user");
  const unwritten = hasCount ? "threshold" : hasPercent ? "percent" : onlyUsers ? "all" : "any";
  const word =
    number || required === undefined ? unwritten : (readWord(reading, required, words) ?? "all");
  const clash =
    (hasCount && word !== "threshold" && "required_count") ||
    (hasPercent && word !== "percent" && "required_percent");
  if (clash !== false) {
    const said = required === undefined ? "required_count" : `required: ${word}`;
    const message = `\`${said}\` and \`${clash}\` say two different things.`;
    reading.fault("not-one-of", required ?? fields.get(clash) ?? fields.cursor, message);
  }
  const again = number ? fields.get("required_count") : undefined;
  if (again !== undefined && readNumber(reading, again, anyNumber) !== count) {
    const message = `\`required: ${count}\` and \`required_count\` say two different things.`;
    reading.fault("not-one-of", again, message);
  }
  if (word === "threshold" && !hasCount) {
    reading.missing(fields.cursor, "required_count", "`threshold` needs `required_count`.");
  }
  if (word === "percent" && !hasPercent) {
    reading.missing(fields.cursor, "required_percent", "`percent` needs `required_percent`.");
  }
  const people = peopleOf(reading, assignments)?.size ?? null;
  const place = number ? required : fields.get("required_count");
  if (word === "threshold" && count !== null && people !== null && count > people && place) {
    const message = `${count} approvals are wanted of ${people} ${people === 1 ? "person" : "people"}.`;
    reading.warn("quorum-too-high", place, message);
  }
  return {
    required: word,
    count: word === "threshold" ? count : null,
    percent: word === "percent" ? percent : null,
  };
};
