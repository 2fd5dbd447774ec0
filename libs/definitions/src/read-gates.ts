import type { JsonObject } from "@countersign/domain/json.ts";
import { kebabCase } from "@countersign/domain/policy/kebab-case.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readCondition } from "./read-condition.ts";
import { readAssignment, readRole } from "./read-people.ts";
import { stem } from "./read-policy.ts";
import type { Reading } from "./reading.ts";
import { below } from "./tree.ts";
import type { Cursor } from "./tree.ts";
import {
  readBoolean,
  readId,
  readJsonObject,
  readList,
  readNumber,
  readText,
  readTexts,
  readWord,
} from "./values.ts";

/** What each kind of gate cannot do without. */
const needs = {
  require_approval: ["actions"],
  amount_threshold: ["field", "above"],
  new_counterparty: ["field"],
  high_risk: ["above"],
  deny: [],
  cost_threshold: ["threshold_usd"],
  sensitivity: ["triggers"],
  manual: ["position"],
  approval_level: ["level"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type GateType = keyof typeof needs;
const gateTypes: readonly GateType[] = [
  "require_approval",
  "amount_threshold",
  "new_counterparty",
  "high_risk",
  "deny",
  "cost_threshold",
  "sensitivity",
  "manual",
  "approval_level",
];

export const approvalLevels = ["none", "on-write", "on-commit", "always"] as const;

const gateShape = {
  what: "a gate",
  keys: [
    "id",
    "gate_type",
    "actions",
    "policy",
    "field",
    "above",
    "approvers",
    "message",
    "threshold_usd",
    "per",
    "triggers",
    "position",
    "routing",
    "level",
    "namespace",
    "liftable",
    "when",
    "description",
  ],
};
const ruleShape = {
  what: "a rule",
  keys: ["id", "when", "decide", "reason", "description"],
};
const routingShape = { what: "a routing", keys: ["primary", "escalation", "final"] };
const stopShape = { what: "a stop of a routing", keys: ["role", "timeout_minutes"] };
const finalShape = { what: "the end of a routing", keys: ["action", "timeout_minutes"] };

const amount = { min: 0, max: Number.MAX_SAFE_INTEGER, whole: false };
const minutes = { min: 1, max: 3_650 * 1_440, whole: true };

/** Something with an id of its own whose rules are kept as its author's JSON. */
export interface KeptRead {
  readonly id: string;
  readonly content: JsonObject;
  readonly cursor: Cursor;
}

/** `{primary, escalation, final}` with minutes counted from creation; kept as JSON. */
export const readRouting = (reading: Reading, cursor: Cursor): JsonObject => {
  const fields = fieldsOf(reading, cursor, routingShape);
  if (fields !== null && fields.get("primary") === undefined) {
    reading.missing(cursor, "primary", "A routing needs `primary`.");
  }
  for (const key of ["primary", "escalation"]) {
    const place = fields?.get(key);
    const stop = place === undefined ? null : fieldsOf(reading, place, stopShape);
    const role = stop?.get("role");
    if (stop !== null && role === undefined) {
      reading.missing(stop.cursor, "role", `\`${key}\` needs \`role\`.`);
    } else if (role !== undefined) {
      readRole(reading, role);
    }
    readNumber(reading, stop?.get("timeout_minutes"), minutes);
  }
  const end = fields?.get("final");
  const final = end === undefined ? null : fieldsOf(reading, end, finalShape);
  if (final !== null && final.get("action") === undefined) {
    reading.missing(final.cursor, "action", "`final` needs `action`.");
  }
  readWord(reading, final?.get("action"), ["auto_reject", "auto_deny", "auto_approve"] as const);
  readNumber(reading, final?.get("timeout_minutes"), minutes);
  return fields === null ? {} : readJsonObject(reading, cursor);
};

const onceInOrg = (
  reading: Reading,
  kind: "gate" | "rule",
  id: string,
  place: Cursor,
  file: string,
): void => {
  const newest = reading.known?.definition?.entries.get(`${kind}/${id}`)?.at(-1);
  if (newest?.active === true && newest.file !== file) {
    const message = `The ${kind} \`${id}\` came with ${newest.file}.`;
    reading.fault("duplicate-id", place, message, "Give it another id.");
  }
};

const readApprovers = (reading: Reading, cursor: Cursor | undefined): void => {
  for (const item of readList(reading, cursor)) {
    if (item.node.kind === "map") {
      readAssignment(reading, item);
    } else {
      readRole(reading, item);
    }
  }
};

const checkValues = (reading: Reading, fields: Fields): void => {
  const policy = fields.get("policy");
  const name = readText(reading, policy, 300);
  if (policy !== undefined && name !== null) {
    reading.policyNames.push({ ...policy, name });
  }
  readTexts(reading, fields.get("actions"));
  readTexts(reading, fields.get("triggers"));
  readText(reading, fields.get("field"), 200);
  readText(reading, fields.get("position"), 200);
  readText(reading, fields.get("namespace"), 200);
  readText(reading, fields.get("message"));
  readNumber(reading, fields.get("above"), amount);
  readNumber(reading, fields.get("threshold_usd"), amount);
  readWord(reading, fields.get("per"), ["run", "agent", "day"] as const);
  readWord(reading, fields.get("level"), approvalLevels);
  readBoolean(reading, fields.get("liftable"), false);
  readApprovers(reading, fields.get("approvers"));
  readCondition(reading, fields.get("when"));
  const routing = fields.get("routing");
  if (routing !== undefined) {
    readRouting(reading, routing);
  }
};

/** One gate; `number` is its place in the file, from 1, for an id of its own. */
export const readGate = (
  reading: Reading,
  cursor: Cursor,
  file: string,
  number: number,
): KeptRead | null => {
  const fields = fieldsOf(reading, cursor, gateShape);
  if (fields === null) {
    return null;
  }
  const typePlace = fields.get("gate_type");
  if (typePlace === undefined) {
    reading.missing(cursor, "gate_type", "A gate needs `gate_type`.");
  }
  const type = readWord(reading, typePlace, gateTypes);
  for (const key of type === null ? [] : needs[type]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A gate of type \`${type}\` needs \`${key}\`.`);
    }
  }
  checkValues(reading, fields);
  const place = fields.get("id");
  const made = `${kebabCase(stem(file)).slice(0, 40) || "file"}-${type}-${number}`;
  const id = place === undefined ? made : readId(reading, place);
  if (id === null || type === null) {
    return null;
  }
  onceInOrg(reading, "gate", id, place ?? cursor, file);
  return { id, content: readJsonObject(reading, cursor), cursor };
};

