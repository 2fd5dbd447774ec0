import type { DatabaseSync } from "node:sqlite";
import { ReadModelFile } from "../read-model-file.ts";
import type { StoredEvent } from "../stored-event.ts";
import type { DueRow } from "./due-row.ts";
import { dueSchema, DueTable, DUE_VERSION, type DuePlace } from "./due-table.ts";
import { plannedBy, submittedRows } from "./planned.ts";
import { endsAll, movesTimers, removedBy, type Gone } from "./removed.ts";
import { Schedules, scheduleSchema, type NextRun } from "./schedules.ts";

export interface DueOptions {
  readonly path: string;
  readonly bootId?: string | null;
  /** How long an approved request may wait for whoever spends its grant, in milliseconds; default 15 minutes. */
  readonly stuckAfterMs?: number;
  /** When recipes run by the clock; default: never. */
  readonly nextRun?: NextRun;
}

/** Rows of one stream that are not written yet. */
interface Unwritten {
  readonly rows: DueRow[];
  /** A request that was created: most are decided before anybody needs its rows. */
  readonly submitted: StoredEvent | null;
  /** True when the table has none of this stream, so that nothing need be looked for there. */
  readonly isAll: boolean;
}

/** What was planned of a stream, its expiry first. */
const rowsOf = ({ rows, submitted }: Unwritten): readonly DueRow[] =>
  submitted === null ? rows : [...submittedRows(submitted), ...rows];

/** Streams with unwritten rows at most. */
const UNWRITTEN = 5_000;
const FIRST: DuePlace = { dueMs: -1, position: -1, place: -1 };

/**
 * What is due when, for the scheduler: it suggests, the decider decides. Rows are written when somebody asks what is
 * due, and before each commit: what is decided before that never becomes one. A row stands until the event that its
 * timer leads to, or that makes it void, is projected.
 */
export class DueProjection {
  readonly name = "due";
  readonly prefixes: readonly string[] = ["request-", "topic-", "automation-", "definition-"];
  readonly file: ReadModelFile;
  readonly #table: DueTable;
  readonly #schedules: Schedules;
  /** A new one after each writing: old tables of one that is cleared would keep what was in them. */
  #unwritten = new Map<string, Unwritten>();
  readonly #onPlanned: ((earliestMs: number) => void)[] = [];
  readonly #onGone: ((stream: string, gone: Gone) => void)[] = [];
  readonly #stuckAfterMs: number;

