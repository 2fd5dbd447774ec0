import { exampleRequest, exampleRow } from "./example-request.ts";
import { requestId, type Answers } from "./gateway-under-test.ts";

interface Span {
  readonly person: string;
  readonly starts: number;
  readonly ends: number;
}

/** What the projector says of a request that changed. */
interface Entry {
  readonly request: ReturnType<typeof exampleRequest>;
  readonly now: string[];
  readonly later: string[];
  readonly stand_ins: readonly Span[];
  readonly handed_over: readonly Span[];
}

const inZone = (timeline: Entry["request"]["timeline"]) =>
  timeline.map((each) => ({ ...each, at_local: "in the viewer's zone" }));

/** A projector whose queue the test changes. */
export const withQueue = (entries: Map<string, Entry>): Answers => ({
  "queue-entry": (_message, body) => {
    const entry = entries.get(String(body["id"]));
    return entry === undefined ? { error: { code: "not-found", message: "" } } : { result: entry };
  },
  request: (_message, body) => {
    const entry = entries.get(String(body["id"]));
    return entry === undefined
      ? { error: { code: "not-found", message: "" } }
      : { result: { ...entry.request, timeline: inZone(entry.request.timeline) } };
  },
  requests: (_message, body) => ({
    result: {
      items: [...entries.values()]
        .filter(({ now, request }) =>
          body["mine"] === "now" ? now.includes("bo") : body["id"] === request.id,
        )
        .map(({ request }) => exampleRow(request)),
      page: { next: null, total_estimate: 0 },
    },
  }),
  counts: () => ({
    result: { mine_now: entries.size, mine_later: 0, as_delegate: 0, pending: entries.size },
  }),
});

/** A request that waits for bo, unless told otherwise. */
export const entry = (number: number, overrides: Partial<Entry> = {}): [string, Entry] => [
  requestId(number),
  {
    request: exampleRequest({ id: requestId(number) }),
    now: ["bo"],
    later: [],
    stand_ins: [],
    handed_over: [],
    ...overrides,
  },
];
