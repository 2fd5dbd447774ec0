import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { freeObject, payloadHash, prose, targets, unlessMissing } from "./fields.ts";
import { id, personId } from "./ids.ts";
import { exceedsBytes, limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

const level = z.int("must be a whole number").min(1, "must be 1 or more").max(1000, "is too large");

/** A blank one counts as none: the decider then asks for it. */
const reason = prose(limits.reason)
  .nullish()
  .transform((text) => (text === undefined || text === null || text.trim() === "" ? null : text));

/** Text that must say something. */
const said = (max: number) => prose(max).refine((text) => text.trim() !== "", "must not be empty");

const newTargets = targets(limits.approvers).min(1, "must name at least one approver");

export const modify = z.strictObject({
  payload: freeObject.refine(
    (value) => !exceedsBytes(JSON.stringify(value), limits.payload),
    `must have at most ${limits.payload} bytes as JSON`,
  ),
  notes: prose(limits.notes).nullish(),
  payload_hash: payloadHash,
  level: level.nullish(),
});

/** The body of `…/modify` as it is sent. */
export type ModifyInput = z.input<typeof modify>;

export const withdrawVote = z.strictObject({ level: level.nullish() });
export const question = z.strictObject({ text: said(limits.description) });
export const answer = z.strictObject({
  text: said(limits.description),
  question_id: z
    .string()
    .min(1, "must not be empty")
    .max(64, "must have at most 64 characters")
    .nullish(),
});
export const nothing = z.strictObject({});
export const reassign = z.strictObject({ from: personId.nullish(), to: newTargets, reason });
export const extend = z.strictObject({
  expires_at: z.iso.datetime({
    offset: true,
    error: unlessMissing("must be an ISO 8601 time with its zone"),
  }),
  reason,
});
export const amend = z.strictObject({
  skip_levels: z.array(level).max(50, "must have at most 50 entries").nullish(),
  add_approvers: z
    .array(z.strictObject({ level, group: id.nullish(), approvers: newTargets }))
    .max(50, "must have at most 50 entries")
    .nullish(),
  shorten: z
    .array(
      z.strictObject({
        level,
        step: level.nullish(),
        after: z.string().min(1, "must not be empty").max(64, "must have at most 64 characters"),
      }),
    )
    .max(50, "must have at most 50 entries")
    .nullish(),
  reason,
});
export const breakGlass = z.strictObject({ reason, payload_hash: payloadHash.nullish() });

const parser =
  <S extends z.ZodObject>(schema: S, within: Readonly<Record<string, readonly string[]>> = {}) =>
  (value: unknown): Parsed<z.output<S>> =>
    parseBody(schema, value, { "": Object.keys(schema.shape), ...within });

const target = ["type", "identifier"];

/** The body of `…/modify`. Errors of this and the others here: `unknown-field`, `unprocessable`. */
export const parseModify = parser(modify);
export const parseWithdrawVote = parser(withdrawVote);
export const parseQuestion = parser(question);
export const parseAnswer = parser(answer);
/** The body of `…/claim` and `…/release`: an empty object. */
export const parseNothing = parser(nothing);
export const parseReassign = parser(reassign, { to: target });
export const parseExtend = parser(extend);
export const parseAmend = parser(amend, {
  add_approvers: ["level", "group", "approvers"],
  "add_approvers.approvers": target,
  shorten: ["level", "step", "after"],
});
export const parseBreakGlass = parser(breakGlass);
