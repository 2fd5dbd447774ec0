import { describe, expect, test } from "vitest";
import { exampleRequest, exampleRow } from "./example-request.ts";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";
import { entry, withQueue } from "./queue-entries.ts";
import { read } from "./reading-streams.ts";

const changes = `subscription ($filter: ApprovalFilter) {
  queueChanged(filter: $filter) { kind request { id status } counts { mineNow } } }`;

const subscribe = (gateway: UnderTest, query: string, variables: object = {}, as = "bo") =>
  read(gateway, "/graphql", { as, body: { query, variables } });

describe("queueChanged by server-sent events", () => {
  test("says ready once attached; rows come in, change and leave with their counts", async () => {
    const entries = new Map([entry(1)]);
    await using gateway = await openUnderTest(withQueue(entries));
    const stream = await subscribe(gateway, changes);
    expect(await stream.next()).toEqual({ comment: "ready" });

    entries.set(...entry(2));
    await gateway.publish(1, "RequestSubmitted", { subject: requestId(2) });
    await gateway.publish(2, "LevelOpened", { subject: requestId(2) });
    const added = await stream.next();
    expect(added?.event).toBe("next");
    expect(JSON.parse(added?.data ?? "")).toEqual({
      data: {
        queueChanged: {
          kind: "ADDED",
          request: { id: requestId(2), status: "PENDING" },
          counts: { mineNow: 2 },
        },
      },
    });

    await gateway.publish(3, "LevelOverdue", { subject: requestId(1) });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "UPDATED", request: { id: requestId(1) } } },
    });

    const approved = exampleRequest({ id: requestId(1), status: "approved" });
    entries.set(...entry(1, { request: approved, now: [] }));
    await gateway.publish(4, "RequestApproved", { subject: requestId(1) });
    expect(await stream.json()).toMatchObject({
      data: {
        queueChanged: { kind: "REMOVED", request: { id: requestId(1), status: "APPROVED" } },
      },
    });
    stream.stop();
  });

  test("a row that its approver has handed over to somebody alone leaves, and comes again when that is over", async () => {
    const entries = new Map([entry(1)]);
    await using gateway = await openUnderTest(withQueue(entries));
    const stream = await subscribe(gateway, changes);
    await stream.next();
    const away = { person: "bo", starts: 0, ends: Number.MAX_SAFE_INTEGER };
    entries.set(...entry(1, { handed_over: [away] }));
    await gateway.publish(1, "ReminderDue", { subject: requestId(1) });
    expect(await stream.json()).toMatchObject({ data: { queueChanged: { kind: "REMOVED" } } });
    entries.set(
      ...entry(1, {
        handed_over: [
          { ...away, ends: 1 },
          { ...away, person: "cy" },
        ],
      }),
    );
    await gateway.publish(2, "ReminderDue", { subject: requestId(1) });
    expect(await stream.json()).toMatchObject({ data: { queueChanged: { kind: "ADDED" } } });
    stream.stop();
  });

  test("a row comes and leaves with a role, a membership or a delegation", async () => {
    const entries = new Map([entry(1, { now: ["cy"] }), entry(2)]);
    await using gateway = await openUnderTest(withQueue(entries));
    const stream = await subscribe(gateway, changes);
    await stream.next();
    entries.set(...entry(1));
    await gateway.publish(1, "RoleChanged", { category: "directory" });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "ADDED", request: { id: requestId(1) } } },
    });
    entries.set(...entry(2, { now: ["cy"] }));
    await gateway.publish(2, "DelegationCreated", { category: "delegation" });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "REMOVED", request: { id: requestId(2) } } },
    });
    const lists = gateway.received.filter(({ name }) => name === "requests");
    expect(JSON.parse(lists.at(-1)?.body ?? "")).toMatchObject({ min_position: "2" });
    stream.stop();
  });

  test("a row that is handed over comes again by itself when that is over", async () => {
    const entries = new Map<string, ReturnType<typeof entry>[1]>();
    await using gateway = await openUnderTest(withQueue(entries));
    const stream = await subscribe(gateway, changes);
    await stream.next();
    const ends = Date.now() + 50;
    entries.set(...entry(1, { handed_over: [{ person: "bo", starts: 0, ends }] }));
    await gateway.publish(1, "RequestSubmitted", { subject: requestId(1) });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "ADDED", request: { id: requestId(1) } } },
    });
    expect(Date.now()).toBeGreaterThanOrEqual(ends);
    stream.stop();
  });

  test("hears of a delegation that begins later from a projector that is behind in events and in time", async () => {
    const entries = new Map<string, ReturnType<typeof entry>[1]>();
    const turns = [{ turns_at: Date.now() - 1_000 }, {}];
    let isProjected = false;
    await using gateway = await openUnderTest({
      ...withQueue(entries),
      counts: (_message, body) => {
        isProjected ||= body["min_position"] === "1";
        const turn = isProjected && body["turns"] === true ? turns.shift() : {};
        if (turns.length === 0) entries.set(...entry(1));
        return { result: { mine_now: 1, mine_later: 0, as_delegate: 0, pending: 1, ...turn } };
      },
    });
    const stream = await subscribe(gateway, changes);
    await stream.next();
    await gateway.publish(1, "DelegationCreated", { category: "delegation" });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "ADDED", request: { id: requestId(1) } } },
    });
    stream.stop();
  });

  test("asks the list about a row no earlier than the change of people that brought it", async () => {
    const entries = new Map<string, ReturnType<typeof entry>[1]>();
    await using gateway = await openUnderTest({
      ...withQueue(entries),
      requests: (_message, body) => ({
        result: {
          items: body["min_position"] === "7" ? [exampleRow(exampleRequest())] : [],
          page: { next: null, total_estimate: 0 },
        },
      }),
    });
    const stream = await subscribe(gateway, changes, { filter: { approver: "bo" } });
    await stream.next();
    entries.set(...entry(1));
    await gateway.publish(7, "RoleChanged", { category: "directory" });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "ADDED", request: { id: requestId(1) } } },
    });
    stream.stop();
  });

  test.each(["q", "approver"])("leaves what only the list knows to it: %s", async (name) => {
    const entries = new Map([entry(1, { now: [] })]);
    await using gateway = await openUnderTest(withQueue(entries));
    const stream = await subscribe(gateway, changes, { filter: { [name]: "zoe", status: [] } });
    await stream.next();
    await gateway.publish(1, "VoteCast", { subject: requestId(1) });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "ADDED", request: { id: requestId(1) } } },
    });
    const lists = gateway.received.filter((received) => received.name === "requests");
    expect(JSON.parse(lists.at(-1)?.body ?? "")).toMatchObject({ [name]: "zoe", id: requestId(1) });
    stream.stop();
  });

  test("tells nobody about rows of other people's queues", async () => {
    const entries = new Map([entry(1, { now: ["cy"] })]);
    await using gateway = await openUnderTest(withQueue(entries));
    const stream = await subscribe(gateway, changes);
    await stream.next();
    await gateway.publish(1, "VoteCast", { subject: requestId(1) });
    entries.set(...entry(2));
    await gateway.publish(2, "RequestSubmitted", { subject: requestId(2) });
    expect(await stream.json()).toMatchObject({
      data: { queueChanged: { kind: "ADDED", request: { id: requestId(2) } } },
    });
    stream.stop();
  });

  test("keeps to its filter, and an agent to its own requests", async () => {
    const entries = new Map([
      entry(1, { now: [] }),
      entry(2, { request: exampleRequest({ id: requestId(2), gate_type: "cost" }), now: [] }),
    ]);
    await using gateway = await openUnderTest(withQueue(entries));
    const filtered = await subscribe(gateway, changes, { filter: { gateType: "cost" } });
    const own = await subscribe(gateway, changes, {}, "ci");
    await filtered.next();
    await own.next();
    for (const number of [1, 2]) {
      await gateway.publish(number, "RequestSubmitted", { subject: requestId(number) });
    }
    expect(await filtered.json()).toMatchObject({
      data: { queueChanged: { request: { id: requestId(2) } } },
    });
    expect(await own.json()).toMatchObject({
      data: { queueChanged: { request: { id: requestId(1) } } },
    });
    filtered.stop();
    own.stop();
  });

  test("reads each change once, however many watch", async () => {
    const entries = new Map([entry(1)]);
    await using gateway = await openUnderTest(withQueue(entries));
    const streams = await Promise.all([1, 2, 3].map(() => subscribe(gateway, changes)));
    for (const stream of streams) await stream.next();
    await gateway.publish(1, "VoteCast", { subject: requestId(1) });
    await Promise.all(streams.map((stream) => stream.json()));
    expect(gateway.received.filter(({ name }) => name === "queue-entry")).toHaveLength(1);
    for (const stream of streams) stream.stop();
  });
});

