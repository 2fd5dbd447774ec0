import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { freeObject, prose, targets } from "./fields.ts";
import { hasInvisible, ID, id, name, requestId } from "./ids.ts";
import { exceedsBytes, limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

/** A title of people's words. */
export const title = z
  .string()
  .refine((text) => text.trim() !== "", "must not be empty")
  .refine(
    (text) => text.length <= limits.title || Array.from(text).length <= limits.title,
    `must have at most ${limits.title} characters`,
  );

/** An id, or `<workflow>/<transition name>` for the policy of a transition. */
const policyName = z
  .string()
  .refine(
    (text) =>
      ID.test(text) || (text.length <= 200 && /^[\w-]{1,64}\/./u.test(text) && !hasInvisible(text)),
    "must be a policy's id (A-Z a-z 0-9 _ -), or <workflow>/<transition>",
  );

const action = z.strictObject({
  type: name(128),
  tool: name(128).nullish(),
  parameters: freeObject,
});

const agent = z.looseObject({
  id: id.nullish(),
  name: prose(1024).nullish(),
  version: prose(256).nullish(),
});

const schema = freeObject.refine(
  (value) => !exceedsBytes(JSON.stringify(value), limits.schema),
  `must have at most ${limits.schema} bytes`,
);

const risk = z.looseObject({
  budget_current: z.number().nullish(),
  budget_limit: z.number().nullish(),
  budget_percent: z.number().nullish(),
  score: z.number().nullish(),
  estimated_cost_usd: z.number().nonnegative("must not be negative").nullish(),
});

const validation = z.looseObject({
  is_valid: z.boolean().nullish(),
  score: z.number().nullish(),
  issues: z.array(z.unknown()).nullish(),
});

/** The fields of an ask. */
export const ask = z.strictObject({
  title,
  description: prose(limits.description).nullish(),
  action,
  agent: agent.nullish(),
  reason_codes: z
    .array(name(128))
    .max(limits.reasonCodes, `must have at most ${limits.reasonCodes} entries`)
    .nullish(),
  policy: policyName.nullish(),
  approvers: targets(limits.approvers).min(1, "must name at least one approver").nullish(),
  observers: targets(limits.observers).nullish(),
  suggested: targets(limits.approvers).nullish(),
  policy_trace: freeObject.nullish(),
  risk_snapshot: risk.nullish(),
  view: id.nullish(),
  context: freeObject.nullish(),
  links: freeObject.nullish(),
  expires_in: z
    .string()
    .min(1, "must not be empty")
    .max(64, "must have at most 64 characters")
    .nullish(),
  urgency: z.enum(["low", "normal", "high", "critical"]).nullish(),
  schema: schema.nullish(),
  dedupe: name(255).nullish(),
  previous_request_id: requestId.nullish(),
  validation: validation.nullish(),
});

/** The body of `POST …/approvals`, of an intake message and of GraphQL's `requestApproval`; a field left out and null are the same. */
export type AskBody = z.output<typeof ask>;
export type AskInput = z.input<typeof ask>;

/** Keys of an ask by path, for hints at slips. */
export const askKeys = {
  "": Object.keys(ask.shape),
  action: Object.keys(action.shape),
  approvers: ["type", "identifier"],
  observers: ["type", "identifier"],
  suggested: ["type", "identifier"],
};

/**
 * Checks an ask. `textLength` is the length of the text it came from: the payload is measured only when it could be
 * too large. Errors: `unknown-field`, `unprocessable`, both with `details.faults`.
 */
export const parseAsk = (value: unknown, textLength?: number): Parsed<AskBody> => {
  const parsed = parseBody(ask, value, askKeys);
  return parsed.ok ? checkedSize(parsed.value, textLength) : parsed;
};

/** The ask, unless its payload is too large; measured only when the text it came from could be. */
export const checkedSize = (value: AskBody, textLength?: number): Parsed<AskBody> => {
  const taken = { ok: true, value } as const;
  if (textLength !== undefined && textLength * 3 <= limits.payload) return taken;
  if (!exceedsBytes(JSON.stringify(value.action), limits.payload)) return taken;
  const message = `must have at most ${limits.payload} bytes as JSON`;
  return {
    ok: false,
    error: {
      code: "unprocessable",
      message: `action ${message}.`,
      details: { faults: [{ path: "action", message }] },
    },
  };
};
