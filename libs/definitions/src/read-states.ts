import type { Sla, WorkflowState } from "@countersign/domain/topic/workflow.ts";
import { anyFields, fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readCondition } from "./read-condition.ts";
import { readApproval } from "./read-short-forms.ts";
import type { DraftLevel } from "./read-short-forms.ts";
import { isEarlier, readTimer } from "./read-timer.ts";
import type { Reading } from "./reading.ts";
import { below } from "./tree.ts";
import type { Cursor } from "./tree.ts";
import { readBoolean, readList, readName, readText } from "./values.ts";

/** Keys of the dialect that Countersign does not act on. */
export const silent: Readonly<Record<string, string>> = {
  hooks: "Hooks are not run here.",
  automations: "Automations are not run here.",
  analytics: "Analytics are not kept here.",
  wip_limit: "Limits of work in progress are not held here.",
  on_enter: "Actions on entering a state are not run here.",
  on_exit: "Actions on leaving a state are not run here.",
  checklist: "Checklists are not kept here.",
  guards: "External guards are not asked: approvals apply as they are written.",
  on_warning: "Notifications inside `sla` are not sent.",
  on_breach: "Notifications inside `sla` are not sent.",
};

const pick = (...keys: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map((key) => [key, silent[key] ?? ""]));

const stateShape = {
  what: "a state",
  keys: [
    "key",
    "label",
    "name",
    "type",
    "category",
    "description",
    "metadata",
    "sla",
    "approval",
    "conditions",
  ],
  silent: pick("wip_limit", "on_enter", "on_exit", "checklist", "hooks", "automations", "guards"),
};
const slaShape = {
  what: "an sla",
  keys: ["warning", "breach", "business_hours"],
  silent: pick("on_warning", "on_breach"),
};

/** A state with the approval that guards whatever leaves it. */
export interface StateRead {
  readonly state: WorkflowState;
  readonly approval: readonly DraftLevel[];
}

const readSla = (reading: Reading, cursor: Cursor): Sla | null => {
  const fields = fieldsOf(reading, cursor, slaShape);
  if (fields === null) {
    return null;
  }
  const businessHours = readBoolean(reading, fields.get("business_hours"), false);
  const follows = businessHours ? "org" : "none";
  const place = fields.get("warning");
  const warning = readTimer(reading, place, follows);
  const breach = readTimer(reading, fields.get("breach"), follows);
  if (place !== undefined && warning !== null && breach !== null && isEarlier(breach, warning)) {
    reading.warn("step-order", place, `The warning comes after ${warning}, later than the breach.`);
  }
  return { warning, breach, businessHours };
};

const readFields = (reading: Reading, fields: Fields, key: string): StateRead => {
  const metadata = fields.get("metadata");
  const inner = metadata === undefined ? null : anyFields(reading, metadata, "`metadata`");
  const label =
    readName(reading, fields.get("label")) ??
    readName(reading, fields.get("name")) ??
    readName(reading, inner?.get("label")) ??
    key;
  const type = readText(reading, fields.get("type"), 64);
  const sla = fields.get("sla");
  const readsSla = sla === undefined ? null : readSla(reading, sla);
  const approval = fields.get("approval");
  const conditions = fields.get("conditions");
  if (conditions !== undefined && approval === undefined) {
    const path = below(fields.cursor.path, "conditions");
    reading.ignore(
      fields.keyStart("conditions"),
      path,
      "Without an `approval` they guard nothing.",
    );
  }
  const drafts =
    approval === undefined
      ? []
      : readApproval(reading, approval, readCondition(reading, conditions));
  const state = { key, label, type };
  return { state: readsSla === null ? state : { ...state, sla: readsSla }, approval: drafts };
};

/** Topics' states stand in events and policy ids: short, and nothing that cannot be seen. */
const STATE = /^[^\p{C}]{1,128}$/u;

const plainState = (key: string): StateRead => ({
  state: { key, label: key, type: null },
  approval: [],
});

const readMapped = (reading: Reading, cursor: Cursor): readonly StateRead[] => {
  const fields = anyFields(reading, cursor, "`states`");
  return (fields?.cursor.node.entries ?? []).flatMap(({ key, keyStart, value }) => {
    const path = below(cursor.path, key);
    if (!STATE.test(key)) {
      reading.faultAt("bad-id", keyStart, path, "A state's key has 1 to 128 visible characters.");
      return [];
    }
    if (value.kind === "scalar" && value.value === null) {
      return [plainState(key)];
    }
    const inner = fieldsOf(reading, { node: value, path }, stateShape);
    return inner === null ? [] : [readFields(reading, inner, key)];
  });
};

const readListed = (reading: Reading, cursor: Cursor): readonly StateRead[] => {
  const seen = new Set<string>();
  return readList(reading, cursor).flatMap((item) => {
    const plain = item.node.kind === "scalar";
    const fields = plain ? null : fieldsOf(reading, item, stateShape);
    const place = plain ? item : fields?.get("key");
    if (fields !== null && place === undefined) {
      reading.missing(item, "key", "A state needs a `key`.");
    }
    const key = readText(reading, place);
    if (key === null || place === undefined) {
      return [];
    }
    if (!STATE.test(key)) {
      reading.fault("bad-id", place, "A state's key has 1 to 128 visible characters.");
      return [];
    }
    if (seen.has(key)) {
      reading.fault("duplicate-id", place, `The state \`${key}\` is here twice.`);
    }
    seen.add(key);
    return [fields === null ? plainState(key) : readFields(reading, fields, key)];
  });
};

/** States of a workflow, as a mapping by key or a list of `{key, label}`. */
export const readStates = (reading: Reading, cursor: Cursor): readonly StateRead[] =>
  cursor.node.kind === "list" ? readListed(reading, cursor) : readMapped(reading, cursor);
