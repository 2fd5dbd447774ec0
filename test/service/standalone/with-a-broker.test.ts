import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bus, Delivery, Publication } from "@countersign/messaging/bus.ts";
import { COUNTERSIGN_EVENTS } from "@countersign/messaging/streams.ts";
import { intakeSubject } from "@countersign/messaging/subjects.ts";
import { connectNatsBus } from "@countersign/messaging-nats/nats-bus.ts";
import { eventually } from "../../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../../testkit/processes/standalone.ts";
import { available, natsServer, type NatsServer } from "../../testkit/servers.ts";

const ask = {
  title: "Deploy app:v2.0.0",
  action: { type: "kubernetes:deploy", parameters: { replicas: 3 } },
  approvers: [{ type: "role", identifier: "qa_lead" }],
};

/** An ask as another service publishes it. */
const published = (id: string): Publication => ({
  subject: intakeSubject("demo", "deployment-bot", "request-approval"),
  id,
  body: JSON.stringify({
    specversion: "1.0",
    id,
    source: "/pipelines/release",
    type: "io.countersign.command.request-approval.v1",
    datacontenttype: "application/json",
    data: ask,
  }),
});

describe.runIf(available("nats-server"))("one process with a broker", () => {
  let broker: NatsServer;
  let server: Standalone;
  let others: Bus;
  const heard: { id: string; type: string; subject?: string }[] = [];

  beforeAll(async () => {
    broker = await natsServer();
    server = await startStandalone({ env: { COUNTERSIGN_NATS: broker.url } });
    others = await connectNatsBus({ servers: broker.url, name: "other", inboxPrefix: "_INBOX_o" });
    others.consume(
      { stream: COUNTERSIGN_EVENTS.name, durable: "other" },
      async ({ body }: Delivery) => {
        heard.push(JSON.parse(body));
        return "ack";
      },
    );
  }, 60_000);
  afterAll(async () => {
    await others.close();
    await server[Symbol.asyncDispose]();
    await broker.stop();
  });

  const typesOf = (subject: string): string[] => [
    ...new Map(
      heard.filter((event) => event.subject === subject).map(({ id, type }) => [id, type]),
    ).values(),
  ];

  test("takes in what other services publish, and sends out what happens", async () => {
    await others.publish(published("run-1"));
    const id = await eventually("the request", async () => {
      const { body } = await server
        .as("bo")
        .get<{ items: { id: string }[] }>("/approvals?mine=now");
      return body.items[0]?.id;
    });
    const { status } = await server.as("bo").post(`/approvals/${id}/approve`, {});
    expect(status).toBe(200);
    await eventually("the events", () => (typesOf(id).length === 5 ? true : undefined));
    expect(typesOf(id)).toEqual([
      "io.countersign.request.submitted.v1",
      "io.countersign.request.level-opened.v1",
      "io.countersign.request.vote-cast.v1",
      "io.countersign.request.level-approved.v1",
      "io.countersign.request.approved.v1",
    ]);
  });

  test("expires a request by a timer that went over the broker", async () => {
    const bot = server.as("deployment-bot");
    const { body } = await bot.post("/approvals", { ...ask, expires_in: "1s" });
    const over = await bot.get(`/approvals/${body.id}?wait=10s`);
    expect(over.body).toMatchObject({ status: "expired", resolution: { by: { kind: "timer" } } });
  });

  test("answers over HTTP while the broker is away, and makes up for it afterwards", async () => {
    const bot = server.as("deployment-bot");
    await broker.kill();
    const { status, body } = await bot.post("/approvals", { ...ask, expires_in: "1s" });
    expect(status).toBe(201);
    const other = await bot.post("/approvals", ask);
    expect((await server.as("bo").post(`/approvals/${other.body.id}/approve`, {})).status).toBe(
      200,
    );
    await broker.restart();
    const over = await bot.get(`/approvals/${body.id}?wait=50s`);
    expect(over.body.status).toBe("expired");
    await eventually("the events", () =>
      typesOf(other.body.id).at(-1) === "io.countersign.request.approved.v1" ? true : undefined,
    );
  }, 60_000);

  test("stops within 5 s though the broker is gone", async () => {
    await broker.kill();
    await server.as("deployment-bot").post("/approvals", ask);
    expect(await server.stop("SIGTERM")).toEqual({ code: 0, signal: null });
    await broker.restart();
    await server.start();
  }, 30_000);
});
