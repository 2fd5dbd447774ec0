import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { LadderStep } from "../policy/policy.ts";
import type { Routing } from "./gate.ts";

const own = (value: Json | undefined, key: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

const step = (minutes: Json | undefined, fields: Partial<LadderStep>): readonly LadderStep[] =>
  typeof minutes !== "number"
    ? []
    : [
        {
          after: `${minutes}m`,
          action: "reminder",
          to: [],
          channels: [],
          reason: null,
          ...fields,
        },
      ];

/**
 * A routing block as its author wrote it (`{primary, escalation, final}` with minutes) in the words of policies. All
 * minutes count from the request's creation: when the primary role's are over, the escalation's role is added; when
 * that one's are over, everybody is reminded; at the end the final action. Null without a primary role.
 */
export const routingOf = (block: JsonObject): Routing | null => {
  const role = own(block["primary"], "role");
  if (typeof role !== "string") return null;
  const { escalation, final } = block;
  const next = own(escalation, "role");
  const ending = own(final, "action") === "auto_approve" ? "auto_approve" : "auto_deny";
  return {
    role,
    ladder: [
      ...(typeof next !== "string"
        ? []
        : step(own(block["primary"], "timeout_minutes"), {
            action: "escalate",
            to: [{ type: "role", identifier: next }],
          })),
      ...step(own(escalation, "timeout_minutes"), { action: "reminder" }),
      ...(final === undefined ? [] : step(own(final, "timeout_minutes"), { action: ending })),
    ],
  };
};
