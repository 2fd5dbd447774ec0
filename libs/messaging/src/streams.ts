/** The durable streams that carry our messages, as the adapters create them. Amounts are for one Countersign. */
import { parseSubject, SUBJECT_PREFIX } from "./subjects.ts";

export interface StreamDefinition {
  readonly name: string;
  /** The one subject pattern of the stream. */
  readonly subject: string;
  /** `limits`: kept until too old or too large, for every durable. `workqueue`: kept until one durable took it. */
  readonly retention: "limits" | "workqueue";
  /** What a full stream does: give up its oldest message, or refuse the new one. */
  readonly whenFull: "drop-oldest" | "refuse";
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** How long an id is remembered to recognise a publication that was repeated. */
  readonly dedupeWindowMs: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MIB = 1024 * 1024;

/**
 * Events out, as CloudEvents. Other services have a week to catch up; what they missed for longer stands in the
 * event store, and the relay can publish any range again.
 */
export const COUNTERSIGN_EVENTS: StreamDefinition = {
  name: "COUNTERSIGN_EVENTS",
  subject: `${SUBJECT_PREFIX}.*.event.*.*`,
  retention: "limits",
  whenFull: "drop-oldest",
  maxAgeMs: 7 * DAY,
  maxBytes: 512 * MIB,
  dedupeWindowMs: 2 * MINUTE,
};

/** Commands of other services. A full queue refuses: the producer learns of it, and nothing accepted is lost. */
export const COUNTERSIGN_IN: StreamDefinition = {
  name: "COUNTERSIGN_IN",
  subject: `${SUBJECT_PREFIX}.*.in.*.*`,
  retention: "workqueue",
  whenFull: "refuse",
  maxAgeMs: 7 * DAY,
  maxBytes: 256 * MIB,
  dedupeWindowMs: 2 * MINUTE,
};

/** Timers that are due. One that was lost is found due again by the next tick of the scheduler. */
export const COUNTERSIGN_TIMERS: StreamDefinition = {
  name: "COUNTERSIGN_TIMERS",
  subject: `${SUBJECT_PREFIX}.*.timer.*`,
  retention: "workqueue",
  whenFull: "drop-oldest",
  maxAgeMs: DAY,
  maxBytes: 64 * MIB,
  dedupeWindowMs: 2 * MINUTE,
};

/** Dead letters: the original bytes with the reason in headers, a month for somebody to look. */
export const COUNTERSIGN_DEAD: StreamDefinition = {
  name: "COUNTERSIGN_DEAD",
  subject: `${SUBJECT_PREFIX}.*.dead.*.*`,
  retention: "limits",
  whenFull: "drop-oldest",
  maxAgeMs: 30 * DAY,
  maxBytes: 128 * MIB,
  dedupeWindowMs: 2 * MINUTE,
};

export const STREAMS: readonly StreamDefinition[] = [
  COUNTERSIGN_EVENTS,
  COUNTERSIGN_IN,
  COUNTERSIGN_TIMERS,
  COUNTERSIGN_DEAD,
];

/** The stream of that name; `undefined` for a name that is none of ours. */
export const streamNamed = (name: string): StreamDefinition | undefined =>
  STREAMS.find((stream) => stream.name === name);

/** The stream that keeps what is published on `subject`; `undefined` for subjects that no stream holds. */
export const streamOfSubject = (subject: string): StreamDefinition | undefined => {
  switch (parseSubject(subject)?.kind) {
    case "event":
      return COUNTERSIGN_EVENTS;
    case "in":
      return COUNTERSIGN_IN;
    case "timer":
      return COUNTERSIGN_TIMERS;
    case "dead":
      return COUNTERSIGN_DEAD;
    default:
      return undefined;
  }
};

/** A command of another service is tried this often, then it is a dead letter. */
export const MAX_DELIVERIES = 5;

/** The largest message that goes over a bus: NATS's default `max_payload`. */
export const MAX_MESSAGE_BYTES = MIB;

/** Milliseconds before a message is delivered again that was answered with `retry` for the nth time. */
export const retryDelayMs = (deliveries: number): number =>
  Math.min(10_000, 200 * 2 ** Math.min(deliveries - 1, 10));
