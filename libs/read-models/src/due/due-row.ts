import type { TimerKind } from "@countersign/domain/request/timers/events.ts";

/** Kinds of timers: the last token of `countersign.v1.<org>.timer.<kind>`. */
export type DueKind =
  | TimerKind
  | "expiry"
  | "approaching"
  | "sla_warning"
  | "sla_breach"
  | "stuck"
  | "schedule";

/** Something that happens at a time unless something else happens before. */
export interface DueRow {
  /** What it concerns: `request-acme.apr_01J…`. A stream may have many. */
  readonly stream: string;
  readonly kind: DueKind;
  /** Milliseconds since the epoch. */
  readonly dueMs: number;
  /** Payload version; 1 where there is none. */
  readonly version: number;
  /** Null: of the chain, or of what has no levels. */
  readonly level: number | null;
  /** Of the ladder as written, from 1; null where there are no steps. */
  readonly step: number | null;
  readonly generation: number;
  /** Position of the event that planned it, and its place among that event's timers: the order of equal times. */
  readonly position: number;
  readonly place: number;
  /** Of an expiry: when the request was created, milliseconds since the epoch. */
  readonly sinceMs: number | null;
}

/** What comes after the category's dash: `acme.apr_01J…`. */
const orgAndId = (stream: string): string => stream.slice(stream.indexOf("-") + 1);

/** Names what is due once for all: (request, payload version, kind, level or chain, step, generation). */
export const dueKey = ({ stream, version, kind, level, step, generation }: DueRow): string =>
  `${orgAndId(stream)}.${version}.${kind}.${level ?? "chain"}.${step ?? 0}.${generation}`;
