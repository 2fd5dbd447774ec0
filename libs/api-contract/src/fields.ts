import { z } from "zod";
import { id, personId } from "./ids.ts";
import { exceedsBytes } from "./limits.ts";

/** Text of people, kept as sent; `max` counts UTF-8 bytes. */
export const prose = (max: number) =>
  z.string().refine((text) => !exceedsBytes(text, max), `must have at most ${max} bytes`);

/** A schema's own words for its faults; a value that is missing is said to be missing. */
export const unlessMissing =
  (message: string) =>
  ({ input }: { readonly input?: unknown }): string | undefined =>
    input === undefined ? undefined : message;

/** A time with its zone, in UTC when it comes out. */
export const instant = z.iso
  .datetime({
    offset: true,
    error: unlessMissing("must be an ISO 8601 time with a zone (2026-08-01T00:00:00Z)"),
  })
  .max(40, "must have at most 40 characters")
  .transform((text) => new Date(Date.parse(text)).toISOString());

/** A JSON object whose content is the sender's own. */
export const freeObject = z.record(z.string(), z.unknown());

/** Somebody named by an asker: a person (`user`) or a role. */
export const target = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("role"), identifier: id }),
    z.strictObject({ type: z.literal("user"), identifier: personId }),
  ],
  { error: 'must be {"type": "role" or "user", "identifier": …}' },
);

export const targets = (max: number) =>
  z.array(target).max(max, `must have at most ${max} entries`);

/** The hash that was shown: compared as text, whatever it holds. */
export const payloadHash = z
  .string()
  .min(1, "must not be empty")
  .max(128, "must have at most 128 characters");
