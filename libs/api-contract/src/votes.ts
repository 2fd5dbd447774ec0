import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { payloadHash, prose } from "./fields.ts";
import { limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

const level = z.int("must be a whole number").min(1, "must be 1 or more").max(1000, "is too large");

/** Unknown fields of a vote are ignored: a vote is never lost because a page sent something more. */
export const approve = z.object({
  notes: prose(limits.notes).nullish(),
  payload_hash: payloadHash.nullish(),
  level: level.nullish(),
});

export const deny = approve.extend({
  /** A blank one counts as none: the decider then asks for it. */
  reason: prose(limits.reason)
    .nullish()
    .transform((text) => (text === undefined || text === null || text.trim() === "" ? null : text)),
});

export const cancel = z.strictObject({ reason: prose(limits.reason).nullish() });

export type ApproveBody = z.output<typeof approve>;
export type DenyBody = z.output<typeof deny>;
export type CancelBody = z.output<typeof cancel>;

/** The body of `…/approve`. Error: `unprocessable` with `details.faults`. */
export const parseApprove = (value: unknown): Parsed<ApproveBody> => parseBody(approve, value);

/** The body of `…/deny`. `reason` may be null here: whether that is refused depends on the request's state. */
export const parseDeny = (value: unknown): Parsed<DenyBody> => parseBody(deny, value);

/** The body of `…/cancel`. Errors: `unknown-field`, `unprocessable`. */
export const parseCancel = (value: unknown): Parsed<CancelBody> =>
  parseBody(cancel, value, { "": ["reason"] });
