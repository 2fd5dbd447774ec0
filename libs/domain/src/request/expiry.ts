import type { Defaults } from "../definition/definition.ts";
import { durationMs, MAX_DURATION_MS } from "../policy/duration.ts";
import type { Duration, LadderStep, LevelPlan, Policy } from "../policy/policy.ts";
import type { Chain } from "./chain.ts";
import { refuseField, type Refusal } from "./refusals.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** ISO 8601 of an instant so many milliseconds after another. */
export const isoAfter = (at: string, ms: number): string =>
  new Date(Date.parse(at) + ms).toISOString();

const lastStep = (ladder: readonly LadderStep[]): number =>
  ladder.reduce((last, { after }) => Math.max(last, durationMs(after) ?? 0), 0);

const lengthOf = ({ escalation, timeout }: LevelPlan): number =>
  Math.max(lastStep(escalation), timeout === null ? 0 : (durationMs(timeout) ?? 0));

const grown = new WeakMap<Chain, number>();

/** 24 h when nobody wrote an expiry, and longer when a ladder or the levels' due marks would not fit into it. */
export const unwrittenExpiryMs = (chain: Chain): number => {
  const known = grown.get(chain);
  if (known !== undefined) return known;
  let longest = DAY;
  for (const { escalation } of chain.policies) {
    const last = lastStep(escalation);
    if (last > 0) longest = Math.max(longest, last + HOUR);
  }
  const levels = chain.levels.reduce((sum, level) => sum + lengthOf(level), 0);
  if (levels > 0) longest = Math.max(longest, levels + HOUR);
  const capped = Math.min(longest, MAX_DURATION_MS);
  grown.set(chain, capped);
  return capped;
};

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
  defaults: Defaults,
  now: string,
): { readonly expiresAt: string | null } | { readonly refusal: Refusal } => {
  const written = writtenMs(chain.policies, defaults.expiresIn);
  let ms = written ?? unwrittenExpiryMs(chain);
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
