import { durationMs, MAX_DURATION_MS } from "../../policy/duration.ts";
import type { Duration, Policy } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import type { Chain } from "../levels/chain.ts";
import { refuseField, type Refusal } from "../refusals.ts";
import { unwrittenExpiryMs } from "./unwritten-expiry.ts";

/** ISO 8601 of an instant so many milliseconds after another. */
export const isoAfter = (at: string, ms: number): string =>
  new Date(Date.parse(at) + ms).toISOString();

type Written = Duration | "never" | null;

const msOf = (written: Duration | "never"): number =>
  written === "never" ? Infinity : (durationMs(written) ?? Infinity);

/** The shortest expiry that the policies wrote, else the org's; null when nobody wrote one. Infinity is never. */
const writtenMs = (policies: readonly Policy[], org: Written): number | null => {
  let shortest: number | null = null;
  for (const { expiresIn } of policies) {
    if (expiresIn !== null) shortest = Math.min(shortest ?? Infinity, msOf(expiresIn));
  }
  return shortest ?? (org === null ? null : msOf(org));
};

const outOfRange = (message: string): { readonly refusal: Refusal } => ({
  refusal: refuseField("expiry-out-of-range", "expires_in", message),
});

/**
 * When a request created at `now` expires (null: never). The ask's own wish counts when it does not exceed what a
 * policy or the org wrote. Refused `expiry-out-of-range`: longer than that, not above zero, over 3,650 days; refused
 * `unprocessable`: no duration at all.
 */
export const expiryOf = (
  asked: string | null,
  chain: Chain,
  reference: Reference,
  now: string,
): { readonly expiresAt: string | null } | { readonly refusal: Refusal } => {
  const written = writtenMs(chain.policies, reference.definition.defaults.expiresIn);
  let ms = written ?? unwrittenExpiryMs(chain, now, reference);
  if (asked !== null) {
    const wished = asked === "never" ? Infinity : durationMs(asked);
    if (wished === null) {
      if (/^(?:-\S|0+$)/.test(asked))
        return outOfRange("An expiry must lie after the request's creation.");
      const message = "An expiry is a whole number with a unit (90s, 30m, 24h, 7d) or never.";
      return { refusal: refuseField("unprocessable", "expires_in", message) };
    }
    if (wished <= 0) return outOfRange("An expiry must lie after the request's creation.");
    if (wished !== Infinity && wished > MAX_DURATION_MS) {
      return outOfRange("An expiry may lie at most 3,650 days ahead.");
    }
    if (written !== null && wished > written) {
      return outOfRange(
        "An ask may shorten the expiry that its policy or organisation wrote, not lengthen it.",
      );
    }
    ms = wished;
  }
  return { expiresAt: ms === Infinity ? null : isoAfter(now, ms) };
};
