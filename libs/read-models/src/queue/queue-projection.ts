import type { BusinessTimeOf } from "@countersign/domain/business-time.ts";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EvaluateExpression, Reference } from "@countersign/domain/reference.ts";
import type { KnownRequest } from "@countersign/domain/request/state.ts";
import { renderRequest } from "@countersign/domain/request/view/render.ts";
import {
  isReferenceStream,
  ProjectedReferences,
  type SharedReferences,
} from "../projected-references.ts";
import { loadStates, type LoadState } from "../load-states.ts";
import { ReadModelFile } from "../read-model-file.ts";
import { RequestStates, type MissingState, type SharedStates } from "../request-states.ts";
import { idOf, orgOf, type StoredEvent } from "../stored-event.ts";
import { queueEntry, queueRow, votersOf, type QueueRow } from "./queue-row.ts";
import { QueueTables } from "./queue-tables.ts";
import { ReferenceTable } from "./reference-table.ts";
import { SpanTable } from "./span-table.ts";
import { QUEUE_VERSION, queueSchema } from "./schema.ts";
import { decidersOf, isAsPinned, targetsOf } from "./targets.ts";
import { TopicTable } from "./topic-table.ts";

export interface QueueOptions {
  readonly path: string;
  readonly evaluateExpression: EvaluateExpression;
  readonly load: LoadState;
  /** The commander's folds, in one process with it. */
  readonly states?: SharedStates;
  readonly references?: SharedReferences;
  /** Left out, time is plain: nothing that a row holds depends on calendars. */
  readonly businessTimeOf?: BusinessTimeOf;
  readonly bootId?: string | null;
}

/** A request as the queue has just taken it up. */
export interface QueueChange {
  readonly org: string;
  readonly id: string;
  readonly state: KnownRequest;
  /** The whole request as on the wire. */
  readonly doc: string;
}

/** A request as it stands, not written yet. */
export interface Unwritten {
  readonly org: string;
  readonly id: string;
  /** Position of `RequestSubmitted` while there is no row; null when there is one. */
  readonly rid: number | null;
  readonly state: KnownRequest;
  /** The people of the same moment. */
  readonly reference: Reference;
  /** The whole request as on the wire. */
  readonly doc: string;
  readonly at: { readonly revision: number; readonly position: number };
}

/** Requests kept unwritten at most. */
const UNWRITTEN = 2_000;

/** Who may answer, or act for whom, changes with events of these streams. */
const changesPeople = (stream: string): boolean =>
  stream.startsWith("directory-") || stream.startsWith("delegation-");

/**
 * The queue: every request as it is shown, in whose queue it stands, and what a list can be filtered by. Also topics,
 * and the people and definitions of the same moment.
 *
 * What a row shows is a function of the request's own events and of the people at a place in the log: at the request's
 * last event, or at a later change of people that its chain names. Batches are cut at such changes, so that live and
 * rebuilt rows agree however the events were batched.
 *
 * Rows are written when something is searched for, and before each commit: one that is asked for and decided within
 * the same tenth of a second is written once. Measured: 45 % less work for such a request. In whose queue it stands is
 * worked out then as well; its text at once, for whoever waits for it.
 */
export class QueueProjection {
  readonly name = "queue";
  readonly prefixes = ["request-", "topic-", "directory-", "definition-", "delegation-"];
  readonly file: ReadModelFile;
  readonly references: ProjectedReferences;
  readonly topics: TopicTable;
  readonly referenceTable: ReferenceTable;
  readonly standIns: SpanTable;
  readonly handedOver: SpanTable;
  readonly #states: RequestStates;
  readonly #tables: QueueTables;
  readonly #load: LoadState;
  readonly #concerned: StatementSync;
  readonly #insertDecider: StatementSync;
  readonly #listeners: ((changes: readonly QueueChange[]) => void)[] = [];
  /** A new one after each writing: old tables of one that is cleared would keep what was in them. */
  #unwritten = new Map<string, Unwritten>();
  #changes: QueueChange[] = [];

