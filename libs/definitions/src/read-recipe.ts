import { fieldsOf } from "./fields.ts";
import { isZone } from "./read-calendar.ts";
import { readCondition } from "./read-condition.ts";
import type { KeptRead } from "./read-gates.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readBoolean, readId, readJsonObject, readList, readText, readWord } from "./values.ts";

const shape = {
  what: "a recipe",
  keys: [
    "key",
    "name",
    "description",
    "trigger",
    "schedule",
    "zone",
    "conditions",
    "actions",
    "requires_approval",
    "metadata",
  ],
};
const triggers = [
  "case.updated",
  "approval.timeout",
  "workflow.after_transition",
  "scheduled",
] as const;

/** Five fields of numbers, ranges, steps and names; what they come to is the scheduler's to say. */
const CRON = /^[\d*][\d*,/-]*(?: +[\dA-Za-z*?][\dA-Za-z*?,/#-]*){4}$/;

/** One automation recipe; kept as JSON. */
export const readRecipe = (reading: Reading, cursor: Cursor): KeptRead | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  for (const key of ["key", "trigger", "actions"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A recipe needs \`${key}\`.`);
    }
  }
  const id = readId(reading, fields.get("key"));
  const trigger = readWord(reading, fields.get("trigger"), triggers);
  const place = fields.get("schedule");
  const schedule = readText(reading, place, 100);
  if (trigger === "scheduled" && place === undefined) {
    reading.missing(cursor, "schedule", "A scheduled recipe needs `schedule`.");
  }
  if (schedule !== null && place !== undefined && !CRON.test(schedule)) {
    const message = "A schedule has five fields: minute, hour, day, month, weekday.";
    reading.fault("bad-schedule", place, message);
  }
  const zonePlace = fields.get("zone");
  const zone = readText(reading, zonePlace, 64);
  if (zone !== null && zonePlace !== undefined && !isZone(zone)) {
    reading.fault("unknown-zone", zonePlace, `There is no time zone \`${zone}\`.`);
  }
  readCondition(reading, fields.get("conditions"));
  readBoolean(reading, fields.get("requires_approval"), false);
  for (const action of readList(reading, fields.get("actions"))) {
    if (action.node.kind !== "map") {
      reading.fault("wrong-type", action, "An action is a mapping.");
    } else if (!action.node.entries.some(({ key }) => key === "type")) {
      reading.missing(action, "type", "An action needs `type`.");
    }
  }
  return id === null ? null : { id, content: readJsonObject(reading, cursor), cursor };
};
