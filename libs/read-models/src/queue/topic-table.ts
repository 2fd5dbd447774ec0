import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readTopicEvent } from "@countersign/domain/read-events.ts";
import { evolveTopic } from "@countersign/domain/topic/evolve.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import { idOf, orgOf, type StoredEvent } from "../stored-event.ts";

/** Topics as they stand, folded from their events; a row is the state itself. */
export class TopicTable {
  readonly #read: StatementSync;
  readonly #page: StatementSync;
  readonly #write: StatementSync;

  constructor(database: DatabaseSync) {
    this.#read = database.prepare(
      "select state from topic where org = ? and workflow = ? and id = ?",
    );
    this.#page = database.prepare(
      "select state from topic where org = ? and (workflow, id) > (?, ?) order by workflow, id limit ?",
    );
    this.#write = database.prepare(
      "insert into topic values (?, ?, ?, ?) on conflict do update set state = excluded.state",
    );
  }

  find(org: string, workflow: string, id: string): TopicState {
    const row = this.#read.get(org, workflow, id);
    return row === undefined
      ? { status: "absent" }
      : (JSON.parse(String(row["state"])) as TopicState);
  }

  /** Topics in the order of workflow and id, after the one named; at most `limit`. */
  page(
    org: string,
    after: { readonly workflow: string; readonly id: string },
    limit: number,
  ): TopicState[] {
    return this.#page
      .all(org, after.workflow, after.id, limit)
      .map((row) => JSON.parse(String(row["state"])) as TopicState);
  }

  apply(event: StoredEvent): void {
    const org = orgOf(event.stream);
    const [workflow = "", encoded = ""] = idOf(event.stream).split(".");
    const id = Buffer.from(encoded, "base64url").toString();
    const state = evolveTopic(this.find(org, workflow, id), readTopicEvent(event));
    this.#write.run(org, workflow, id, JSON.stringify(state));
  }
}
