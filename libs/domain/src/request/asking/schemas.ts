import type { JsonObject } from "../../json.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Edited } from "../change-commands.ts";
import { refuse, type Refusal } from "../refusals.ts";

/** What `action.parameters` must fit: the asker's schema, and those of the pinned policies. */
export const schemasOf = (
  schema: JsonObject | null,
  policies: readonly Policy[],
): readonly JsonObject[] => {
  const written: JsonObject[] = schema === null ? [] : [schema];
  for (const policy of policies) {
    if (policy.schema !== null) written.push(policy.schema as JsonObject);
  }
  return written;
};

/** The no to parameters that do not fit, with every place; null when they do. */
export const misfitRefusal = (faults: Edited["faults"]): Refusal | null => {
  const [first] = faults;
  return first === undefined
    ? null
    : refuse(
        "schema-mismatch",
        `The payload does not fit its schema: ${first.path || "it"} ${first.message}.`,
        { faults: faults.map(({ path, message }) => ({ path, message })) },
      );
};
