import type { JsonObject } from "@countersign/domain/json.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import { readRole } from "./read-people.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readJsonObject, readNumber, readWord } from "./values.ts";

const routingShape = { what: "a routing", keys: ["primary", "escalation", "final"] };
const stopShape = { what: "a stop of a routing", keys: ["role", "timeout_minutes"] };
const finalShape = { what: "the end of a routing", keys: ["action", "timeout_minutes"] };

const minutes = { min: 1, max: 3_650 * 1_440, whole: true };

/** When a stop is due, and where the file says so. */
interface Due {
  readonly minutes: number | null;
  readonly place: Cursor | undefined;
}

const readDue = (reading: Reading, stop: Fields | null): Due => {
  const place = stop?.get("timeout_minutes");
  return { minutes: readNumber(reading, place, minutes), place };
};

/** All minutes count from creation, so a stop that is due before the one above it was hardly meant so. */
const warnOfOrder = (reading: Reading, stops: readonly Due[]): void => {
  let latest = 0;
  for (const { minutes: due, place } of stops) {
    if (due === null || place === undefined) continue;
    if (due < latest) {
      const message = `This is due after ${due} minutes, before the one above it.`;
      reading.warn("step-order", place, message, "Minutes count from the creation.");
    }
    latest = Math.max(latest, due);
  }
};

/** `{primary, escalation, final}` with minutes counted from creation; checked, and kept as JSON. */
export const readRouting = (
  reading: Reading,
  cursor: Cursor,
  of: "gate" | "org" = "org",
): JsonObject => {
  const fields = fieldsOf(reading, cursor, routingShape);
  if (fields !== null && fields.get("primary") === undefined) {
    reading.missing(cursor, "primary", "A routing needs `primary`.");
  }
  const due: Due[] = [];
  for (const key of ["primary", "escalation"]) {
    const place = fields?.get(key);
    const stop = place === undefined ? null : fieldsOf(reading, place, stopShape);
    const role = stop?.get("role");
    if (stop !== null && role === undefined) {
      reading.missing(stop.cursor, "role", `\`${key}\` needs \`role\`.`);
    } else if (role !== undefined) {
      readRole(reading, role);
    }
    due.push(readDue(reading, stop));
  }
  const end = fields?.get("final");
  const final = end === undefined ? null : fieldsOf(reading, end, finalShape);
  if (final !== null && final.get("action") === undefined) {
    reading.missing(final.cursor, "action", "`final` needs `action`.");
  }
  const place = final?.get("action");
  const action = readWord(reading, place, ["auto_reject", "auto_deny", "auto_approve"] as const);
  if (of === "gate" && action === "auto_approve" && place !== undefined) {
    const message = "This approves nothing: what a gate asks for is never approved by a timer.";
    reading.warn("auto-approve-off", place, message);
  }
  warnOfOrder(reading, [...due, readDue(reading, final)]);
  return fields === null ? {} : readJsonObject(reading, cursor);
};
