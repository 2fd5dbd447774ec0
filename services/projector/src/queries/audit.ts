import { hasScope } from "@countersign/application/authorise.ts";
import { auditEntry, type AuditRow } from "@countersign/read-models/audit/audit-row.ts";
import type { AuditReader, TrailFilter } from "@countersign/read-models/audit/read-audit.ts";
import { toCloudEvent } from "@countersign/messaging/cloud-events.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Asked, Viewer } from "../asked.ts";
import {
  optionalPosition,
  optionalText,
  optionalTime,
  requiredText,
  wholeNumber,
} from "../parameters.ts";
import { badParameter, notFound, yes } from "../reply.ts";
import { pageText } from "./page-text.ts";

/** What a viewer may see of the trail: agents the requests they made or are named to decide, the security stream admins and keys with the scope for it. */
const rightsOf = ({ principal, standing }: Viewer): Pick<TrailFilter, "agent" | "security"> => ({
  ...(principal.kind === "agent" ? { agent: principal.id } : {}),
  security:
    standing.kind === "person" ? standing.access === "admin" : hasScope(principal, "security:read"),
});

const entries = (rows: readonly AuditRow[]): string =>
  `[${rows.map((row) => JSON.stringify(auditEntry(row))).join(",")}]`;

/** The trail of one request, oldest first. */
export const requestAuditQuery = (reader: AuditReader, asked: Asked): Reply => {
  const { org, viewer, parameters } = asked;
  const id = requiredText(parameters, "id");
  const { principal } = viewer;
  if (principal.kind === "agent" && !reader.sees(org, principal.id, id)) throw notFound();
  const rows = reader.ofRequest(org, id);
  // A stream that was only closed to a late holder of a claim holds no request.
  if (rows[0] === undefined || rows[0].type === "RequestAbandoned") throw notFound();
  return yes(`{"items":${entries(rows)}}`);
};

/** The org's trail, newest first. */
export const auditQuery = (reader: AuditReader, { org, viewer, parameters }: Asked): Reply => {
  const from = optionalTime(parameters, "from");
  const to = optionalTime(parameters, "to");
  const actor = optionalText(parameters, "actor");
  const requestId = optionalText(parameters, "request_id");
  const filter: TrailFilter = {
    ...rightsOf(viewer),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(actor === undefined ? {} : { actor }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const limit = wholeNumber(parameters, "limit", { from: 1, to: 100, otherwise: 50 });
  const page = reader.page(org, filter, limit, optionalText(parameters, "after") ?? null);
  if (page === null) throw badParameter("after", "is no place in this trail");
  return yes(`{"items":${entries(page.rows)},"page":${pageText(page, parameters)}}`);
};

const cloudEvent = ({
  eventId,
  category,
  type,
  org,
  position,
  at,
  subject,
  data,
}: AuditRow): string =>
  toCloudEvent({
    eventId,
    category,
    type,
    org,
    position: BigInt(position),
    occurredAt: at,
    ...(subject === "main" ? {} : { subject }),
    dataText: data,
  });

/** Events after a position, oldest first, as the relay sent them: for streams that are resumed. */
export const eventsQuery = (reader: AuditReader, { org, viewer, parameters }: Asked): Reply => {
  const after = optionalPosition(parameters, "after") ?? 0n;
  const limit = wholeNumber(parameters, "limit", { from: 1, to: 1_000, otherwise: 500 });
  const rows = reader.after(org, after, limit, rightsOf(viewer));
  const items = rows.map(
    (row) => `{"position":"${row.position}","cloud_event":${cloudEvent(row)}}`,
  );
  const next = rows[rows.length - 1]?.position ?? null;
  return yes(`{"items":[${items.join(",")}],"next":${JSON.stringify(next)}}`);
};
