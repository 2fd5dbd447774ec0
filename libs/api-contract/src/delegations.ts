import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { instant, prose } from "./fields.ts";
import { id, personId } from "./ids.ts";
import { limits } from "./limits.ts";
import { parseBody } from "./parse-body.ts";

/** Policies or roles that one delegation may name. */
const MAX_SCOPE = 50;

const scope = z
  .array(id)
  .min(1, "must name at least one, or be left out")
  .max(MAX_SCOPE, `must have at most ${MAX_SCOPE} entries`);

export const delegation = z.strictObject({
  to: personId,
  from: personId.nullish(),
  starts_at: instant.nullish(),
  ends_at: instant,
  policies: scope.nullish(),
  roles: scope.nullish(),
  exclusive: z.boolean().nullish(),
  redelegate: z.boolean().nullish(),
  reason: prose(limits.reason).nullish(),
});

export type DelegationBody = z.output<typeof delegation>;

/** The body of `POST …/delegations`; times come out in UTC. Errors: `unknown-field`, `unprocessable`. */
export const parseDelegation = (value: unknown): Parsed<DelegationBody> =>
  parseBody(delegation, value, { "": Object.keys(delegation.shape) });