/** One rule: what a guard decides without people. */
export const readRule = (
  reading: Reading,
  cursor: Cursor,
  file: string,
  number: number,
): KeptRead | null => {
  const fields = fieldsOf(reading, cursor, ruleShape);
  if (fields === null) {
    return null;
  }
  for (const key of ["when", "decide"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A rule needs \`${key}\`.`);
    }
  }
  readCondition(reading, fields.get("when"));
  readWord(reading, fields.get("decide"), ["approve", "deny"] as const);
  readText(reading, fields.get("reason"));
  const place = fields.get("id");
  const made = `${kebabCase(stem(file)).slice(0, 40) || "file"}-rule-${number}`;
  const id = place === undefined ? made : readId(reading, place);
  if (id === null) {
    return null;
  }
  onceInOrg(reading, "rule", id, place ?? cursor, file);
  return { id, content: readJsonObject(reading, cursor), cursor };
};

const tasksShape = { what: "`tasks`", keys: ["default_approval"] };
const namespaceShape = { what: "a namespace", keys: ["approval", "default_approval"] };
const approvalsShape = { what: "`approvals`", keys: ["timeout", "notify"] };

/** Kage's tables `tasks`, `namespaces` and `approvals` as one definition; kept as JSON. */
export const readApprovalLevels = (reading: Reading, root: Fields): JsonObject => {
  const [tasks, namespaces] = [root.get("tasks"), root.get("namespaces")];
  const approvals = root.get("approvals");
  const task = tasks === undefined ? null : fieldsOf(reading, tasks, tasksShape);
  readWord(reading, task?.get("default_approval"), approvalLevels);
  if (namespaces?.node.kind === "map") {
    for (const { key, value } of namespaces.node.entries) {
      const cursor = { node: value, path: below(namespaces.path, key) };
      const fields = fieldsOf(reading, cursor, namespaceShape);
      readWord(reading, fields?.get("approval"), approvalLevels);
      readWord(reading, fields?.get("default_approval"), approvalLevels);
    }
  }
  const timing = approvals === undefined ? null : fieldsOf(reading, approvals, approvalsShape);
  const timeout = timing?.get("timeout");
  if (timeout !== undefined) {
    readText(reading, timeout, 64);
  }
  readBoolean(reading, timing?.get("notify"), false);
  const parts = Object.entries({ tasks, namespaces, approvals });
  return Object.fromEntries(
    parts.flatMap(([key, cursor]) =>
      cursor === undefined ? [] : [[key, readJsonObject(reading, cursor)] as const],
    ),
  );
};
