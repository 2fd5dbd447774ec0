import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { allPages } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { available, natsServer, type NatsServer } from "../testkit/servers.ts";
import { asked, deployAsk, importFile } from "./asking.ts";
import { askEvent, connectProducer, type Producer } from "./producer.ts";

describe.runIf(available("nats-server"))("other services ask over the broker", () => {
  let broker: NatsServer;
  let server: Standalone;
  let producer: Producer;
  beforeAll(async () => {
    broker = await natsServer();
    server = await startStandalone({ env: { COUNTERSIGN_NATS: broker.url } });
    producer = await connectProducer(broker.url, "demo");
  });
  afterAll(async () => {
    await producer[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await broker.stop();
  });

  const titled = async (title: string): Promise<RequestView[]> =>
    (await allPages<RequestView>(server.as("ana"), "/approvals")).filter(
      (request) => request.title === title,
    );
  /** The requests of a title, once one that was published later is there. */
  const afterLater = async (title: string): Promise<RequestView[]> => {
    const later = `after ${title}`;
    await producer.publish("ci", askEvent(later, deployAsk({ title: later })));
    await eventually("the later request", async () => (await titled(later))[0]);
    return titled(title);
  };

  test("one message becomes one request of the producer, however often it is delivered", async () => {
    const event = askEvent("run-42", deployAsk({ title: "Thrice" }));
    for (let times = 0; times < 3; times++) await producer.publish("ci", event);
    await producer.publish("ci", event, "with an id of the broker's");
    const [request, ...more] = await afterLater("Thrice");
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      status: "pending",
      requester: { kind: "agent", id: "ci", owner: "ana" },
    });
    const { body } = await server.as("bo").post(`/approvals/${request?.id}/approve`, {});
    expect(body.status).toBe("approved");
    await producer.publish("ci", event);
    expect(await afterLater("Thrice")).toHaveLength(1);
    const trail = await server
      .as("ana")
      .get<{ items: { channel: string }[] }>(`/approvals/${request?.id}/audit`);
    expect(trail.body.items[0]?.channel).toBe("nats");
  });

  test.each([
    ["no JSON", "{", "bad-request"],
    ["no CloudEvent", JSON.stringify(deployAsk()), "unprocessable"],
    ["no title", askEvent("no-title", { action: { type: "x", parameters: {} } }), "unprocessable"],
    [
      "a number that would be rounded",
      askEvent("rounded", deployAsk()).replace('"replicas":3', '"replicas":9007199254740993'),
      "number-not-exact",
    ],
    [
      "more than REST takes",
      askEvent("large", deployAsk({ context: { log: "x".repeat(330_000) } })),
      "payload-too-large",
    ],
    [
      "an unknown approver",
      askEvent("nobody", deployAsk({ approvers: [{ type: "user", identifier: "zoe" }] })),
      "unknown-approver",
    ],
    [
      "a type that is not the subject's",
      askEvent("other", {}, { type: "io.countersign.command.approve.v1" }),
      "unprocessable",
    ],
  ])(
    "a message with %s ends as a dead letter with the reason, at once",
    async (name, body, code) => {
      const before = server.readLog().length;
      // An agent of its own each time, so that each finds its own letter.
      const agent = `producer-${name.replaceAll(/\W/g, "-")}`;
      await server.as("ana").put(`/directory/agents/${agent}`, { name, owner: "ana" });
      await producer.publish(agent, body);
      const letter = await producer.deadLetter(agent);
      expect(letter).toMatchObject({ body, reason: code, deliveries: "1" });
      expect(letter.message).toMatch(/\.$/);
      expect(server.readLog()).toHaveLength(before + 1);
    },
  );

  test("bytes that are no text are refused as REST refuses them, and kept as they came", async () => {
    await server.as("ana").put("/directory/agents/latin", { name: "Latin", owner: "ana" });
    const bytes = Buffer.from(askEvent("latin-1", deployAsk({ title: "Caf\u00e9" })), "latin1");
    await producer.publish("latin", bytes);
    const letter = await producer.deadLetter("latin");
    expect(letter).toMatchObject({ reason: "bad-request", deliveries: "1" });
    expect(Buffer.from(letter.bytes).equals(bytes)).toBe(true);
  });

  test("what is published on no subject of ours is a dead letter too, and blocks nothing", async () => {
    await producer.publish("a:b", askEvent("nowhere", deployAsk()));
    const letter = await producer.deadLetter("_");
    expect(letter).toMatchObject({
      from: "countersign.v1.demo.in.a:b.request-approval",
      reason: "bad-request",
      deliveries: "1",
    });
  });

  test("the same id with other data is a conflict, and what stands stays", async () => {
    await server.as("ana").put("/directory/agents/twice", { name: "Twice", owner: "ana" });
    await producer.publish("twice", askEvent("same", deployAsk({ title: "First" })));
    await producer.publish("twice", askEvent("same", deployAsk({ title: "Second" })));
    expect(await producer.deadLetter("twice")).toMatchObject({ reason: "conflict" });
    expect(await titled("First")).toHaveLength(1);
    expect(await titled("Second")).toEqual([]);
  });

  test("who is no agent of the org is an unknown producer", async () => {
    await producer.publish("stranger", askEvent("x", deployAsk()));
    expect(await producer.deadLetter("stranger")).toMatchObject({ reason: "unknown-producer" });
  });

  test("a transition is taken in as well, and its topic waits", async () => {
    const workflow = `
workflow: { id: intake }
transitions:
  - { from: draft, to: live, require_approval: [{ assignment: { type: role, identifier: qa_lead } }] }
`;
    expect((await importFile(server, workflow, "intake.yaml")).status).toBe(201);
    const data = { workflow: "intake", topic: { id: "page-1", state: "draft" }, to: "live" };
    const type = "io.countersign.command.request-transition.v1";
    for (let times = 0; times < 2; times++)
      await producer.send("ci", "request-transition", askEvent("move-1", data, { type }));
    const topic = await eventually("the blocked topic", async () => {
      const { status, body } = await server
        .as("ana")
        .get<{ state: string; pending: string[] }>("/topics/intake/page-1");
      return status === 200 && body.pending.length > 0 ? body : undefined;
    });
    expect(topic).toMatchObject({ state: "draft", pending: [expect.stringMatching(/^apr_/)] });
  });

  test("REST answers while the broker is away, and what was asked goes out when it is back", async () => {
    await broker.kill();
    const { id } = await asked(server.as("deployment-bot"));
    const { body } = await server.as("bo").post(`/approvals/${id}/approve`, {});
    expect(body.status).toBe("approved");
    await broker.restart();
    const event = askEvent("back", deployAsk({ title: "Back" }));
    await eventually("a publication that is taken", async () => {
      await producer.publish("ci", event);
      return true;
    });
    await eventually("an intake after the broker's return", async () => (await titled("Back"))[0]);
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
