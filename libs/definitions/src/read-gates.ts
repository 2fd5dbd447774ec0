import { approvalLevels, type Gate, type GateSubject } from "@countersign/domain/gate/gate.ts";
import { routingOf } from "@countersign/domain/gate/routing.ts";
import { kebabCase } from "@countersign/domain/policy/kebab-case.ts";
import type { Assignment } from "@countersign/domain/policy/policy.ts";
import { MOST_ASSIGNMENTS } from "./bounds.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readCondition } from "./read-condition.ts";
import { readAssignment, readRole } from "./read-people.ts";
import { stem } from "./read-policy.ts";
import { readRouting } from "./read-routing.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import {
  readBoolean,
  readId,
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
} as const satisfies Readonly<Record<GateSubject["type"], readonly string[]>>;
const gateTypes: readonly GateSubject["type"][] = [
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

const amount = { min: 0, max: Number.MAX_SAFE_INTEGER, whole: false };

/** An id that stands in the org once: with another active file it is a fault. */
export const onceInOrg = (
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

/** The id of what has none: the file's name in kebab-case, what it is, and its place in the file. */
export const madeId = (file: string, what: string, number: number): string =>
  `${kebabCase(stem(file).replaceAll("_", "-")).slice(0, 40) || "file"}-${what}-${number}`;

/** Roles by their bare names, or `{type, identifier}`. */
const readApprovers = (reading: Reading, cursor: Cursor | undefined): readonly Assignment[] => {
  if (cursor?.node.kind === "list" && cursor.node.items.length === 0) {
    reading.fault("out-of-range", cursor, "At least one approver is needed.");
  }
  return readList(reading, cursor, MOST_ASSIGNMENTS).flatMap((item): readonly Assignment[] => {
    if (item.node.kind === "map") {
      const assignment = readAssignment(reading, item);
      return assignment === null ? [] : [assignment];
    }
    const role = readRole(reading, item);
    return role === null ? [] : [{ type: "role", identifier: role }];
  });
};

/** Everything that any kind of gate is about; read whatever the kind is, so that no fault is passed over. */
const readSubject = (
  reading: Reading,
  fields: Fields,
  type: GateSubject["type"] | null,
): GateSubject | null => {
  const field = readText(reading, fields.get("field"), 200);
  const above = readNumber(reading, fields.get("above"), amount);
  const thresholdUsd = readNumber(reading, fields.get("threshold_usd"), amount);
  const per = readWord(reading, fields.get("per"), ["run", "agent", "day"] as const) ?? "run";
  const triggers = readTexts(reading, fields.get("triggers"));
  const position = readText(reading, fields.get("position"), 200);
  const level = readWord(reading, fields.get("level"), approvalLevels);
  const namespace = readText(reading, fields.get("namespace"), 200);
  switch (type) {
    case "amount_threshold":
      return field === null || above === null ? null : { type, field, above };
    case "new_counterparty":
      return field === null ? null : { type, field };
    case "high_risk":
      return above === null ? null : { type, above };
    case "cost_threshold":
      return thresholdUsd === null ? null : { type, thresholdUsd, per };
    case "sensitivity":
      return { type, triggers };
    case "manual":
      return position === null ? null : { type, position };
    case "approval_level":
      return level === null ? null : { type, level, namespace };
    case "require_approval":
    case "deny":
      return { type };
    case null:
      return null;
  }
};

/** Who is asked: a policy's levels, or people of the gate's own. Both would leave open which of them counts. */
const readAsked = (
  reading: Reading,
  fields: Fields,
): Pick<Gate, "policy" | "approvers" | "routing"> => {
  const place = fields.get("policy");
  const policy = readText(reading, place, 300);
  if (place !== undefined && policy !== null) {
    reading.policyNames.push({ ...place, name: policy });
  }
  for (const key of ["approvers", "routing"]) {
    const beside = fields.get(key);
    if (place !== undefined && beside !== undefined) {
      reading.fault("not-one-of", beside, `A gate has a \`policy\` or \`${key}\`, not both.`);
    }
  }
  const approvers = readApprovers(reading, fields.get("approvers"));
  const block = fields.get("routing");
  const routing = block === undefined ? null : routingOf(readRouting(reading, block, "gate"));
  return { policy, approvers, routing };
};

/** One gate; `number` is its place in the file, from 1, for an id of its own. */
export const readGate = (
  reading: Reading,
  cursor: Cursor,
  file: string,
  number: number,
): Gate | null => {
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
    // What a gate is about may be said by its guard instead of by the names of actions.
    const guarded = key === "actions" && fields.get("when") !== undefined;
    if (fields.get(key) === undefined && !guarded) {
      reading.missing(cursor, key, `A gate of type \`${type}\` needs \`${key}\`.`);
    }
  }
  const subject = readSubject(reading, fields, type);
  const actionsPlace = fields.get("actions");
  const actions = readTexts(reading, actionsPlace);
  if (actionsPlace?.node.kind === "list" && actionsPlace.node.items.length === 0) {
    reading.fault("out-of-range", actionsPlace, "At least one action is needed.");
  }
  const asked = readAsked(reading, fields);
  const when = readCondition(reading, fields.get("when"));
  const message = readText(reading, fields.get("message"));
  const liftable = readBoolean(reading, fields.get("liftable"), false);
  const place = fields.get("id");
  const id = place === undefined ? madeId(file, type ?? "gate", number) : readId(reading, place);
  if (id === null || subject === null) {
    return null;
  }
  onceInOrg(reading, "gate", id, place ?? cursor, file);
  return { id, subject, actions, when, ...asked, message, liftable };
};
