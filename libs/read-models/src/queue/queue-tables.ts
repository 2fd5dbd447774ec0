import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { QueueEntry, QueueRow } from "./queue-row.ts";

/** What must be known of a row to change it. */
export interface Placed {
  readonly rid: number;
  readonly rank: number;
  readonly revision: number;
  readonly status: string;
  readonly now: readonly string[];
  readonly later: readonly string[];
}

const stands = ["now", "later"] as const;
type Standing = Readonly<Record<(typeof stands)[number], readonly string[]>>;
const nobody: Standing = { now: [], later: [] };

/** Pending rows whose place is remembered, so that a change needs no look-up. */
const REMEMBERED = 20_000;

/** Writes the queue's tables. Every statement is prepared once. */
export class QueueTables {
  readonly #placed = new Map<string, Placed>();
  #tallies = new Map<string, { readonly org: string; readonly name: string; n: number }>();
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #insertReason: StatementSync;
  readonly #putStanding: StatementSync;
  readonly #deleteStanding: StatementSync;
  readonly #insertTarget: StatementSync;
  readonly #deleteTarget: StatementSync;
  readonly #forgetTargets: StatementSync;
  readonly #insertSearch: StatementSync;
  readonly #addTally: StatementSync;
  readonly #dropTally: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#find = prepare(
      "select rid, rank, revision, status, now, later from request where org = ? and id = ?",
    );
    this.#insert = prepare("insert into request values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    this.#update = prepare(
      "update request set status = ?, revision = ?, position = ?, now = ?, later = ?, doc = ? where rid = ?",
    );
    this.#insertReason = prepare("insert or ignore into reason values (?, ?, ?)");
    this.#putStanding = prepare(
      "insert into standing values (?, ?, ?, ?, ?) on conflict (org, person, rid) do update set stand = excluded.stand",
    );
    this.#deleteStanding = prepare("delete from standing where org = ? and person = ? and rid = ?");
    this.#insertTarget = prepare("insert into target values (?, ?, ?)");
    this.#forgetTargets = prepare("delete from target where org = ? and rid = ?");
    this.#deleteTarget = prepare("delete from target where org = ? and name = ? and rid = ?");
    this.#insertSearch = prepare("insert into search (rowid, text) values (?, ?)");
    this.#dropTally = prepare("delete from tally where org = ? and name = ? and n = 0");
    this.#addTally = prepare(
      "insert into tally values (?, ?, ?) on conflict (org, name) do update set n = n + excluded.n",
    );
  }

  find(org: string, id: string): Placed | undefined {
    const known = this.#placed.get(`${org}.${id}`);
    if (known !== undefined) return known;
    const row = this.#find.get(org, id);
    if (row === undefined) return undefined;
    return {
      rid: Number(row["rid"]),
      rank: Number(row["rank"]),
      revision: Number(row["revision"]),
      status: String(row["status"]),
      now: JSON.parse(String(row["now"])) as string[],
      later: JSON.parse(String(row["later"])) as string[],
    };
  }

  insert(
    org: string,
    rid: number,
    entry: QueueEntry,
    row: QueueRow,
    targets: readonly string[],
    doc: string,
    at: { readonly revision: number; readonly position: number },
  ): void {
    this.#insert.run(
      rid,
      org,
      entry.id,
      row.status,
      entry.createdAt,
      entry.rank,
      entry.requesterKind,
      entry.requester,
      entry.action,
      entry.gateType,
      entry.pipeline,
      at.revision,
      at.position,
      JSON.stringify(row.now),
      JSON.stringify(row.later),
      doc,
    );
    for (const code of entry.reasonCodes) this.#insertReason.run(org, code, rid);
    this.#insertSearch.run(rid, entry.searchText);
    this.#count(org, row.status, 1);
    this.#stand(org, rid, entry.rank, nobody, row);
    if (row.status === "pending")
      for (const name of targets) this.#insertTarget.run(org, name, rid);
    this.#remember(`${org}.${entry.id}`, { rid, rank: entry.rank, ...at, ...row });
  }

  update(
    org: string,
    id: string,
    placed: Placed,
    row: QueueRow,
    doc: string,
    at: { readonly revision: number; readonly position: number },
  ): void {
    const { rid } = placed;
    this.#update.run(
      row.status,
      at.revision,
      at.position,
      JSON.stringify(row.now),
      JSON.stringify(row.later),
      doc,
      rid,
    );
    if (placed.status !== row.status) {
      this.#count(org, placed.status, -1);
      this.#count(org, row.status, 1);
    }
    this.#stand(org, rid, placed.rank, placed, row);
    this.#remember(`${org}.${id}`, { rid, rank: placed.rank, ...at, ...row });
  }

  /** Names other roles and people for a request whose payload or chain was changed: rare, so a scan of the pending. */
  retarget(org: string, rid: number, targets: readonly string[]): void {
    this.#forgetTargets.run(org, rid);
    for (const name of targets) this.#insertTarget.run(org, name, rid);
  }

  /** What only a pending request needs goes; who voted stays findable. */
  end(
    org: string,
    { rid, rank }: Pick<Placed, "rid" | "rank">,
    targets: readonly string[],
    voters: ReadonlySet<string>,
  ): void {
    for (const name of targets) this.#deleteTarget.run(org, name, rid);
    for (const person of voters) this.#putStanding.run(org, person, rid, "voted", rank);
  }

  /** Writes the counts that changed since the last call: once a batch, however many rows moved. */
  writeTallies(): void {
    for (const { org, name, n } of this.#tallies.values()) {
      if (n === 0) continue;
      this.#addTally.run(org, name, n);
      // No row for nothing: a rebuild, which sees fewer states in between, would not make it.
      if (n < 0) this.#dropTally.run(org, name);
    }
    this.#tallies = new Map();
  }

  #remember(key: string, placed: Placed): void {
    this.#placed.delete(key);
    if (placed.status !== "pending") return;
    this.#placed.set(key, placed);
    if (this.#placed.size > REMEMBERED) {
      const oldest = this.#placed.keys().next();
      if (oldest.done !== true) this.#placed.delete(oldest.value);
    }
  }

  /** Moves people between the lists; each stands in one of them at most. */
  #stand(org: string, rid: number, rank: number, before: Standing, after: Standing): void {
    for (const stand of stands) {
      for (const person of before[stand]) {
        if (after[stand].includes(person)) continue;
        this.#count(org, `${stand}:${person}`, -1);
        if (!stands.some((other) => after[other].includes(person)))
          this.#deleteStanding.run(org, person, rid);
      }
      for (const person of after[stand]) {
        if (before[stand].includes(person)) continue;
        this.#count(org, `${stand}:${person}`, 1);
        this.#putStanding.run(org, person, rid, stand, rank);
      }
    }
  }

  #count(org: string, name: string, change: number): void {
    const key = `${org} ${name}`;
    const tally = this.#tallies.get(key);
    if (tally === undefined) this.#tallies.set(key, { org, name, n: change });
    else tally.n += change;
  }
}
