import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { payloadHash } from "./fields.ts";
import { parseBody } from "./parse-body.ts";

/** Characters of a grant: three base64url parts, well under this with fifty policies. */
const MAX_GRANT = 16_384;

export const consume = z.strictObject({
  grant: z.string().min(1, "must not be empty").max(MAX_GRANT, "is too long for a grant"),
  payload_hash: payloadHash,
});

export const execution = z.strictObject({
  status: z.enum(["executed", "failed"]),
  /** Whatever the executor wants remembered. */
  result: z.unknown().optional(),
  payload_hash: payloadHash,
});

export type ConsumeBody = z.output<typeof consume>;
export type ExecutionBody = z.output<typeof execution>;

/** The body of `…/consume`. Errors of both: `unknown-field`, `unprocessable`. */
export const parseConsume = (value: unknown): Parsed<ConsumeBody> =>
  parseBody(consume, value, { "": Object.keys(consume.shape) });

/** The body of `…/execution`. */
export const parseExecution = (value: unknown): Parsed<ExecutionBody> =>
  parseBody(execution, value, { "": Object.keys(execution.shape) });
