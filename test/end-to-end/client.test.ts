import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeClient, type Client } from "@countersign/client/client.ts";
import { CountersignError } from "@countersign/client/errors.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile } from "./asking.ts";
import { gatesFile } from "./gating.ts";

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
    await bo.question(id, "Why now?");
    const asked = await agent.wait(id);
    expect(asked).toMatchObject({ status: "pending", questions: [{ text: "Why now?" }] });
    const answered = await agent.answer(id, "A fix.", asked.questions[0]?.id);
    expect(answered.questions).toMatchObject([{ answer: "A fix.", answered_by: "deployment-bot" }]);
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

  test("learns whether an action needs people at all, and waits only then", async () => {
    expect((await importFile(server, gatesFile, "gates.yaml")).status).toBe(201);
    const evaluated = (type: string, parameters: Record<string, unknown> = {}) =>
      agent.evaluate({
        title: "As it came",
        action: { type, parameters },
        context: { weekday: "monday" },
        ask: true,
      });
    expect(await evaluated("issue:comment")).toMatchObject({ decision: "ALLOW", reasons: [] });
    expect(await evaluated("db:drop")).toMatchObject({
      decision: "DENY",
      reasons: [{ message: "Never by an agent." }],
    });
    const { decision, approval_id: id = "" } = await evaluated("refund:issue", { amount: 900 });
    expect(decision).toBe("ESCALATE");
    const { payload_hash } = await agent.get(id);
    const edited = await bo.modify(id, { payload: { amount: 600 }, payload_hash });
    expect(edited).toMatchObject({ status: "approved", action: { parameters: { amount: 600 } } });
    expect(await agent.wait(id)).toMatchObject({ status: "approved", payload_version: 2 });
  });

  test("moves a topic, and says what it and a run are about", async () => {
    const workflow = `
workflow: { id: client }
states: [{ key: draft, type: initial }, { key: review }, { key: live }]
transitions:
  - { from: draft, to: review }
  - { from: review, to: live, require_approval: [{ assignment: { type: role, identifier: qa_lead } }] }
`;
    expect((await importFile(server, workflow, "client.yaml")).status).toBe(201);
    const topic = { id: "page-1" };
    const move = (to: string) => agent.transition({ workflow: "client", topic, to });
    expect(await move("review")).toMatchObject({ status: "completed", topic: { state: "review" } });
    const blocked = await move("live");
    expect(blocked).toMatchObject({ status: "blocked", topic: { state: "review" } });
    expect(await move("live")).toEqual(blocked);
    const about = { topic: { workflow: "client", id: "page-1" }, facts: { priority: "high" } };
    expect(await agent.signal(about)).toMatchObject({
      topic: { id: "page-1", attributes: { priority: "high" } },
    });
    const spent = { run: "run-1", facts: { cost_usd: 2.5 } };
    expect(await agent.signal(spent)).toEqual({
      run: { id: "run-1", spent_usd: 2.5, reserved_usd: 0 },
    });
  });
});
