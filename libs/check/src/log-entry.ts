import type { Basis, EventMetadata } from "@countersign/domain/actor.ts";

/** A recorded event, decoded: what a store gives back with its texts parsed. */
export interface LogEntry {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly eventId: string;
  readonly type: string;
  /** As `libs/domain/src/*` types it for its `type`. */
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

/** A broken invariant, at the event that broke it. */
export interface Violation {
  /** The invariant's id as in SECURITY.md, or `log` when the log itself is damaged. */
  readonly invariant: string;
  readonly stream: string;
  /** Decimal. */
  readonly position: string;
  /** One sentence: what is wrong. */
  readonly message: string;
}

/** An event as stored: the event store port's `RecordedEvent` is one. */
export interface StoredEvent {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly eventId: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** Decodes a stored event. Throws `SyntaxError` when its texts are no JSON. */
export const logEntry = (stored: StoredEvent): LogEntry => ({
  stream: stored.stream,
  revision: stored.revision,
  position: stored.position,
  eventId: stored.eventId,
  type: stored.type,
  data: JSON.parse(stored.data),
  metadata: JSON.parse(stored.metadata),
});

/** `request` of `request-acme.apr_1`. */
export const categoryOf = ({ stream }: LogEntry): string => stream.slice(0, stream.indexOf("-"));

/** `acme` of `request-acme.apr_1`. */
export const orgOf = ({ stream }: LogEntry): string =>
  stream.slice(stream.indexOf("-") + 1, stream.indexOf("."));

/** What the decision behind an event had read; null when it does not say. */
export const basisOf = ({ metadata }: LogEntry): Basis | null => metadata.basis ?? null;

/** A finding at an event. */
export const violation = (invariant: string, entry: LogEntry, message: string): Violation => ({
  invariant,
  stream: entry.stream,
  position: entry.position.toString(),
  message,
});
