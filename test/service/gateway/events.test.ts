import { describe, expect, test } from "vitest";
import { toCloudEvent } from "@countersign/messaging/cloud-events.ts";
import { exampleRequest } from "./example-request.ts";
import {
  openUnderTest,
  requestId,
  viewerAnswer,
  type Answers,
  type UnderTest,
} from "./gateway-under-test.ts";
import { read, type Reading } from "./reading-streams.ts";

const base = "/api/v1/orgs/demo";

const cloudEvent = (position: number): object =>
  JSON.parse(
    toCloudEvent({
      eventId: `e${position}`,
      category: "request",
      type: "VoteCast",
      org: "demo",
      position: BigInt(position),
      occurredAt: "2026-03-01T10:00:00.000Z",
      subject: requestId(),
      dataText: "{}",
    }),
  );

/** A projector that knows the events at these positions. */
const withPast = (positions: number[], hooks: { queried?: () => void } = {}): Answers => ({
  events: (_message, body) => {
    const after = Number(body["after"]);
    const items = positions
      .filter((position) => position > after)
      .slice(0, Number(body["limit"]))
      .map((position) => ({ position: String(position), cloud_event: cloudEvent(position) }));
    hooks.queried?.();
    return { result: { items, next: null } };
  },
});

const ids = async (stream: Reading, count: number): Promise<(string | undefined)[]> => {
  const found: (string | undefined)[] = [];
  while (found.length < count) {
    const block = await stream.next();
    if (block === undefined) throw new Error("the stream ended");
    if (block.id !== undefined) found.push(block.id);
  }
  return found;
};

describe("the stream of events", () => {
  test("says ready once attached, and everything after that comes", async () => {
    await using gateway = await openUnderTest();
    const stream = await read(gateway, `${base}/events`);
    expect(await stream.next()).toEqual({ comment: "ready" });
    await gateway.publish(7, "VoteCast", { subject: requestId() });
    const event = await stream.next();
    expect(event).toMatchObject({ id: "7" });
    expect(JSON.parse(event?.data ?? "")).toMatchObject({
      type: "io.countersign.request.vote-cast.v1",
      position: "7",
      subject: requestId(),
    });
    stream.stop();
  });

  test("resumes after a position with the past first, then live, without gap or repeat", async () => {
    const positions = Array.from({ length: 1203 }, (_, index) => index + 1);
    await using gateway = await openUnderTest(withPast(positions));
    const stream = await read(gateway, `${base}/events?after=3`);
    expect(await ids(stream, 1200)).toEqual(positions.slice(3).map(String));
    positions.push(1204);
    await gateway.publish(1204, "VoteCast");
    await gateway.publish(1205, "VoteCast");
    expect(await ids(stream, 2)).toEqual(["1204", "1205"]);
    stream.stop();
  });

  test("keeps what comes in while the past is read, once", async () => {
    const positions = [1, 2];
    const held: { gateway?: UnderTest } = {};
    let queries = 0;
    await using opened = await openUnderTest({
      events: async (message, body) => {
        queries += 1;
        if (queries === 1) {
          positions.push(3);
          await held.gateway?.publish(3, "VoteCast");
          await held.gateway?.publish(4, "VoteCast");
          positions.push(4);
        }
        return withPast(positions)["events"]?.(message, body) ?? { result: { items: [] } };
      },
    });
    held.gateway = opened;
    const stream = await read(opened, `${base}/events?after=0`);
    expect(await ids(stream, 4)).toEqual(["1", "2", "3", "4"]);
    await opened.publish(5, "VoteCast");
    positions.push(5);
    expect(await ids(stream, 1)).toEqual(["5"]);
    stream.stop();
  });

  test("asks again for what was published before it attached and projected after", async () => {
    const positions = [1];
    await using gateway = await openUnderTest(withPast(positions));
    const stream = await read(gateway, `${base}/events?after=0`);
    expect(await ids(stream, 1)).toEqual(["1"]);
    positions.push(2, 3);
    await gateway.publish(3, "VoteCast");
    expect(await ids(stream, 2)).toEqual(["2", "3"]);
    stream.stop();
  });

  test("prefers what the reader saw last over where its link began", async () => {
    await using gateway = await openUnderTest(withPast([1, 2, 3, 4]));
    const stream = await read(gateway, `${base}/events?after=0`, {
      headers: { "last-event-id": "3" },
    });
    expect(await ids(stream, 1)).toEqual(["4"]);
    stream.stop();
    const malformed = await read(gateway, `${base}/events`, { headers: { "last-event-id": "x" } });
    expect(malformed.status).toBe(400);
  });

  test("keeps security events for admins", async () => {
    await using gateway = await openUnderTest();
    const [bo, ana] = await Promise.all(
      ["bo", "ana"].map((as) => read(gateway, `${base}/events`, { as })),
    );
    await bo?.next();
    await ana?.next();
    await gateway.publish(1, "AttemptRefused", { category: "security" });
    await gateway.publish(2, "VoteCast");
    expect(await ids(bo as Reading, 1)).toEqual(["2"]);
    expect(await ids(ana as Reading, 2)).toEqual(["1", "2"]);
    bo?.stop();
    ana?.stop();
  });

  test("shows an agent its own requests only", async () => {
    await using gateway = await openUnderTest({
      request: (_message, body) =>
        body["id"] === requestId(1)
          ? { result: exampleRequest() }
          : { error: { code: "not-found", message: "" } },
    });
    const stream = await read(gateway, `${base}/events`, { as: "ci" });
    await stream.next();
    await gateway.publish(1, "VoteCast", { subject: requestId(2) });
    await gateway.publish(2, "PolicyImported", { category: "definition" });
    await gateway.publish(3, "VoteCast", { subject: requestId(1) });
    expect(await ids(stream, 1)).toEqual(["3"]);
    stream.stop();
  });

  test("never carries another org's events", async () => {
    await using gateway = await openUnderTest();
    const stream = await read(gateway, `${base}/events`);
    await stream.next();
    await gateway.publish(1, "VoteCast", { org: "other" });
    await gateway.publish(2, "VoteCast");
    expect(await ids(stream, 1)).toEqual(["2"]);
    stream.stop();
  });

  test("ends when the directory no longer knows the reader", async () => {
    let known = true;
    await using gateway = await openUnderTest({
      viewer: (message) =>
        known ? viewerAnswer(message) : { error: { code: "unauthenticated", message: "gone" } },
    });
    const stream = await read(gateway, `${base}/events`);
    await stream.next();
    known = false;
    await gateway.publish(1, "PersonRemoved", { category: "directory" });
    expect(await stream.next()).toMatchObject({ id: "1" });
    expect(await stream.next()).toBeUndefined();
  });

  test("ends with the token", async () => {
    await using gateway = await openUnderTest();
    const stream = await read(gateway, `${base}/events`, {
      as: `bo~${performance.timeOrigin + performance.now() + 60}`,
    });
    expect(await stream.next()).toEqual({ comment: "ready" });
    expect(await stream.next()).toBeUndefined();
  });

  test("is not opened for whom the directory does not know", async () => {
    await using gateway = await openUnderTest({
      viewer: () => ({ error: { code: "unauthenticated", message: "inactive" } }),
    });
    expect((await read(gateway, `${base}/events`)).status).toBe(401);
  });
});

