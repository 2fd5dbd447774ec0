import { z } from "zod";
import type { Parsed } from "./errors.ts";
import { instant } from "./fields.ts";
import { id } from "./ids.ts";
import { parseBody } from "./parse-body.ts";

/** The scopes that a key may have; those of the domain, which this must name all. */
const scope = z.enum([
  "execute",
  "approval-level",
  "definitions:write",
  "directory:write",
  "api-keys:write",
  "standing-grants:write",
  "security:read",
  "metrics",
]);

export const apiKey = z.strictObject({
  agent: id,
  scopes: z.array(scope).max(scope.options.length, "must name each scope once").nullish(),
  expires_at: instant.nullish(),
});

export type ApiKeyBody = z.output<typeof apiKey>;

/** The body of `POST …/api-keys`; the time comes out in UTC. Errors: `unknown-field`, `unprocessable`. */
export const parseApiKey = (value: unknown): Parsed<ApiKeyBody> =>
  parseBody(apiKey, value, { "": Object.keys(apiKey.shape) });
