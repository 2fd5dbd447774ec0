const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * When it is said that a request approaches its expiry, ISO 8601: once 10 % of its time is left, but at least 5 minutes
 * and at most 24 hours before. Null when the whole time is under 10 minutes.
 */
export const approachingAt = (createdAt: string, expiresAt: string): string | null => {
  const end = Date.parse(expiresAt);
  const whole = end - Date.parse(createdAt);
  if (whole < 10 * MINUTE) return null;
  const left = Math.min(DAY, Math.max(5 * MINUTE, Math.floor(whole / 10)));
  return new Date(end - left).toISOString();
};
