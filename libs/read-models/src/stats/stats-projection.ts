import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { KnownRequest } from "@countersign/domain/request/state.ts";
import { loadStates, type LoadState } from "../load-states.ts";
import { ReadModelFile } from "../read-model-file.ts";
import { byRequest, RequestStates, type SharedStates } from "../request-states.ts";
import { idOf, orgOf, type StoredEvent } from "../stored-event.ts";
import { policyOf, statsRow } from "./stats-row.ts";
import { STATS_VERSION, statsSchema } from "./schema.ts";

export interface StatsOptions {
  readonly path: string;
  readonly load: LoadState;
  /** The commander's folds, in one process with it. */
  readonly states?: SharedStates;
  readonly bootId?: string | null;
}

/** Events after which a vote or a level's end may be gone that was written before. */
const takesBack = new Set(["VoteWithdrawn", "SlotVoided", "VotesVoided", "LevelReopened"]);

/** Places of pending requests that are remembered. */
const REMEMBERED = 20_000;

/** A request as it stands, not written yet. */
interface Unwritten {
  /** Position of `RequestSubmitted` while there is no row; null when there is one. */
  readonly rid: number | null;
  readonly state: KnownRequest;
  readonly takenBack: boolean;
}

/** Requests kept unwritten at most. */
const UNWRITTEN = 2_000;

/** Figures about requests: what each contributes, summed up when it is asked. Written then, and before each commit. */
export class StatsProjection {
  readonly name = "stats";
  readonly prefixes: readonly string[] = ["request-"];
  readonly file: ReadModelFile;
  readonly #states: RequestStates;
  readonly #load: LoadState;
  readonly #rids = new Map<string, number>();
  /** A new one after each writing: old tables of one that is cleared would keep what was in them. */
  #unwritten = new Map<string, Unwritten>();
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #find: StatementSync;
  readonly #vote: StatementSync;
  readonly #level: StatementSync;
  readonly #reason: StatementSync;
  readonly #clearVotes: StatementSync;
  readonly #clearLevels: StatementSync;

  constructor({ load, states, ...options }: StatsOptions) {
    this.file = new ReadModelFile({ ...options, version: STATS_VERSION, schema: statsSchema });
    this.#states = new RequestStates(states);
    this.#load = load;
    this.file.beforeCommit(() => this.write());
    const prepare = (sql: string): StatementSync => this.database.prepare(sql);
    this.#insert = prepare("insert into request values (?,?,?,?,?,?,?)");
    this.#update = prepare("update request set status = ?, ms = ? where rid = ?");
    this.#find = prepare("select rid from request where org = ? and id = ?");
    this.#vote = prepare("insert or replace into vote values (?,?,?,?,?)");
    this.#level = prepare("insert or replace into level values (?,?,?,?)");
    this.#reason = prepare("insert or ignore into reason values (?, ?)");
    this.#clearVotes = prepare("delete from vote where rid = ?");
    this.#clearLevels = prepare("delete from level where rid = ?");
  }

  get database(): DatabaseSync {
    return this.file.database;
  }

  get checkpoint(): string {
    return this.file.checkpoint;
  }

  apply(batch: readonly StoredEvent[], checkpoint: string): void | Promise<void> {
    const missing = this.#states.missing(batch);
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
    for (const [stream, events] of byRequest(batch)) this.#take(stream, events);
    if (this.#unwritten.size > UNWRITTEN) this.write();
    this.#states.unpin();
    this.file.reached(checkpoint, batch[batch.length - 1]?.position);
  }

  #take(stream: string, events: readonly StoredEvent[]): void {
    const state = this.#states.after(stream, events);
    const first = events[0];
    if (state === undefined || first === undefined) return;
    const before = this.#unwritten.get(stream);
    this.#unwritten.set(stream, {
      rid: first.revision === 0n ? Number(first.position) : (before?.rid ?? null),
      state,
      takenBack: before?.takenBack === true || events.some(({ type }) => takesBack.has(type)),
    });
  }

  /** Brings the tables up to date: whoever sums up calls this first. */
  write(): void {
    if (this.#unwritten.size === 0) return;
    for (const [stream, each] of this.#unwritten) this.#write(stream, each);
    this.#unwritten = new Map();
  }

  #write(stream: string, { rid: fresh, state, takenBack }: Unwritten): void {
    const row = statsRow(state);
    const rid = fresh ?? this.#ridOf(stream);
    if (fresh === null) {
      this.#update.run(row.status, row.ms, rid);
      if (takenBack) {
        this.#clearVotes.run(rid);
        this.#clearLevels.run(rid);
      }
    } else this.#insertRequest(rid, stream, state, row.ms);
    for (const { level, reviewer, decision, ms } of row.votes)
      this.#vote.run(rid, level, reviewer, decision, ms);
    for (const { level, ms } of row.levels) this.#level.run(rid, level, policyOf(state), ms);
    this.#remember(stream, rid, row.status === "pending");
  }

  #insertRequest(rid: number, stream: string, state: KnownRequest, ms: number | null): void {
    const { submitted, createdAt, status } = state;
    const { requester, reasonCodes, requestId } = submitted;
    const agent = requester.kind === "agent" ? requester.id : null;
    this.#insert.run(rid, orgOf(stream), requestId, createdAt, status, agent, ms);
    for (const code of reasonCodes) this.#reason.run(rid, code);
  }

  #ridOf(stream: string): number {
    const known = this.#rids.get(stream);
    if (known !== undefined) return known;
    const row = this.#find.get(orgOf(stream), idOf(stream));
    if (row === undefined) throw new Error(`${stream} goes on and has no row`);
    return Number(row["rid"]);
  }

  #remember(stream: string, rid: number, pending: boolean): void {
    if (!pending) {
      this.#rids.delete(stream);
      return;
    }
    this.#rids.set(stream, rid);
    if (this.#rids.size <= REMEMBERED) return;
    const oldest = this.#rids.keys().next();
    if (oldest.done !== true) this.#rids.delete(oldest.value);
  }
}
