import type { SQLOutputValue, StatementSync } from "node:sqlite";
import type { Decided, RecordedEvent } from "@countersign/event-store/event-store.ts";

/** The columns of `eventOf`, in its order. */
export const eventColumns = "position, stream, revision, event_id, type, data, metadata";

/** Makes every recorded event of this adapter, so that all have one shape and V8 one hidden class. */
export const recorded = (
  position: number,
  stream: string,
  revision: number,
  eventId: string,
  type: string,
  data: string,
  metadata: string,
  decided: Decided | undefined,
): RecordedEvent => ({
  stream,
  revision: BigInt(revision),
  position: BigInt(position),
  eventId,
  type,
  data,
  metadata,
  decided,
});

/** All rows of a statement as arrays, which cost half of objects. */
export const rowsOf = (
  statement: StatementSync,
  ...parameters: (string | number)[]
): SQLOutputValue[][] => {
  // The types of `all` know only rows as objects; `setReturnArrays(true)` makes them arrays.
  const rows: unknown = statement.all(...parameters);
  return rows as SQLOutputValue[][];
};

/** A row of `eventColumns` as an event. */
export const eventOf = (row: readonly SQLOutputValue[]): RecordedEvent =>
  recorded(
    Number(row[0]),
    String(row[1]),
    Number(row[2]),
    String(row[3]),
    String(row[4]),
    String(row[5]),
    String(row[6]),
    undefined,
  );
