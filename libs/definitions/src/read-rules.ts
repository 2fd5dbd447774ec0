import type { Rule } from "@countersign/domain/gate/gate.ts";
import { fieldsOf } from "./fields.ts";
import { readCondition } from "./read-condition.ts";
import { madeId, onceInOrg } from "./read-gates.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readId, readText, readWord } from "./values.ts";

const shape = { what: "a rule", keys: ["id", "when", "decide", "reason", "description"] };

/** One rule: what a guard decides without people. `number` is its place in the file, from 1, for an id of its own. */
export const readRule = (
  reading: Reading,
  cursor: Cursor,
  file: string,
  number: number,
): Rule | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  for (const key of ["when", "decide"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A rule needs \`${key}\`.`);
    }
  }
  const faults = reading.faults.length;
  const guard = fields.get("when");
  const when = readCondition(reading, guard);
  if (guard !== undefined && when === null && reading.faults.length === faults) {
    reading.fault("out-of-range", guard, "A rule that holds on no facts would decide everything.");
  }
  const decide = readWord(reading, fields.get("decide"), ["approve", "deny"] as const);
  const reason = readText(reading, fields.get("reason"));
  const place = fields.get("id");
  const id = place === undefined ? madeId(file, "rule", number) : readId(reading, place);
  if (id === null || when === null || decide === null) {
    return null;
  }
  onceInOrg(reading, "rule", id, place ?? cursor, file);
  return { id, when, decide, reason };
};
