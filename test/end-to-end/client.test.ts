import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeClient, type Client } from "@countersign/client/client.ts";
import { CountersignError } from "@countersign/client/errors.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";

const deploy = {
  title: "Deploy app:v2.0.0 to production",
  action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0" } },
  approvers: [{ type: "role" as const, identifier: "qa_lead" }],
};

describe("an agent with the client", () => {
  let server: Standalone;
  let agent: Client;
  let bo: Client;

  beforeAll(async () => {
    server = await startStandalone();
    const as = (id: string): Client =>
      makeClient({ url: server.url, org: "demo", token: server.token(id) });
    agent = as("deployment-bot");
    bo = as("bo");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("asks, waits through a restart of the server, and learns the denial with its reason", async () => {
    const { id } = await agent.ask(deploy, { idempotencyKey: "release-2" });
    const polls = Promise.withResolvers<void>();
    const waiting = makeClient({
      url: server.url,
      org: "demo",
      token: server.token("deployment-bot"),
      fetch: (input, init) => {
        if (typeof input === "string" && input.includes("wait=")) polls.resolve();
        return fetch(input, init);
      },
    }).wait(id);
    await polls.promise;
    await server.stop();
    await server.start();
    expect((await bo.deny(id, { reason: "Freeze" })).status).toBe("denied");
    expect(await waiting).toMatchObject({ id, status: "denied", resolution: { reason: "Freeze" } });
  });

  test("gets its request back by the same key, also after its end", async () => {
    const again = await agent.ask(deploy, { idempotencyKey: "release-2" });
    expect(again.status).toBe("denied");
    expect(await agent.wait(again.id)).toEqual(await agent.get(again.id));
  });

  test("is told of a question, answers it, waits on, and runs what was approved once", async () => {
    const { id } = await agent.ask(deploy);
    await server.as("bo").post(`/approvals/${id}/question`, { text: "Why now?" });
    const asked = await agent.wait(id);
    expect(asked).toMatchObject({ status: "pending", questions: [{ text: "Why now?" }] });
    await server.as("deployment-bot").post(`/approvals/${id}/answer`, { text: "A fix." });
    const waiting = agent.wait(id);
    await bo.approve(id, { payload_hash: asked.payload_hash });
    const { status, grant = "", payload_hash } = await waiting;
    expect(status).toBe("approved");
    const { payload } = await agent.consume(id, { grant, payload_hash });
    expect(payload).toEqual(deploy.action);
    await expect(agent.consume(id, { grant, payload_hash })).rejects.toMatchObject({
      status: 409,
      code: "grant-spent",
    });
    const { execution } = await agent.reportExecution(id, { status: "executed", payload_hash });
    expect(execution?.status).toBe("executed");
  });

  test("takes an ask back, and finds what it asked page by page", async () => {
    const { id } = await agent.ask(deploy);
    expect((await agent.cancel(id, "Not needed")).status).toBe("cancelled");
    const statuses: Record<string, string> = {};
    for await (const listed of agent.list({ limit: 1, status: ["denied", "cancelled"] }))
      statuses[listed.id] = listed.status;
    expect(statuses[id]).toBe("cancelled");
    expect(Object.values(statuses).toSorted()).toEqual(["cancelled", "denied"]);
  });

  test("is told why an ask is refused", async () => {
    const refused = agent.ask({ ...deploy, policy: "unknown", approvers: null });
    await expect(refused).rejects.toThrow(CountersignError);
    await expect(refused).rejects.toMatchObject({
      status: 422,
      code: "unknown-policy",
      correlationId: expect.any(String),
    });
  });
});
