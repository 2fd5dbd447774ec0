import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPages, type TrailEntry } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { openStream, untilReady, type EventStream } from "../testkit/sse.ts";
import { asked } from "./asking.ts";

interface Event {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly org: string;
  readonly position: string;
  readonly data: unknown;
}

/** Reads events up to the end of this request, as `[id of the block, event]`. */
const readUntilResolved = async (stream: EventStream, id: string): Promise<[string, Event][]> => {
  const read: [string, Event][] = [];
  for (;;) {
    const block = await stream.nextData();
    const event = JSON.parse(block.data) as Event;
    read.push([block.id ?? "", event]);
    if (event.subject === id && event.type === "io.countersign.request.approved.v1") return read;
  }
};

describe("the stream of events", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const askAndApprove = async (): Promise<string> => {
    const { id } = await asked(server.as("deployment-bot"));
    await server.as("bo").post(`/approvals/${id}/approve`, {});
    return id;
  };
  const resume = async (last: string): Promise<EventStream> => {
    const stream = await openStream(`${server.url}/api/v1/orgs/demo/events`, {
      token: server.token("ana"),
      headers: { "last-event-id": last },
    });
    await untilReady(stream);
    return stream;
  };

  test("begins now, and tells each step as a CloudEvent in order", async () => {
    await askAndApprove();
    using stream = await server.events("vic");
    const id = await askAndApprove();
    const read = await readUntilResolved(stream, id);
    expect(read.map(([, { type }]) => type)).toEqual([
      "io.countersign.request.submitted.v1",
      "io.countersign.request.level-opened.v1",
      "io.countersign.request.vote-cast.v1",
      "io.countersign.request.level-approved.v1",
      "io.countersign.request.approved.v1",
    ]);
    for (const [blockId, event] of read) {
      expect(event).toMatchObject({
        specversion: "1.0",
        source: "/orgs/demo",
        subject: id,
        org: "demo",
        position: blockId,
      });
    }
  });

  test("is resumed by the last id without a gap or a repeat, wherever it broke off", async () => {
    const ids = [await askAndApprove(), await askAndApprove(), await askAndApprove()];
    const last = ids[2] ?? "";
    using whole = await server.events("ana", "?after=0");
    const all = await readUntilResolved(whole, last);
    const positions = all.map(([id]) => id);
    expect(positions).toEqual(
      positions
        .toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
        .filter((id, at, list) => list[at - 1] !== id),
    );
    for (const at of [0, 1, Math.floor(positions.length / 2), positions.length - 2]) {
      using rest = await resume(positions[at] ?? "");
      expect(await readUntilResolved(rest, last)).toEqual(all.slice(at + 1));
    }
  });

  test("loses nothing between catching up and live, while events come in", async () => {
    const pending = Array.from({ length: 20 }, () => askAndApprove());
    using stream = await server.events("ana", "?after=0");
    await Promise.all(pending);
    const last = await askAndApprove();
    const live = (await readUntilResolved(stream, last)).map(([id]) => id);
    using again = await server.events("ana", "?after=0");
    expect(live).toEqual((await readUntilResolved(again, last)).map(([id]) => id));
  });

  test("and the audit trail show one position for one event", async () => {
    const last = await askAndApprove();
    using stream = await server.events("ana", "?after=0");
    const read = await readUntilResolved(stream, last);
    const trail = await allPages<TrailEntry>(server.as("ana"), "/audit");
    expect(trail.map(({ position }) => position).toReversed()).toEqual(read.map(([id]) => id));
    const {
      body: { items },
    } = await server.as("ana").get<{ items: TrailEntry[] }>(`/approvals/${last}/audit`);
    const own = read.filter(([, { subject }]) => subject === last).map(([id]) => id);
    expect(items.map(({ position }) => position)).toEqual(own);
  });

  test("shows an agent the events of its own requests only", async () => {
    using stream = await server.events("ci", "?after=0");
    const foreign = await askAndApprove();
    const { id } = await asked(server.as("ci"));
    await server.as("bo").post(`/approvals/${id}/approve`, {});
    const subjects = (await readUntilResolved(stream, id)).map(([, { subject }]) => subject);
    expect(new Set(subjects)).toEqual(new Set([id]));
    expect(subjects).not.toContain(foreign);
  });

  test("goes on after a restart from where it was", async () => {
    const first = await askAndApprove();
    using before = await server.events("ana", "?after=0");
    const seen = (await readUntilResolved(before, first)).at(-1)?.[0] ?? "";
    await server.stop();
    await server.start();
    const second = await askAndApprove();
    using after = await resume(seen);
    const read = await readUntilResolved(after, second);
    expect(read).toHaveLength(5);
    expect(read.map(([, { subject }]) => subject)).toEqual(Array(5).fill(second));
  });

  test("refuses a malformed position by name", async () => {
    const answer = await server.as("ana").get("/events?after=yesterday");
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("after");
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
