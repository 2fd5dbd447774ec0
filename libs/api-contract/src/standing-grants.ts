import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { instant, prose } from "./fields.ts";
import { id, name } from "./ids.ts";
import { limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

const MAX_ACTIONS = 50;
/** As long as the longest action type. */
const MAX_GLOB = 200;

export const standingGrant = z.strictObject({
  actions: z
    .array(name(MAX_GLOB))
    .min(1, "must name at least one glob")
    .max(MAX_ACTIONS, `must have at most ${MAX_ACTIONS} entries`),
  agent: id.nullish(),
  /** A guard expression, a comparison, a list of them, or `all` / `any`: read as in a file. */
  when: z.unknown().optional(),
  ends_at: instant,
  reason: prose(limits.reason).refine((text) => text.trim() !== "", "must not be empty"),
});

export type StandingGrantBody = z.output<typeof standingGrant>;

/** The body of `POST …/standing-grants`; the time comes out in UTC. Errors: `unknown-field`, `unprocessable`. */
export const parseStandingGrant = (value: unknown): Parsed<StandingGrantBody> =>
  parseBody(standingGrant, value, { "": Object.keys(standingGrant.shape) });
