import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { LadderStep } from "../policy/policy.ts";
import type { Routing } from "./gate.ts";

const partOf = (value: Json | undefined, key: string): Json | undefined =>
  isObject(value) ? value[key] : undefined;

const step = (
  minutes: Json | undefined,
  action: LadderStep["action"],
  to: LadderStep["to"] = [],
): readonly LadderStep[] =>
  typeof minutes === "number"
    ? [{ after: `${minutes}m`, action, to, channels: [], reason: null }]
    : [];

/**
 * A routing block as its author wrote it (`{primary, escalation, final}` with minutes) in the words of policies. All
 * minutes count from the request's creation: when the primary role's are over, the escalation's role is added; when
 * that one's are over, everybody is reminded; at the end the final action. Null without a primary role.
 */
export const routingOf = (block: JsonObject): Routing | null => {
  const role = partOf(block["primary"], "role");
  if (typeof role !== "string") return null;
  const { escalation, final } = block;
  const next = partOf(escalation, "role");
  const ending = partOf(final, "action") === "auto_approve" ? "auto_approve" : "auto_deny";
  return {
    role,
    ladder: [
      ...(typeof next !== "string"
        ? []
        : step(partOf(block["primary"], "timeout_minutes"), "escalate", [
            { type: "role", identifier: next },
          ])),
      ...step(partOf(escalation, "timeout_minutes"), "reminder"),
      ...step(partOf(final, "timeout_minutes"), ending),
    ],
  };
};
