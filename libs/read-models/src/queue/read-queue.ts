import type { StatementSync } from "node:sqlite";
import type { KnownRequest } from "@countersign/domain/request/state.ts";
import { RequestList, type ListQuery, type Page } from "./list-requests.ts";
import { roleTarget } from "./targets.ts";
import type { QueueProjection } from "./queue-projection.ts";

/** A request as it stands in the queue, with who may see it. */
export interface StoredRequest {
  /** The whole request as on the wire. */
  readonly doc: string;
  readonly status: string;
  readonly requester: { readonly kind: string; readonly id: string };
  /** The request itself; null where it is kept as text alone. */
  readonly state: KnownRequest | null;
}

/** In whose queue a request stands: JSON texts of lists of person ids. */
export interface StoredStanding {
  readonly now: string;
  readonly later: string;
  /** Who may act for one of `now`, with windows in milliseconds. */
  readonly standIns: string;
  /** When those of `now` have handed it over, in milliseconds. */
  readonly handedOver: string;
}

/** The badge: requests that wait for a person, and all pending ones of the org. */
export interface QueueCounts {
  readonly mineNow: number;
  readonly mineLater: number;
  readonly asDelegate: number;
  readonly pending: number;
}

/** Queries on the queue. Those that search the tables bring them up to date first. */
export class QueueReader {
  readonly #projection: QueueProjection;
  readonly #request: StatementSync;
  readonly #standing: StatementSync;
  readonly #decides: StatementSync;
  readonly #decider: StatementSync;
  readonly #tally: StatementSync;
  readonly #open: StatementSync;
  readonly #list: RequestList;

  constructor(projection: QueueProjection) {
    const { database } = projection;
    this.#projection = projection;
    this.#request = database.prepare(
      "select doc, status, requester_kind, requester from request where org = ? and id = ?",
    );
    this.#request.setReturnArrays(true);
    this.#standing = database.prepare(
      "select rid, now, later from request where org = ? and id = ?",
    );
    this.#decides = database.prepare("select 1 from decider where org = ? and agent = ? limit 1");
    this.#decider = database.prepare(
      "select 1 from decider d join request r using (rid) where d.org = ? and d.agent = ? and r.id = ?",
    );
    this.#tally = database.prepare("select n from tally where org = ? and name = ?");
    this.#open = database.prepare(
      "select distinct r.id from target t join request r using (rid)" +
        " where t.org = ? and t.name in (select value from json_each(?)) order by r.rid",
    );
    this.#list = new RequestList(database);
  }

  request(org: string, id: string): StoredRequest | undefined {
    const unwritten = this.#projection.unwritten(org, id);
    if (unwritten !== undefined) {
      const { state, doc } = unwritten;
      return { doc, status: state.status, requester: state.submitted.requester, state };
    }
    const row: unknown = this.#request.get(org, id);
    if (row === undefined) return undefined;
    const [doc = "", status = "", kind = "", requester = ""] = row as string[];
    return { doc, status, requester: { kind, id: requester }, state: null };
  }

  /** True for an agent that the chain of this request names as decider, or of any request when `id` is null. */
  isDecider(org: string, agent: string, id: string | null): boolean {
    this.#projection.write();
    return id === null
      ? this.#decides.get(org, agent) !== undefined
      : this.#decider.get(org, agent, id) !== undefined;
  }

  standing(org: string, id: string): StoredStanding | undefined {
    this.#projection.write();
    const row = this.#standing.get(org, id);
    if (row === undefined) return undefined;
    const { standIns, handedOver } = this.#projection;
    const rid = Number(row["rid"]);
    return {
      now: String(row["now"]),
      later: String(row["later"]),
      standIns: JSON.stringify(standIns.of(rid)),
      handedOver: JSON.stringify(handedOver.of(rid)),
    };
  }

  /** Null for an unknown cursor. */
  page(query: ListQuery): Page | null {
    this.#projection.write();
    return this.#list.page(this.#plainWherePossible(query));
  }

  /** At this time, in milliseconds. */
  counts(org: string, person: string, at: number): QueueCounts {
    this.#projection.write();
    const tally = (name: string): number => Number(this.#tally.get(org, name)?.["n"] ?? 0);
    const { handedOver } = this.#projection;
    return {
      mineNow: tally(`now:${person}`) - handedOver.count(org, person, at),
      mineLater: tally(`later:${person}`),
      asDelegate: this.#projection.standIns.count(org, person, at),
      pending: tally("pending"),
    };
  }

  /** When a delegation next puts something into the person's queue or takes it out by time alone; in milliseconds. */
  nextTurn(org: string, person: string, after: number): number | null {
    this.#projection.write();
    const { standIns, handedOver } = this.#projection;
    const turns = [standIns, handedOver].map((spans) => spans.nextTurn(org, person, after));
    const known = turns.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** The query without the time of whoever has handed nothing over: then the queue is what the tally counts. */
  #plainWherePossible(query: ListQuery): ListQuery {
    const { mine } = query.filter;
    if (mine?.stand !== "now" || mine.at === undefined) return query;
    if (this.#projection.handedOver.count(query.org, mine.person, mine.at) > 0) return query;
    return { ...query, filter: { ...query.filter, mine: { stand: "now", person: mine.person } } };
  }

  /** Ids of pending requests, oldest first, whose chain names one of the roles or people, or a role or address they ever had. */
  openRequests(org: string, roles: readonly string[], people: readonly string[]): string[] {
    this.#projection.write();
    const names = new Set(roles.map(roleTarget));
    for (const person of people)
      for (const name of this.#projection.referenceTable.namesOf(org, person)) names.add(name);
    return this.#open.all(org, JSON.stringify([...names])).map(({ id }) => String(id));
  }
}
