import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { freeObject, prose } from "./fields.ts";
import { exceedsBytes, limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

const attached = freeObject.refine(
  (value) => !exceedsBytes(JSON.stringify(value), limits.attachment),
  `must have at most ${limits.attachment} bytes as JSON`,
);

export const context = z.strictObject({ context: attached });

export const recommendation = z.strictObject({
  recommendation: z.enum(["approve", "deny", "modify"]),
  confidence: z.number().min(0, "must be from 0 to 1").max(1, "must be from 0 to 1"),
  summary: prose(limits.notes),
  /** New `action.parameters`. */
  payload: attached.nullish(),
});

export type ContextBody = z.output<typeof context>;
export type RecommendationBody = z.output<typeof recommendation>;

/** The body of `…/context`. Errors: `unknown-field`, `unprocessable`. */
export const parseContext = (value: unknown): Parsed<ContextBody> =>
  parseBody(context, value, { "": Object.keys(context.shape) });

/** The body of `…/recommendation`. Errors: `unknown-field`, `unprocessable`. */
export const parseRecommendation = (value: unknown): Parsed<RecommendationBody> =>
  parseBody(recommendation, value, { "": Object.keys(recommendation.shape) });
