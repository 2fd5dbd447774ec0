import type { ChainChange, RecipeAction } from "@countersign/domain/automation/recipe.ts";
import type { Target } from "@countersign/domain/policy/policy.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import { readPerson, readRole } from "./read-people.ts";
import type { Reading } from "./reading.ts";
import { suggest } from "./suggest.ts";
import type { Cursor } from "./tree.ts";
import {
  readDuration,
  readJsonValue,
  readList,
  readName,
  readNumber,
  readText,
  readTexts,
  readWord,
} from "./values.ts";

const targetShape = { what: "an approver", keys: ["type", "identifier"] };
const levelNumber = { min: 1, max: 100, whole: true };
const MOST_APPROVERS = 50;

/** Braces are filled in when the recipe runs, so nobody can be looked up now. */
const readTarget = (reading: Reading, cursor: Cursor): Target | null => {
  if (cursor.node.kind === "scalar") {
    const role = readRole(reading, cursor);
    return role === null ? null : { type: "role", identifier: role };
  }
  const fields = fieldsOf(reading, cursor, targetShape);
  if (fields === null) return null;
  const place = fields.get("identifier");
  const type =
    fields.get("type") === undefined
      ? "role"
      : readWord(reading, fields.get("type"), ["user", "role"] as const);
  if (place === undefined) {
    reading.missing(cursor, "identifier", "An approver needs `identifier`.");
    return null;
  }
  if (type === null) return null;
  const { node } = place;
  const isFilledIn =
    node.kind === "scalar" && typeof node.value === "string" && node.value.includes("{{");
  const read = isFilledIn
    ? readText(reading, place, 300)
    : (type === "user" ? readPerson : readRole)(reading, place);
  return read === null ? null : { type, identifier: read };
};

/** One approver or a list of them: `{type, identifier}`, or a role by its name. */
export const readApproverList = (
  reading: Reading,
  cursor: Cursor | undefined,
): readonly Target[] => {
  if (cursor === undefined) return [];
  const items = cursor.node.kind === "list" ? readList(reading, cursor, MOST_APPROVERS) : [cursor];
  return items.flatMap((item) => readTarget(reading, item) ?? []);
};

const approversIn = (reading: Reading, fields: Fields, keys: readonly string[]): Target[] =>
  keys.flatMap((key) => readApproverList(reading, fields.get(key)));

const needsOne = (
  reading: Reading,
  fields: Fields,
  found: readonly unknown[],
  key: string,
  what: string,
): void => {
  if (found.length === 0 && fields.get(key) === undefined) {
    reading.missing(fields.cursor, key, `${what} needs \`${key}\`.`);
  }
};

const changeShape = {
  what: "a change of a chain",
  keys: ["skip_levels", "reduce_timeout", "add_approvers"],
};
const reduceShape = { what: "`reduce_timeout`", keys: ["all_levels", "level", "after"] };
const addShape = {
  what: "`add_approvers`",
  keys: ["level", "group", "assignment", "assignments", "approvers"],
};

const readReduction = (reading: Reading, cursor: Cursor): ChainChange | null => {
  const fields = fieldsOf(reading, cursor, reduceShape);
  if (fields === null) return null;
  const all = fields.get("all_levels");
  const level = readNumber(reading, fields.get("level"), levelNumber);
  const after = readDuration(reading, all ?? fields.get("after"));
  if (all === undefined && fields.get("after") === undefined) {
    reading.missing(
      cursor,
      "all_levels",
      "`reduce_timeout` needs `all_levels`, or `level` and `after`.",
    );
  }
  return after === null
    ? null
    : { kind: "reduce-timeout", level: all === undefined ? level : null, after };
};

const readAddition = (reading: Reading, cursor: Cursor): ChainChange | null => {
  const fields = fieldsOf(reading, cursor, addShape);
  if (fields === null) return null;
  const approvers = approversIn(reading, fields, ["assignment", "assignments", "approvers"]);
  needsOne(reading, fields, approvers, "assignment", "`add_approvers`");
  const level = readNumber(reading, fields.get("level"), levelNumber);
  const group = readName(reading, fields.get("group"));
  return approvers.length === 0 ? null : { kind: "add-approvers", level, group, approvers };
};

/** A change is a mapping of one key; several in one mapping count one after the other. */
const readChanges = (reading: Reading, cursor: Cursor | undefined): readonly ChainChange[] =>
  readList(reading, cursor, 50).flatMap((item) => {
    const fields = fieldsOf(reading, item, changeShape);
    if (fields === null) return [];
    const [skip, reduce, add] = changeShape.keys.map((key) => fields.get(key));
    const levels = readList(reading, skip, 50).flatMap(
      (number) => readNumber(reading, number, levelNumber) ?? [],
    );
    return [
      skip === undefined ? null : ({ kind: "skip-levels", levels } as const),
      reduce === undefined ? null : readReduction(reading, reduce),
      add === undefined ? null : readAddition(reading, add),
    ].filter((change) => change !== null);
  });

const urgencies = ["low", "normal", "high", "critical"] as const;

type Readers = {
  readonly [T in RecipeAction["type"]]: {
    readonly keys: readonly string[];
    readonly read: (
      reading: Reading,
      fields: Fields,
    ) => Omit<Extract<RecipeAction, { type: T }>, "type"> | null;
  };
};

