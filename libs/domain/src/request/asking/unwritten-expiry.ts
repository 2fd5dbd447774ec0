import { MAX_DURATION_MS, plainMs } from "../../policy/duration.ts";
import type { Duration, LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import type { Chain } from "../levels/chain.ts";
import { ladderBeside } from "../timers/ladders.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** When the last of these durations is over, in milliseconds since the epoch. */
const lastOf = (
  durations: readonly Duration[],
  startMs: number,
  calendar: string | null,
  { businessTime }: Reference,
): number => {
  const startAt = new Date(startMs).toISOString();
  return durations.reduce((last, after) => {
    const found = calendar === null ? null : businessTime?.after(calendar, startAt, after);
    const end = found === null || found === undefined ? null : Date.parse(found.at);
    return Math.max(last, end ?? startMs + (plainMs(after) ?? 0));
  }, startMs);
};

const durationsOf = ({ escalation, timeout }: LevelPlan): readonly Duration[] => [
  ...escalation.map(({ after }) => after),
  ...(timeout === null ? [] : [timeout]),
];

const lengthFrom = (chain: Chain, nowMs: number, reference: Reference): number => {
  const { defaults } = reference.definition;
  const beside = ladderBeside(chain, defaults).steps.map(({ after }) => after);
  const ladder = lastOf(beside, nowMs, defaults.calendar, reference);
  // Each level as if the one before it had taken all of its time.
  const levels = chain.levels.reduce(
    (start, level) =>
      lastOf(durationsOf(level), start, level.calendar ?? defaults.calendar, reference),
    nowMs,
  );
  const longest = Math.max(ladder, levels) - nowMs;
  return Math.min(Math.max(DAY, longest + HOUR), MAX_DURATION_MS);
};

const inPlainTime = new WeakMap<Chain, number>();

/**
 * 24 h when nobody wrote an expiry, and longer when a ladder or the levels' due marks would not fit into it. Where
 * business hours stretch these it depends on when the request is made; elsewhere it is found once for a chain.
 */
export const unwrittenExpiryMs = (chain: Chain, now: string, reference: Reference): number => {
  if (reference.businessTime !== undefined || reference.definition.defaults.routing !== null) {
    return lengthFrom(chain, Date.parse(now), reference);
  }
  const known = inPlainTime.get(chain);
  if (known !== undefined) return known;
  const length = lengthFrom(chain, 0, reference);
  inPlainTime.set(chain, length);
  return length;
};
