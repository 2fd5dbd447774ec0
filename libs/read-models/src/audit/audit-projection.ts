import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decidersNamedBy } from "@countersign/domain/definition/deciders.ts";
import { readDefinitionEvent, readRequestEvent } from "@countersign/domain/read-events.ts";
import { ReadModelFile } from "../read-model-file.ts";
import type { StoredEvent } from "../stored-event.ts";
import { auditRow } from "./audit-row.ts";
import { AUDIT_VERSION, auditSchema } from "./schema.ts";

export interface AuditOptions {
  readonly path: string;
  readonly bootId?: string | null;
}

/** The audit trail: every event of every stream, with the store's own text, found by org, request and actor. */
export class AuditProjection {
  readonly name = "audit";
  /** All streams of ours; another program's in the same store are none of the audit's business. */
  readonly prefixes: readonly string[] = [
    "request-",
    "topic-",
    "directory-",
    "delegation-",
    "definition-",
    "run-",
    "pending-",
    "automation-",
    "security-",
  ];
  readonly file: ReadModelFile;
  readonly #insert: StatementSync;
  readonly #sees: StatementSync;
  readonly #decider: StatementSync;
  readonly #decidersSee: StatementSync;
  /** Orgs with policies that name agents as deciders: elsewhere nothing is looked up. */
  readonly #withDeciders: Set<string>;

  constructor(options: AuditOptions) {
    this.file = new ReadModelFile({ ...options, version: AUDIT_VERSION, schema: auditSchema });
    this.#insert = this.database.prepare("insert into entry values (?,?,?,?,?,?,?,?,?,?)");
    this.#sees = this.database.prepare("insert or ignore into sees values (?, ?, ?)");
    this.#decider = this.database.prepare("insert or ignore into decider values (?, ?, ?)");
    this.#decidersSee = this.database.prepare(
      "insert or ignore into sees select org, agent, ? from decider where org = ? and policy = ?",
    );
    const orgs = this.database.prepare("select distinct org from decider").all();
    this.#withDeciders = new Set(orgs.map(({ org }) => String(org)));
  }

  get database(): DatabaseSync {
    return this.file.database;
  }

  get checkpoint(): string {
    return this.file.checkpoint;
  }

  apply(batch: readonly StoredEvent[], checkpoint: string): void {
    this.file.begin();
    for (const event of batch) this.#write(event);
    this.file.reached(checkpoint, batch[batch.length - 1]?.position);
  }

  passed(checkpoint: string): void {
    this.file.reached(checkpoint);
  }

  commit(): void {
    this.file.commit();
  }

  #write(event: StoredEvent): void {
    const { org, category, subject, eventId, type, actor, at, metadata, data } = auditRow(event);
    const position = Number(event.position);
    this.#insert.run(position, org, category, subject, eventId, type, actor, at, metadata, data);
    if (category === "definition") this.#nameDeciders(org, event);
    if (type !== "RequestSubmitted") return;
    const submitted = readRequestEvent(event).event;
    if (submitted.type !== "RequestSubmitted") return;
    const { requester, policies } = submitted.data;
    if (requester.kind === "agent") this.#sees.run(org, requester.id, subject);
    if (!this.#withDeciders.has(org)) return;
    for (const { id, version } of policies) this.#decidersSee.run(subject, org, `${id}@${version}`);
  }

  #nameDeciders(org: string, event: StoredEvent): void {
    for (const { policy, agent } of decidersNamedBy(readDefinitionEvent(event).event)) {
      this.#decider.run(org, policy, agent);
      this.#withDeciders.add(org);
    }
  }
}
