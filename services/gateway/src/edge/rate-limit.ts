/** Says whether one more request of this credential may pass. */
export type RateLimit = (credential: string) => boolean;

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_BUCKETS = 10_000;
const MINUTE = 60_000;

/** One token bucket for each credential: a minute's worth at once, then evenly. `perMinute` null: no limit. */
export const makeRateLimit = (
  perMinute: number | null,
  clock: { monotonic(): number },
): RateLimit => {
  if (perMinute === null) return () => true;
  const buckets = new Map<string, Bucket>();
  return (credential) => {
    const now = clock.monotonic();
    let bucket = buckets.get(credential);
    if (bucket === undefined) {
      if (buckets.size >= MAX_BUCKETS) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      bucket = { tokens: perMinute, at: now };
      buckets.set(credential, bucket);
    }
    bucket.tokens = Math.min(perMinute, bucket.tokens + ((now - bucket.at) * perMinute) / MINUTE);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
};