  constructor({ stuckAfterMs = 900_000, nextRun = () => null, ...options }: DueOptions) {
    this.#stuckAfterMs = stuckAfterMs;
    const schema = dueSchema + scheduleSchema;
    this.file = new ReadModelFile({ ...options, version: DUE_VERSION, schema });
    this.file.beforeCommit(() => this.#write());
    this.#table = new DueTable(this.database);
    this.#schedules = new Schedules(this.database, nextRun);
  }

  get database(): DatabaseSync {
    return this.file.database;
  }

  get checkpoint(): string {
    return this.file.checkpoint;
  }

  /**
   * Calls `listener` with the earliest time of what was planned: after the batch, or for a new request's expiry, which
   * is a second away at least, once its row is written.
   */
  onPlanned(listener: (earliestMs: number) => void): void {
    this.#onPlanned.push(listener);
  }

  /** Calls `listener` with every event that may have taken rows of a stream away, and which. */
  onGone(listener: (stream: string, gone: Gone) => void): void {
    this.#onGone.push(listener);
  }

  apply(batch: readonly StoredEvent[], checkpoint: string): void {
    this.file.begin();
    let earliest = Number.POSITIVE_INFINITY;
    let place = 0;
    for (const event of batch) {
      place += 1;
      if (event.stream.startsWith("request-")) {
        if (!movesTimers(event.type)) continue;
        const next = batch[place];
        // A vote that ends its level and with it the request: what takes away everything comes next.
        const isLast = next !== undefined && next.stream === event.stream && endsAll(next.type);
        if (isLast && event.type !== "RequestSubmitted") continue;
      }
      earliest = Math.min(earliest, this.#take(event));
    }
    if (this.#unwritten.size > UNWRITTEN) this.#write();
    this.file.reached(checkpoint, batch[batch.length - 1]?.position);
    this.#tell(earliest);
  }

  #tell(earliestMs: number): void {
    if (earliestMs < Number.POSITIVE_INFINITY)
      for (const listener of this.#onPlanned) listener(earliestMs);
  }

  /** Answers the earliest time that an event planned. */
  #take(event: StoredEvent): number {
    if (event.type === "RequestSubmitted") {
      // Not even read, because most are decided before their rows are written.
      this.#unwritten.set(event.stream, { rows: [], submitted: event, isAll: true });
      return Number.POSITIVE_INFINITY;
    }
    const rescheduled = this.#schedules.take(event);
    if (rescheduled !== null) {
      const { stream, row } = rescheduled;
      this.#remove(stream, "all");
      return row === null ? Number.POSITIVE_INFINITY : this.#add(stream, [row], true);
    }
    const { stream, type } = event;
    const before = type === "ExpiryExtended" ? this.ofStream(stream) : [];
    const gone = removedBy(event);
    if (gone !== null) this.#remove(stream, gone);
    const rows = plannedBy(event, this.#stuckAfterMs, () => before);
    return this.#add(stream, rows, gone === "all");
  }

  passed(checkpoint: string): void {
    this.file.reached(checkpoint);
  }

  commit(): void {
    this.file.commit();
  }

  /** What is due at `nowMs`, earliest first, after a row that was already taken; at most `limit`. */
  due(nowMs: number, limit = 500, after: DuePlace = FIRST): DueRow[] {
    this.#write();
    return this.#table.due(nowMs, limit, after);
  }

  /** The earliest time later than `afterMs`, or null. */
  next(afterMs: number): number | null {
    this.#write();
    return this.#table.next(afterMs);
  }

  /** All that is planned of one stream, in no order. */
  ofStream(stream: string): DueRow[] {
    const unwritten = this.#unwritten.get(stream);
    const written = unwritten?.isAll === true ? [] : this.#table.ofStream(stream);
    return unwritten === undefined ? written : [...written, ...rowsOf(unwritten)];
  }

  #add(stream: string, rows: readonly DueRow[], isAll: boolean): number {
    if (rows.length === 0) return Number.POSITIVE_INFINITY;
    const unwritten = this.#unwritten.get(stream);
    if (unwritten === undefined)
      this.#unwritten.set(stream, { rows: [...rows], submitted: null, isAll });
    else unwritten.rows.push(...rows);
    return rows.reduce(
      (earliest, { dueMs }) => Math.min(earliest, dueMs),
      Number.POSITIVE_INFINITY,
    );
  }

  #remove(stream: string, gone: Gone): void {
    const unwritten = this.#unwritten.get(stream);
    if (gone === "all") {
      this.#unwritten.delete(stream);
      if (unwritten?.isAll !== true) this.#table.deleteAll(stream);
    } else {
      if (unwritten !== undefined) {
        const rows = rowsOf(unwritten).filter((row) => !gone(row));
        this.#unwritten.set(stream, { rows, submitted: null, isAll: unwritten.isAll });
      }
      if (unwritten?.isAll !== true) this.#table.deleteWhere(stream, gone);
    }
    for (const listener of this.#onGone) listener(stream, gone);
  }

  #write(): void {
    if (this.#unwritten.size === 0) return;
    let earliest = Number.POSITIVE_INFINITY;
    for (const unwritten of this.#unwritten.values()) {
      for (const row of rowsOf(unwritten)) {
        this.#table.insert(row);
        earliest = Math.min(earliest, row.dueMs);
      }
    }
    this.#unwritten = new Map();
    this.#tell(earliest);
  }
}
