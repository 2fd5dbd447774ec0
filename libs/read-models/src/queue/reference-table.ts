import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readDelegationEvent, readDirectoryEvent } from "@countersign/domain/read-events.ts";
import { pathsTo } from "@countersign/domain/request/people/delegates.ts";
import type { ProjectedReferences } from "../projected-references.ts";
import { orgOf, type StoredEvent } from "../stored-event.ts";
import { personTarget, roleTarget } from "./targets.ts";

/** Keeps the events behind the references, so that these stand at the projection's place as soon as it is opened. */
export class ReferenceTable {
  readonly #references: ProjectedReferences;
  readonly #insert: StatementSync;
  readonly #knownAs: StatementSync;
  readonly #namesOf: StatementSync;

  constructor(database: DatabaseSync, references: ProjectedReferences) {
    this.#references = references;
    this.#insert = database.prepare("insert into reference_event values (?,?,?,?,?,?,?)");
    this.#knownAs = database.prepare("insert or ignore into known_as values (?, ?, ?)");
    this.#namesOf = database.prepare("select name from known_as where org = ? and person = ?");
    for (const row of database.prepare("select * from reference_event order by position").iterate())
      references.fold({
        stream: String(row["stream"]),
        revision: BigInt(Number(row["revision"])),
        position: BigInt(Number(row["position"])),
        eventId: String(row["event_id"]),
        type: String(row["type"]),
        data: String(row["data"]),
        metadata: String(row["metadata"]),
      });
  }

  /** Names in chains that a directory event may concern: the open requests that hold one are rendered anew. */
  concerned(event: StoredEvent): string[] {
    const org = orgOf(event.stream);
    if (event.stream.startsWith("delegation-")) return this.#handedOver(org, event);
    const change = readDirectoryEvent(event).event;
    switch (change.type) {
      case "RoleChanged":
        return [roleTarget(change.data.role)];
      case "PersonChanged":
        return change.data.email === null
          ? this.#actingNames(org, change.data.id)
          : [...this.#actingNames(org, change.data.id), personTarget(change.data.email)];
      case "PersonRemoved":
        return this.#actingNames(org, change.data.id);
      case "AgentChanged":
      case "ApiKeyIssued":
      case "ApiKeyRevoked":
        return [];
    }
  }

  /** Every name under which a chain may mean the person: the id, and each role and address they ever had. */
  namesOf(org: string, person: string): string[] {
    return [
      personTarget(person),
      ...this.#namesOf.all(org, person).map(({ name }) => String(name)),
    ];
  }

  /** Names of a person and of everybody for whom they may come to act, now or later. */
  #actingNames(org: string, person: string): string[] {
    const owners = pathsTo(person, this.#references.of(org), () => true).map(({ owner }) => owner);
    return [...new Set([person, ...owners])].flatMap((each) => this.namesOf(org, each));
  }

  /** Names of those whose slots a delegation reaches to: its giver's, and who handed on to the giver. */
  #handedOver(org: string, event: StoredEvent): string[] {
    const { event: change } = readDelegationEvent(event);
    if (change.type === "DelegationCreated") return this.#actingNames(org, change.data.from);
    const known = this.#references.of(org).delegation.delegations.get(change.data.id);
    return known === undefined ? [] : this.#actingNames(org, known.from);
  }

  fold(event: StoredEvent): void {
    this.#references.fold(event);
    const { position, stream, revision, eventId, type, data, metadata } = event;
    this.#insert.run(Number(position), stream, Number(revision), eventId, type, data, metadata);
    if (!stream.startsWith("directory-")) return;
    const org = orgOf(stream);
    const change = readDirectoryEvent(event).event;
    if (change.type === "RoleChanged") {
      const name = roleTarget(change.data.role);
      for (const member of change.data.members) this.#knownAs.run(org, member, name);
    } else if (change.type === "PersonChanged" && change.data.email !== null)
      this.#knownAs.run(org, change.data.id, personTarget(change.data.email));
  }
}