describe("the other subscriptions", () => {
  test("approvalRequestChanged starts with the request as it is", async () => {
    const entries = new Map([entry(1)]);
    await using gateway = await openUnderTest(withQueue(entries));
    const query = `subscription { approvalRequestChanged(id: "${requestId(1)}") { id status timeline { atLocal } } }`;
    const stream = await subscribe(gateway, query);
    const timeline = [{ atLocal: "in the viewer's zone" }];
    expect(await stream.json()).toEqual({
      data: { approvalRequestChanged: { id: requestId(1), status: "PENDING", timeline } },
    });
    entries.set(...entry(1, { request: exampleRequest({ status: "denied" }) }));
    await gateway.publish(1, "RequestDenied", { subject: requestId(1) });
    expect(await stream.json()).toMatchObject({
      data: { approvalRequestChanged: { status: "DENIED", timeline } },
    });
    stream.stop();
  });

  test("approvalRequestChanged of an absent request is refused with its code", async () => {
    await using gateway = await openUnderTest(withQueue(new Map()));
    const query = `subscription { approvalRequestChanged(id: "${requestId(1)}") { id } }`;
    const answer = await gateway.call("POST", "/graphql", {
      headers: { accept: "text/event-stream" },
      body: { query },
    });
    expect(answer.json).toMatchObject({ errors: [{ extensions: { code: "not-found" } }] });
  });

  test("events names each event as the domain does", async () => {
    await using gateway = await openUnderTest();
    const stream = await subscribe(
      gateway,
      "subscription { events { id position event subject org at data } }",
    );
    await stream.next();
    await gateway.publish(5, "RequestApproved", { subject: requestId(1) });
    await gateway.publish(6, "VoteCast", { subject: requestId(1) });
    expect(await stream.json()).toEqual({
      data: {
        events: {
          id: "00000000-0000-4000-8000-000000000005",
          position: "5",
          event: "RequestApproved",
          subject: requestId(1),
          org: "demo",
          at: "2026-03-01T10:00:00.000Z",
          data: { level: 1 },
        },
      },
    });
    expect(await stream.json()).toMatchObject({ data: { events: { event: "VoteCast" } } });
    stream.stop();
  });

  test("need an answer that is a stream", async () => {
    await using gateway = await openUnderTest();
    const answer = await gateway.call("POST", "/graphql", { body: { query: changes } });
    expect(answer.status).toBe(400);
  });

  test("end with complete when the service stops", async () => {
    const gateway = await openUnderTest(withQueue(new Map()));
    const stream = await subscribe(gateway, changes);
    await stream.next();
    await gateway.close();
    let last = await stream.next();
    for (let block = last; block !== undefined; block = await stream.next()) last = block;
    expect(last === undefined || last.event === "complete").toBe(true);
  });
});
