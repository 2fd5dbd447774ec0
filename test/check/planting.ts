import type { Actor, EventMetadata } from "@countersign/domain/actor.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";

/** An event as written in a planted log. */
export type Written = readonly [type: string, data: unknown];

export interface Command {
  readonly stream: string;
  readonly actor: Actor;
  readonly events: readonly Written[];
  /** Minutes after the log's beginning. */
  readonly minute: number;
  readonly id?: string;
}

/** ISO 8601 of so many minutes after the log's beginning. */
export const minute = (count: number): string =>
  new Date(Date.parse("2026-03-01T09:00:00.000Z") + count * 60_000).toISOString();

const positionOf = (log: readonly LogEntry[]): bigint => (log.at(-1)?.position ?? 0n) + 5n;

const revisions = (log: readonly LogEntry[], stream: string): number =>
  log.filter((entry) => entry.stream === stream).length;

/** The log with one more command's events, as a commander would have written them. */
export const append = (log: readonly LogEntry[], command: Command): LogEntry[] => {
  const { stream, actor, events } = command;
  const made = [...log];
  const org = stream.slice(stream.indexOf("-") + 1, stream.indexOf("."));
  const commandId = command.id ?? `command-${log.length}`;
  const metadata: EventMetadata = {
    commandId,
    basis: {
      directory: revisions(log, `directory-${org}.main`) - 1,
      delegation: revisions(log, `delegation-${org}.main`) - 1,
      definition: revisions(log, `definition-${org}.main`) - 1,
    },
    correlationId: commandId,
    org,
    actor,
    channel: "rest",
    occurredAt: minute(command.minute),
    schemaVersion: 1,
  };
  for (const [type, data] of events) {
    const revision = BigInt(revisions(made, stream));
    const position = positionOf(made);
    made.push({ stream, revision, position, eventId: `event-${position}`, type, data, metadata });
  }
  return made;
};

/** The first entry of this type in the stream (or after `skip` of them). */
export const find = (
  log: readonly LogEntry[],
  stream: string,
  type: string,
  skip = 0,
): LogEntry => {
  const found = log.filter((entry) => entry.stream === stream && entry.type === type)[skip];
  if (found === undefined) {
    throw new Error(`no ${type} in ${stream}`);
  }
  return found;
};

/** Positions and revisions anew, as if the log had been written so. */
export const renumbered = (log: readonly LogEntry[]): LogEntry[] => {
  const next = new Map<string, bigint>();
  return log.map((entry, index) => {
    const revision = next.get(entry.stream) ?? 0n;
    next.set(entry.stream, revision + 1n);
    return { ...entry, revision, position: BigInt(index + 1) * 5n };
  });
};

/** The log without these entries. */
export const without = (log: readonly LogEntry[], ...gone: readonly LogEntry[]): LogEntry[] =>
  renumbered(log.filter((entry) => !gone.includes(entry)));

/** The log with one entry's data or metadata changed. */
export const edited = (
  log: readonly LogEntry[],
  entry: LogEntry,
  change: { readonly data?: object; readonly metadata?: Partial<EventMetadata> },
): LogEntry[] =>
  log.map((each) =>
    each === entry
      ? {
          ...each,
          data: { ...(each.data as object), ...change.data },
          metadata: { ...each.metadata, ...change.metadata },
        }
      : each,
  );

/** The log with copies of an entry's neighbour: the same command, other events, right after it. */
export const followedBy = (
  log: readonly LogEntry[],
  entry: LogEntry,
  events: readonly Written[],
  metadata: Partial<EventMetadata> = {},
): LogEntry[] => {
  const added = events.map(([type, data], index) => ({
    ...entry,
    eventId: `${entry.eventId}-${index}-${type}`,
    type,
    data,
    metadata: { ...entry.metadata, ...metadata },
  }));
  return renumbered(log.flatMap((each) => (each === entry ? [each, ...added] : [each])));
};
