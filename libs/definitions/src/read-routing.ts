import type { JsonObject } from "@countersign/domain/json.ts";
import { fieldsOf } from "./fields.ts";
import { readRole } from "./read-people.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readJsonObject, readNumber, readWord } from "./values.ts";

const routingShape = { what: "a routing", keys: ["primary", "escalation", "final"] };
const stopShape = { what: "a stop of a routing", keys: ["role", "timeout_minutes"] };
const finalShape = { what: "the end of a routing", keys: ["action", "timeout_minutes"] };

const minutes = { min: 1, max: 3_650 * 1_440, whole: true };

/** `{primary, escalation, final}` with minutes counted from creation; checked, and kept as JSON. */
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
