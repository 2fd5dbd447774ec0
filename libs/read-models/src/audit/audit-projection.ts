import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readRequestEvent } from "@countersign/domain/read-events.ts";
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
  readonly #made: StatementSync;

  constructor(options: AuditOptions) {
    this.file = new ReadModelFile({ ...options, version: AUDIT_VERSION, schema: auditSchema });
    this.#insert = this.database.prepare("insert into entry values (?,?,?,?,?,?,?,?,?,?)");
    this.#made = this.database.prepare("insert or ignore into made values (?, ?, ?)");
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
    if (type !== "RequestSubmitted") return;
    const submitted = readRequestEvent(event).event;
    if (submitted.type !== "RequestSubmitted") return;
    const { kind, id } = submitted.data.requester;
    if (kind === "agent") this.#made.run(org, id, subject);
  }
}
