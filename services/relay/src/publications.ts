import { metadataOf } from "@countersign/domain/recorded.ts";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Bus, Publication } from "@countersign/messaging/bus.ts";
import { toCloudEvent } from "@countersign/messaging/cloud-events.ts";
import { eventSubject, isSubjectToken } from "@countersign/messaging/subjects.ts";

/** Where the events of one org and category, of one type, go out. */
interface Route {
  readonly category: string;
  readonly org: string;
  readonly subject: string;
}

/** Routes kept: categories and types are few, orgs are not without end. */
const MOST_ROUTES = 10_000;

/** Turns recorded events into publications. Null for what has no place on the bus, or would reach nobody. */
export type MakePublication = (recorded: RecordedEvent) => Publication | null;

/** The categories of our streams; what another program keeps in the same store is not ours to publish. */
const categories: ReadonlySet<string> = new Set([
  "request",
  "topic",
  "directory",
  "delegation",
  "definition",
  "run",
  "pending",
  "automation",
  "security",
]);

const routeOf = (head: string, type: string): Route | null => {
  const dash = head.indexOf("-");
  const category = head.slice(0, dash);
  const org = head.slice(dash + 1);
  return dash > 0 && categories.has(category) && [org, type].every(isSubjectToken)
    ? { category, org, subject: eventSubject(org, category, type) }
    : null;
};

/** The id of an event is its message's dedupe id; its data goes out as it is stored. */
export const makePublications = (bus: Bus): MakePublication => {
  const routes = new Map<string, Route | null>();
  return (recorded) => {
    const { stream, type } = recorded;
    const dot = stream.indexOf(".");
    const head = dot < 0 ? stream : stream.slice(0, dot);
    const key = `${head}.${type}`;
    let route = routes.get(key);
    if (route === undefined) {
      route = routeOf(head, type);
      if (routes.size >= MOST_ROUTES) routes.clear();
      routes.set(key, route);
    }
    if (route === null || bus.interested?.(route.subject) === false) return null;
    const about = dot < 0 ? "main" : stream.slice(dot + 1);
    return {
      subject: route.subject,
      id: recorded.eventId,
      body: toCloudEvent({
        eventId: recorded.eventId,
        category: route.category,
        type,
        org: route.org,
        position: recorded.position,
        occurredAt: metadataOf(recorded).occurredAt,
        ...(about === "main" ? {} : { subject: about }),
        dataText: recorded.data,
      }),
    };
  };
};