  constructor({
    path,
    evaluateExpression,
    load,
    states,
    references,
    businessTimeOf,
    ...rest
  }: QueueOptions) {
    this.file = new ReadModelFile({ path, version: QUEUE_VERSION, schema: queueSchema, ...rest });
    this.references = new ProjectedReferences(evaluateExpression, references, businessTimeOf);
    this.referenceTable = new ReferenceTable(this.database, this.references);
    this.topics = new TopicTable(this.database);
    this.standIns = new SpanTable(this.database, "stand_in");
    this.handedOver = new SpanTable(this.database, "handed_over");
    this.#states = new RequestStates(states);
    this.#tables = new QueueTables(this.database);
    this.#load = load;
    this.file.beforeCommit(() => this.write());
    this.#insertDecider = this.database.prepare("insert into decider values (?, ?, ?)");
    this.#concerned = this.database.prepare(
      "select r.rid, r.id, r.revision, r.position from target t join request r using (rid)" +
        " where t.org = ? and t.name in (select value from json_each(?)) group by r.rid order by r.rid",
    );
  }

  get database(): DatabaseSync {
    return this.file.database;
  }

  get checkpoint(): string {
    return this.file.checkpoint;
  }

  /** Position of the last event that is in the tables. */
  get position(): bigint {
    return this.file.position;
  }

  /** Calls `listener` after each batch with the requests that changed (often none), when queries already see them. */
  onChange(listener: (changes: readonly QueueChange[]) => void): void {
    this.#listeners.push(listener);
  }

  apply(batch: readonly StoredEvent[], checkpoint: string): void | Promise<void> {
    const missing = this.#missing(batch);
    if (missing.length === 0) return this.#project(batch, checkpoint);
    return loadStates(this.#states, missing, this.#load).then(() =>
      this.#project(batch, checkpoint),
    );
  }

  passed(checkpoint: string): void {
    this.file.reached(checkpoint);
  }

  commit(): void {
    this.file.commit();
  }

  #project(batch: readonly StoredEvent[], checkpoint: string): void {
    this.file.begin();
    const waiting = new Map<string, StoredEvent[]>();
    for (const event of batch) {
      const { stream } = event;
      if (stream.startsWith("request-")) {
        const events = waiting.get(stream);
        if (events === undefined) waiting.set(stream, [event]);
        else events.push(event);
      } else if (stream.startsWith("topic-")) this.topics.apply(event);
      else if (changesPeople(stream)) {
        this.#takeRequests(waiting);
        this.write();
        const names = this.referenceTable.concerned(event);
        this.referenceTable.fold(event);
        this.#renderAnew(orgOf(stream), names);
      } else if (isReferenceStream(stream)) this.referenceTable.fold(event);
    }
    this.#takeRequests(waiting);
    if (this.#unwritten.size > UNWRITTEN) this.write();
    this.#states.unpin();
    this.file.reached(checkpoint, batch[batch.length - 1]?.position);
    const changes = this.#changes;
    this.#changes = [];
    for (const listener of this.#listeners) listener(changes);
  }

  #takeRequests(waiting: Map<string, StoredEvent[]>): void {
    for (const [stream, events] of waiting) this.#takeRequest(stream, events);
    waiting.clear();
  }

  #takeRequest(stream: string, events: readonly StoredEvent[]): void {
    const first = events[0];
    const last = events[events.length - 1];
    if (first === undefined || last === undefined) return;
    const state = this.#states.after(stream, events);
    if (state === undefined) return;
    const org = orgOf(stream);
    const id = idOf(stream);
    const reference = this.references.of(org);
    const doc = renderRequest(state, reference, last.position.toString());
    const at = { revision: Number(last.revision), position: Number(last.position) };
    const rid =
      first.revision === 0n ? Number(first.position) : (this.#unwritten.get(stream)?.rid ?? null);
    this.#unwritten.set(stream, { org, id, rid, state, reference, doc, at });
    this.#changes.push({ org, id, state, doc });
  }

  /** The request as it stands, if it is not in the tables yet. */
  unwritten(org: string, id: string): Unwritten | undefined {
    return this.#unwritten.get(`request-${org}.${id}`);
  }

  /** Brings the tables up to date: whoever searches them calls this first. */
  write(): void {
    if (this.#unwritten.size > 0) {
      for (const each of this.#unwritten.values()) this.#write(each);
      this.#unwritten = new Map();
    }
    this.#tables.writeTallies();
  }

  #write({ org, id, rid, state, reference, doc, at }: Unwritten): void {
    const row = queueRow(state, reference);
    const ended = state.status !== "pending";
    const placed = rid === null ? this.#tables.find(org, id) : undefined;
    if (placed !== undefined) {
      this.#tables.update(org, id, placed, row, doc, at);
      this.#putSpans(org, placed.rid, row);
      const isChanged = !isAsPinned(state);
      if (isChanged)
        this.#tables.retarget(org, placed.rid, ended ? [] : targetsOf(state, reference));
      if (ended && placed.status === "pending") {
        const targets = isChanged ? [] : targetsOf(state, reference);
        this.#tables.end(org, placed, targets, votersOf(state));
      }
      return;
    }
    if (rid === null) throw new Error(`the request ${id} of ${org} goes on and has no row`);
    const entry = queueEntry(state);
    for (const agent of decidersOf(state, reference)) this.#insertDecider.run(org, agent, rid);
    const targets = ended ? [] : targetsOf(state, reference);
    this.#tables.insert(org, rid, entry, row, targets, doc, at);
    this.#putSpans(org, rid, row);
    if (ended) this.#tables.end(org, { rid, rank: entry.rank }, [], votersOf(state));
  }

  #putSpans(org: string, rid: number, { standIns, handedOver }: QueueRow): void {
    this.standIns.put(org, rid, standIns);
    this.handedOver.put(org, rid, handedOver);
  }

  /** Open requests whose chain names somebody whom a change of people concerns. */
  #renderAnew(org: string, names: readonly string[]): void {
    if (names.length === 0) return;
    for (const row of this.#concerned.all(org, JSON.stringify(names))) {
      const id = String(row["id"]);
      const stream = `request-${org}.${id}`;
      const at = { revision: Number(row["revision"]), position: Number(row["position"]) };
      const state = this.#states.at(stream, BigInt(at.revision));
      const placed = this.#tables.find(org, id);
      if (state === undefined || state.status === "absent" || placed === undefined)
        throw new Error(`the state of ${stream} at revision ${at.revision} is not at hand`);
      const reference = this.references.of(org);
      const next = queueRow(state, reference);
      const doc = renderRequest(state, reference, String(at.position));
      this.#tables.update(org, id, placed, next, doc, at);
      this.#putSpans(org, placed.rid, next);
      this.#changes.push({ org, id, state, doc });
    }
  }

  /** States to load first: before the batch's own events, and of rows that a change of people in it concerns. */
  #missing(batch: readonly StoredEvent[]): MissingState[] {
    const missing = this.#states.missing(batch);
    for (const event of batch) {
      if (!changesPeople(event.stream)) continue;
      this.write();
      const org = orgOf(event.stream);
      const names = JSON.stringify(this.referenceTable.concerned(event));
      for (const row of this.#concerned.all(org, names)) {
        const stream = `request-${org}.${String(row["id"])}`;
        const upTo = BigInt(Number(row["revision"]));
        if (!this.#states.secure(stream, upTo)) missing.push({ stream, upTo });
      }
    }
    return missing;
  }
}
