import { join } from "node:path";
import { AuditProjection } from "@countersign/read-models/audit/audit-projection.ts";
import { AuditReader } from "@countersign/read-models/audit/read-audit.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { readAsked, type Asked } from "./asked.ts";
import type { OpenPart, PartOptions } from "./open-part.ts";
import { auditQuery, eventsQuery, requestAuditQuery } from "./queries/audit.ts";
import type { Query } from "./serve.ts";

/** The queries that the audit trail answers. */
export const auditQueries = ["request-audit", "audit", "events"] as const;

/** Opens the audit trail: of a request, of the org, and events for streams that are resumed. */
export const openAudit = ({
  dataDir,
  references,
  bootId,
}: Pick<PartOptions, "dataDir" | "references" | "bootId">): OpenPart => {
  const projection = new AuditProjection({
    path: join(dataDir, "read-audit.db"),
    ...(bootId === undefined ? {} : { bootId }),
  });
  const reader = new AuditReader(projection.database);
  const asking =
    (query: (reader: AuditReader, asked: Asked) => Reply): Query =>
    (org, message) =>
      query(reader, readAsked(message, org, references.of(org)));
  return {
    projection,
    file: projection.file,
    queries: new Map<(typeof auditQueries)[number], Query>([
      ["request-audit", asking(requestAuditQuery)],
      ["audit", asking(auditQuery)],
      ["events", asking(eventsQuery)],
    ]),
    release() {},
  };
};
