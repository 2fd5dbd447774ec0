import { localTime } from "@countersign/business-time/local-time.ts";
import type { RequestView, TimelineEntry } from "@countersign/domain/request/view/wire.ts";
import type { Asked } from "../asked.ts";
import type { QueuePart } from "./queue-part.ts";

/** Stands in the text of every request of which something is still to come. */
const TIMELINE = '"timeline":[{';

/**
 * The request with the times of its timeline as the viewer's own clock shows them, where the directory knows their
 * zone. For agents, and people without a zone, it is the text as it is.
 */
export const withLocalTimes = (
  { references }: QueuePart,
  { org, viewer: { principal } }: Asked,
  doc: string,
): string => {
  if (principal.kind !== "person") return doc;
  const zone = references.of(org).directory.people.get(principal.id)?.zone ?? null;
  if (zone === null || !doc.includes(TIMELINE)) return doc;
  const request = JSON.parse(doc) as RequestView;
  const timeline = request.timeline.map((entry): TimelineEntry => ({
    ...entry,
    at_local: localTime(entry.at, zone),
  }));
  return JSON.stringify({ ...request, timeline });
};
