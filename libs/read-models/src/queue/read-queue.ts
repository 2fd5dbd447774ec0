import type { DatabaseSync, StatementSync } from "node:sqlite";
import { RequestList, type ListQuery, type Page } from "./list-requests.ts";
import { roleTarget } from "./targets.ts";
import type { ReferenceTable } from "./reference-table.ts";

/** A request as it stands in the queue, with who may see it. */
export interface StoredRequest {
  /** The whole request as on the wire. */
  readonly doc: string;
  readonly status: string;
  readonly requesterKind: string;
  readonly requester: string;
  /** JSON texts of lists of person ids. */
  readonly now: string;
  readonly later: string;
}

/** The badge: requests that wait for a person, and all pending ones of the org. */
export interface QueueCounts {
  readonly mineNow: number;
  readonly mineLater: number;
  readonly pending: number;
}

/** Queries on the queue's tables. */
export class QueueReader {
  readonly #request: StatementSync;
  readonly #tally: StatementSync;
  readonly #open: StatementSync;
  readonly #list: RequestList;
  readonly #referenceTable: ReferenceTable;

  constructor(database: DatabaseSync, referenceTable: ReferenceTable) {
    this.#request = database.prepare(
      "select doc, status, requester_kind, requester, now, later from request where org = ? and id = ?",
    );
    this.#request.setReturnArrays(true);
    this.#tally = database.prepare("select n from tally where org = ? and name = ?");
    this.#open = database.prepare(
      "select distinct r.id from target t join request r using (rid)" +
        " where t.org = ? and t.name in (select value from json_each(?)) order by r.rid",
    );
    this.#list = new RequestList(database);
    this.#referenceTable = referenceTable;
  }

  request(org: string, id: string): StoredRequest | undefined {
    const row: unknown = this.#request.get(org, id);
    if (row === undefined) return undefined;
    const [doc, status, requesterKind, requester, now, later] = row as string[];
    return {
      doc: doc ?? "",
      status: status ?? "",
      requesterKind: requesterKind ?? "",
      requester: requester ?? "",
      now: now ?? "[]",
      later: later ?? "[]",
    };
  }

  /** Null for an unknown cursor. */
  page(query: ListQuery): Page | null {
    return this.#list.page(query);
  }

  counts(org: string, person: string): QueueCounts {
    const tally = (name: string): number => Number(this.#tally.get(org, name)?.["n"] ?? 0);
    return {
      mineNow: tally(`now:${person}`),
      mineLater: tally(`later:${person}`),
      pending: tally("pending"),
    };
  }

  /** Ids of pending requests, oldest first, whose chain names one of the roles or people, or a role or address they ever had. */
  openRequests(org: string, roles: readonly string[], people: readonly string[]): string[] {
    const names = new Set(roles.map(roleTarget));
    for (const person of people)
      for (const name of this.#referenceTable.namesOf(org, person)) names.add(name);
    return this.#open.all(org, JSON.stringify([...names])).map(({ id }) => String(id));
  }
}
