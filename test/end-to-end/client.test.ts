import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, CountersignError } from "@countersign/client/client.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";

const deploy = {
  title: "Deploy app:v2.0.0 to production",
  action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0" } },
  approvers: [{ type: "role" as const, identifier: "qa_lead" }],
};

describe("an agent with the client", () => {
  let server: Standalone;
  let agent: Client;

  beforeAll(async () => {
    server = await startStandalone();
    agent = new Client({ url: server.url, org: "demo", token: server.token("deployment-bot") });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("asks, waits through a restart of the server, and learns the denial with its reason", async () => {
    const { id } = await agent.ask(deploy, "release-2");
    const waiting = agent.wait(id);
    await server.stop();
    await server.start();
    const { status } = await server.as("bo").post(`/approvals/${id}/deny`, { reason: "Freeze" });
    expect(status).toBe(200);
    expect(await waiting).toMatchObject({ id, status: "denied", resolution: { reason: "Freeze" } });
  });

  test("gets its request back by the same key, also after its end", async () => {
    const again = await agent.ask(deploy, "release-2");
    expect(again.status).toBe("denied");
    expect(await agent.wait(again.id)).toEqual(await agent.get(again.id));
  });

  test("is told why an ask is refused", async () => {
    const refused = agent.ask({ ...deploy, policy: "unknown", approvers: null }, "release-3");
    await expect(refused).rejects.toThrow(CountersignError);
    await expect(refused).rejects.toMatchObject({ status: 422, code: "unknown-policy" });
  });
});
