import { createRequire } from "node:module";
import type { Temporal } from "temporal-polyfill";

interface TemporalModule {
  readonly Temporal: typeof Temporal;
}

let loaded: TemporalModule["Temporal"] | undefined;

/**
 * Temporal, loaded when the first calendar asks for it: it takes some 13 ms, which a service without calendars does
 * not spend at its start. Required, not imported, because whoever folds a calendar cannot wait.
 */
const temporal = (): TemporalModule["Temporal"] =>
  (loaded ??= (createRequire(import.meta.url)("temporal-polyfill") as TemporalModule).Temporal);

/** A stretch of time in which a zone's clocks stand still against UTC; milliseconds since 1970, half open. */
export interface OffsetSpan {
  readonly from: number;
  /** Infinity when no further change is known. */
  readonly until: number;
  /** Local time minus UTC, in milliseconds. */
  readonly offset: number;
}

const isKnown = new Map<string, boolean>();

/** Whether this build knows the time zone. Offsets such as `+02:00` are none: they have no rules for summer. */
export const isZone = (zone: string): boolean => {
  const known = isKnown.get(zone);
  if (known !== undefined) return known;
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    return false;
  }
  isKnown.set(zone, true);
  return true;
};

const spanAt = (zone: string, ms: number): OffsetSpan => {
  const there = temporal().Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return {
    from: ms,
    until: there.getTimeZoneTransition("next")?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: there.offsetNanoseconds / 1_000_000,
  };
};

/** By zone: spans without a hole between them, in order. Finding one takes some 0.1 ms, so they are kept. */
const spansOfZones = new Map<string, OffsetSpan[]>();

const startOf = (spans: readonly OffsetSpan[], ms: number): number => {
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((spans[middle]?.from ?? 0) <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** The spans of a zone from the one that holds `ms` on, without end unless the zone's clocks are never changed again. */
export function* offsetsFrom(zone: string, ms: number): Generator<OffsetSpan, void, undefined> {
  let spans = spansOfZones.get(zone);
  const first = spans?.[0];
  if (spans === undefined || first === undefined || ms < first.from) {
    spans = [spanAt(zone, ms)];
    spansOfZones.set(zone, spans);
  }
  for (let index = startOf(spans, ms); ; index++) {
    let span = spans[index];
    if (span === undefined) {
      const before = spans[index - 1];
      if (before === undefined || before.until === Number.POSITIVE_INFINITY) return;
      span = spanAt(zone, before.until);
      spans.push(span);
    }
    // A caller may have looked further in the meantime, or have begun anew: only what lies ahead is given.
    if (span.until > ms) yield span;
  }
}