const readers: Readers = {
  request_approval: {
    keys: [
      "title",
      "reason",
      "assignment",
      "assignments",
      "approvers",
      "policy",
      "timeout",
      "urgency",
    ],
    read(reading, fields) {
      const place = fields.get("policy");
      const policy = readText(reading, place, 300);
      if (policy !== null && place !== undefined) {
        reading.policyNames.push({ ...place, name: policy });
      }
      return {
        title: readText(reading, fields.get("title"), 200),
        reason: readText(reading, fields.get("reason"), 4_000),
        approvers: approversIn(reading, fields, ["assignment", "assignments", "approvers"]),
        policy,
        timeout: readDuration(reading, fields.get("timeout")),
        urgency: readWord(reading, fields.get("urgency"), urgencies) ?? "normal",
      };
    },
  },
  escalate_approval: {
    keys: ["add_approvers", "to", "approvers", "level", "reason"],
    read(reading, fields) {
      const approvers = approversIn(reading, fields, ["add_approvers", "to", "approvers"]);
      needsOne(reading, fields, approvers, "add_approvers", "`escalate_approval`");
      return {
        approvers,
        level: readNumber(reading, fields.get("level"), levelNumber),
        reason: readText(reading, fields.get("reason"), 4_000),
      };
    },
  },
  modify_approval_chain: {
    keys: ["changes"],
    read(reading, fields) {
      const changes = readChanges(reading, fields.get("changes"));
      needsOne(reading, fields, changes, "changes", "`modify_approval_chain`");
      return { changes };
    },
  },
  notify: {
    keys: ["channel", "template", "level", "message", "recipients", "to", "mention"],
    read: (reading, fields) => ({
      channel: readText(reading, fields.get("channel"), 200),
      template: readText(reading, fields.get("template"), 200),
      level: readText(reading, fields.get("level"), 50),
      message: readText(reading, fields.get("message"), 4_000),
      recipients: [
        ...readTexts(reading, fields.get("recipients")),
        ...readTexts(reading, fields.get("to")),
      ],
      mention: readTexts(reading, fields.get("mention")),
    }),
  },
  reassign: {
    keys: ["to", "assignment", "assignee", "reason"],
    read(reading, fields) {
      const to = approversIn(reading, fields, ["to", "assignment"]);
      const assignee = readText(reading, fields.get("assignee"), 300);
      needsOne(reading, fields, assignee === null ? to : [assignee], "to", "`reassign`");
      return { to, assignee, reason: readText(reading, fields.get("reason"), 4_000) };
    },
  },
  set_field: {
    keys: ["field", "value"],
    read(reading, fields) {
      const place = fields.get("field");
      const field = readText(reading, place, 200);
      const value = fields.get("value");
      needsOne(reading, fields, [], "field", "`set_field`");
      needsOne(reading, fields, [], "value", "`set_field`");
      if (
        field !== null &&
        place !== undefined &&
        !/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(field)
      ) {
        reading.fault("bad-id", place, "A field is a name, or several with dots between them.");
        return null;
      }
      return field === null || value === undefined
        ? null
        : { field, value: readJsonValue(reading, value) };
    },
  },
  add_label: {
    keys: ["label"],
    read(reading, fields) {
      const label = readText(reading, fields.get("label"), 200);
      needsOne(reading, fields, [], "label", "`add_label`");
      return label === null ? null : { label };
    },
  },
  add_comment: {
    keys: ["body"],
    read(reading, fields) {
      const body = readText(reading, fields.get("body"), 10_000);
      needsOne(reading, fields, [], "body", "`add_comment`");
      return body === null ? null : { body };
    },
  },
};

const isSupported = (type: string): type is RecipeAction["type"] => Object.hasOwn(readers, type);

/** One action of a recipe; null for one that is not run here, which is listed, and after a fault. */
export const readRecipeAction = (reading: Reading, cursor: Cursor): RecipeAction | null => {
  if (cursor.node.kind !== "map") {
    reading.fault("wrong-type", cursor, "An action is a mapping.");
    return null;
  }
  const entry = cursor.node.entries.find(({ key }) => key === "type");
  if (entry === undefined) {
    reading.missing(cursor, "type", "An action needs `type`.");
    return null;
  }
  const type = readText(reading, { node: entry.value, path: `${cursor.path}.type` }, 100);
  if (type === null) return null;
  if (!isSupported(type)) {
    const meant = suggest(type, Object.keys(readers));
    if (meant !== undefined) {
      const message = `\`${type}\` is no action of a recipe.`;
      reading.faultAt(
        "not-one-of",
        entry.value.start,
        `${cursor.path}.type`,
        message,
        `Did you mean \`${meant}\`?`,
      );
      return null;
    }
    reading.ignore(
      cursor.node.start,
      cursor.path,
      `\`${type}\` is not supported: this action is not run here.`,
    );
    return null;
  }
  const { keys, read } = readers[type];
  const fields = fieldsOf(reading, cursor, { what: `\`${type}\``, keys: ["type", ...keys] });
  const made = fields === null ? null : read(reading, fields);
  // The reader is the one of this very type.
  return made === null ? null : ({ type, ...made } as RecipeAction);
};
