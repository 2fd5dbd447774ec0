import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { payloadHash, prose } from "./fields.ts";
import { limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

export const approve = z.strictObject({
  approval_ids: z.array(
    z.string().min(1, "must not be empty").max(64, "must have at most 64 characters"),
  ),
  payload_hashes: z.record(z.string(), payloadHash).nullish(),
  levels: z
    .record(z.string(), z.int("must be a whole number").min(1, "must be 1 or more"))
    .nullish(),
  notes: prose(limits.notes).nullish(),
});

export const deny = approve.extend({ reason: prose(limits.reason).nullish() });

/** What both bulk votes say; `reason` is null for an approval. */
export interface BulkBody {
  readonly approvalIds: readonly string[];
  readonly payloadHashes: Readonly<Record<string, string>>;
  readonly levels: Readonly<Record<string, number>>;
  readonly notes: string | null;
  readonly reason: string | null;
}

const parse = (schema: typeof approve | typeof deny, value: unknown): Parsed<BulkBody> => {
  const parsed = parseBody(schema, value, { "": Object.keys(schema.shape) });
  if (!parsed.ok) return parsed;
  const body: z.output<typeof deny> = parsed.value;
  if (body.approval_ids.length > limits.bulk) {
    return {
      ok: false,
      error: {
        code: "bulk-too-large",
        message: `A bulk vote takes at most ${limits.bulk} requests, not ${body.approval_ids.length}.`,
        details: { limit: limits.bulk },
      },
    };
  }
  return {
    ok: true,
    value: {
      approvalIds: body.approval_ids,
      payloadHashes: body.payload_hashes ?? {},
      levels: body.levels ?? {},
      notes: body.notes ?? null,
      reason: body.reason ?? null,
    },
  };
};

/** The body of `…/bulk-approve`. Errors: `unknown-field`, `unprocessable`, `bulk-too-large`. */
export const parseBulkApprove = (value: unknown): Parsed<BulkBody> => parse(approve, value);

/** The body of `…/bulk-deny`. Errors: `unknown-field`, `unprocessable`, `bulk-too-large`. */
export const parseBulkDeny = (value: unknown): Parsed<BulkBody> => parse(deny, value);