/** A projector whose long polls wait until they are let go. */
const withWaiting = () => {
  const began = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const answers: Answers = {
    request: async (_message, body) => {
      if (body["wait_ms"] !== undefined) {
        began.resolve();
        await release.promise;
      }
      return {
        result: exampleRequest({ status: body["wait_ms"] === undefined ? "pending" : "expired" }),
      };
    },
  };
  return { answers, began: began.promise, release: () => release.resolve() };
};

describe("long polls", () => {
  test("are answered with the state as it is when the service stops, and streams end", async () => {
    const { answers, began, release } = withWaiting();
    const gateway = await openUnderTest(answers);
    const stream = await read(gateway, `${base}/events`);
    await stream.next();
    const poll = gateway.call("GET", `${base}/approvals/${requestId()}?wait=60s`);
    await began;
    const closed = gateway.close();
    expect(await poll).toMatchObject({ status: 200, json: { status: "pending" } });
    expect(await stream.next()).toBeUndefined();
    release();
    await closed;
  });

  test("are given up when their caller goes away, without noise", async () => {
    const { answers, began, release } = withWaiting();
    await using gateway = await openUnderTest(answers);
    const stop = new AbortController();
    const poll = fetch(`${gateway.url}${base}/approvals/${requestId()}?wait=60s`, {
      headers: { authorization: "Bearer bo" },
      signal: stop.signal,
    });
    await began;
    stop.abort();
    await expect(poll).rejects.toThrow();
    release();
    expect((await gateway.call("GET", "/healthz")).status).toBe(200);
    expect(gateway.logged.filter(({ level }) => level === "error")).toEqual([]);
  });
});
