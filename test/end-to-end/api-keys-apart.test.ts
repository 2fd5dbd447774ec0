import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, type Api, type TopicBody } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startServices, type Services } from "../testkit/processes/services.ts";
import { available } from "../testkit/servers.ts";
import { asked, importFile, moveRelease } from "./asking.ts";
import { askEvent, connectProducer } from "./producer.ts";

interface KeyBody {
  readonly id: string;
  readonly key: string;
}

const workflow = `
workflow: { id: release, name: Release, version: 1 }
states: { planned: { type: initial }, testing: {} }
transitions: [{ from: planned, to: testing, name: Start }]
`;

/** As long as another process may go on believing in a key. */
const REVOKED_WITHIN_MS = 5_000;

describe.runIf(available("nats-server"))("keys and signals where each service stands alone", () => {
  let services: Services;
  let alice: Api;
  beforeAll(async () => {
    services = await startServices("acme", "alice");
    alice = await services.as("alice");
    await alice.put("/directory/people/bo", { name: "Bo", access: "approver" });
    await alice.put("/directory/roles/qa_lead", { members: ["bo"] });
    await alice.put("/directory/agents/ci", { name: "CI", owner: "alice" });
  }, 60_000);
  afterAll(() => services[Symbol.asyncDispose]());

  test("a key counts as soon as it is told, and no longer than five seconds after it was revoked", async () => {
    const { status, body, text } = await alice.post<KeyBody>("/api-keys", { agent: "ci" });
    expect(status, text).toBe(201);
    const api = makeApi(services.url, body.key, "acme");
    const { id } = await asked(api);
    expect((await api.get(`/approvals/${id}`)).status).toBe(200);
    await alice.delete(`/api-keys/${body.id}`);
    const hasEnded = async (): Promise<true | undefined> =>
      (await api.get(`/approvals/${id}`)).status === 401 &&
      (await api.post(`/approvals/${id}/cancel`, {})).status === 401
        ? true
        : undefined;
    await eventually("the key's end", hasEnded, REVOKED_WITHIN_MS);
    expect((await alice.get<{ status: string }>(`/approvals/${id}`)).body.status).toBe("pending");
  });

  test("an agent signals over the broker; the same message again counts once", async () => {
    const ci = await services.as("ci", "agent");
    expect((await importFile({ as: () => alice }, workflow)).status).toBe(201);
    expect((await moveRelease(ci, { id: "R-1" }, "testing")).status).toBe(200);
    await using producer = await connectProducer(services.broker.url, "acme");
    const event = (id: string, data: object): string =>
      askEvent(id, data, { type: "io.countersign.command.signal.v1" });
    const cost = event("cost-1", { run: "r-1", facts: { cost_usd: 0.25 } });
    for (let times = 0; times < 3; times++) await producer.send("ci", "signal", cost);
    const topic = { workflow: "release", id: "R-1" };
    await producer.send("ci", "signal", event("topic-1", { topic, facts: { priority: "high" } }));
    await eventually("the topic's fact", async () => {
      const { body } = await ci.get<TopicBody>("/topics/release/R-1");
      return body.attributes["priority"] === "high" ? true : undefined;
    });
    const { body } = await ci.post<{ run: object }>("/signals", {
      run: "r-1",
      facts: { cost_usd: 0 },
    });
    expect(body.run).toEqual({ id: "r-1", spent_usd: 0.25, reserved_usd: 0 });
  });
});
