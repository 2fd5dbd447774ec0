import type { Json } from "@countersign/domain/json.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import { readCondition } from "./read-condition.ts";
import { readJson } from "./read-json.ts";
import { Reading } from "./reading.ts";

export type ConditionRead =
  | { readonly ok: true; readonly condition: Condition | null }
  | {
      readonly ok: false;
      readonly faults: readonly { readonly path: string; readonly message: string }[];
    };

/**
 * A condition from a body instead of a file, in all the forms that a file may have it in. `path` is its place in the
 * body. What a file would list as ignored is a fault here: nobody reads such a list of a body.
 */
export const conditionOfJson = (value: Json, path: string): ConditionRead => {
  if (value === null) return { ok: true, condition: null };
  const reading = new Reading(JSON.stringify(value), null, null);
  const node = readJson(reading);
  const condition = node === null ? null : readCondition(reading, { node, path });
  const faults = [
    ...reading.faults.map((fault) => ({ path: fault.path, message: fault.message })),
    ...reading.ignored.map((ignored) => ({ path: ignored.path, message: ignored.why })),
  ];
  return faults.length > 0 ? { ok: false, faults } : { ok: true, condition };
};
