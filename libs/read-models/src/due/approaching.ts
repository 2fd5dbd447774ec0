const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * When it is said that a request approaches its expiry: once 10 % of its time is left, but at least 5 minutes and at
 * most 24 hours before; null when the whole time is under 10 minutes. All in milliseconds since the epoch.
 */
export const approachingMs = (createdMs: number, expiresMs: number): number | null => {
  const whole = expiresMs - createdMs;
  if (whole < 10 * MINUTE) return null;
  return expiresMs - Math.min(DAY, Math.max(5 * MINUTE, Math.floor(whole / 10)));
};
