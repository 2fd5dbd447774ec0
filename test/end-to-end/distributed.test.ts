import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backtest } from "@countersign/application/simulation/backtest.ts";
import type { Simulation } from "@countersign/application/simulation/simulate.ts";
import type { AuditEntry } from "@countersign/check/i8-audit.ts";
import { allPages, type Api, type TopicBody, type TrailEntry } from "../testkit/http.ts";
import { violationsOf } from "../testkit/processes/event-log.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startServices, type Services } from "../testkit/processes/services.ts";
import { openStream, untilReady } from "../testkit/sse.ts";
import { available } from "../testkit/servers.ts";
import { asked, deployAsk, importFile, moveRelease, onlyApproval, releaseFile } from "./asking.ts";
import { askEvent, connectProducer } from "./producer.ts";

describe.runIf(available("nats-server"))("each service as its own process", () => {
  let services: Services;
  let alice: Api;
  let ci: Api;
  let bo: Api;
  /** Asked for just before a service was killed, and due just after. */
  const due: string[] = [];
  beforeAll(async () => {
    services = await startServices("acme", "alice");
    alice = await services.as("alice");
    ci = await services.as("ci", "agent");
    bo = await services.as("bo");
    for (const id of ["bo", "cy"]) {
      const person = { name: id, access: "approver" };
      const { status, text } = await alice.put(`/directory/people/${id}`, person);
      expect(status, text).toBe(200);
    }
    await alice.put("/directory/roles/qa_lead", { members: ["bo", "cy"] });
    await alice.put("/directory/agents/ci", { name: "CI", owner: "alice" });
  }, 60_000);
  afterAll(() => services[Symbol.asyncDispose]());

  /** Works once everything that was disturbed has found together again. */
  const askAndApprove = async (): Promise<string> => {
    const { id } = await eventually("an ask that is taken", () => asked(ci).catch(() => undefined));
    await eventually("an approval that is taken", async () => {
      const { status } = await bo.post(`/approvals/${id}/approve`, {});
      return status === 200 ? true : undefined;
    });
    // The projector may find the broker again a moment after the commander.
    const answered = await eventually("the answer", async () => {
      const { status, body } = await ci.get(`/approvals/${id}?wait=10s`);
      return status === 200 ? body.status : undefined;
    });
    expect(answered).toBe("approved");
    return id;
  };

  test("the first approval goes from the transition over the queue to the moved topic", async () => {
    const imported = await importFile({ as: () => alice }, releaseFile, "release.yaml");
    expect(imported.status, imported.text).toBe(201);
    using queue = await (
      await services.graphql("cy")
    ).subscribe("subscription { queueChanged { kind request { id status } counts { mineNow } } }");
    using events = await openStream(`${services.url}/api/v1/orgs/acme/events`, {
      token: alice.token ?? "",
    });
    await untilReady(events);

    const id = onlyApproval(
      await moveRelease(ci, { id: "v2.0.0", state: "staging" }, "pending_approval"),
    );
    type Change = { data: { queueChanged: { kind: string; request: { id: string } } } };
    const added = await queue.until<Change>(({ data }) => data.queueChanged.request.id === id);
    expect(added.data.queueChanged.kind).toBe("ADDED");
    const mine = await (
      await services.graphql("bo")
    ).data("{ approvalRequests(filter: { mine: NOW }) { edges { node { id } } } }");
    expect(mine).toEqual({ approvalRequests: { edges: [{ node: { id } }] } });

    const approved = await bo.post(`/approvals/${id}/approve`, { notes: "Green" });
    expect(approved.body).toMatchObject({ status: "approved" });
    await events.until<{ type: string }>(
      ({ type }) => type === "io.countersign.topic.transition-completed.v1",
    );
    // The relay tells of it whether or not the projector has come that far.
    const topic = await eventually("the topic's move", async () => {
      const { body } = await alice.get<TopicBody>("/topics/release/v2.0.0");
      return body.pending.length === 0 ? body : undefined;
    });
    expect(topic).toMatchObject({ state: "pending_approval" });
    const trail = await alice.get<{ items: TrailEntry[] }>(`/approvals/${id}/audit`);
    expect(trail.body.items.find(({ event }) => event === "VoteCast")).toMatchObject({
      actor: { kind: "person", id: "bo" },
      channel: "rest",
      notes: "Green",
    });
  });

  test("a draft is simulated, and held against the requests that were recorded", async () => {
    const source = releaseFile;
    const transition = { workflow: "release", from: "staging", to: "pending_approval" };
    const simulated = await alice.post<Simulation>("/definitions/simulate", { source, transition });
    expect(simulated.body.levels[0]?.groups[0]?.slots).toHaveLength(2);
    const backtested = await alice.post<Backtest>("/definitions/backtest", { source });
    expect(backtested.body).toMatchObject({
      requests: 1,
      escalate: 1,
      approvers: { bo: 1, cy: 1 },
    });
  });

  test("a request expires by itself", async () => {
    const { id } = await asked(ci, { expires_in: "2s" });
    const { body } = await ci.get(`/approvals/${id}?wait=20s`);
    expect(body).toMatchObject({
      status: "expired",
      resolution: { by: { kind: "timer", id: "expiry" } },
    });
  });

  test("the schema is not described outside of development", async () => {
    const answer = await bo.post("//graphql", { query: "{ __schema { types { name } } }" });
    expect(answer.status).toBe(400);
    expect((await bo.post("//dev/tokens", { sub: "alice" })).status).toBe(404);
  });

  test.each(["gateway", "commander", "projector", "relay", "scheduler"] as const)(
    "%s killed and started again: nothing that was acknowledged is lost",
    async (name) => {
      const before = await askAndApprove();
      due.push((await asked(ci, { expires_in: "1s" })).id);
      await services.stop(name, "SIGKILL");
      await services.start(name);
      const kept = await ci.get(`/approvals/${before}`);
      expect(kept.body.status, kept.text).toBe("approved");
      await askAndApprove();
    },
    60_000,
  );

  test("what fell due while a service was away is expired, by its timer", async () => {
    expect(due).toHaveLength(5);
    for (const id of due) {
      const { body } = await ci.get(`/approvals/${id}?wait=20s`);
      expect(body).toMatchObject({
        status: "expired",
        resolution: { by: { kind: "timer", id: "expiry" } },
      });
    }
  }, 60_000);

  test("a message of another service that is delivered three times becomes one request", async () => {
    await using producer = await connectProducer(services.broker.url, "acme");
    const event = askEvent("run-1", deployAsk({ title: "From the pipeline" }));
    for (let times = 0; times < 3; times++) await producer.publish("ci", event);
    // Taken in order: once this one is there, the others were.
    await producer.publish("ci", askEvent("run-2", deployAsk({ title: "After it" })));
    const titles = await eventually("the request of the last message", async () => {
      const items = await allPages<{ title: string }>(ci, "/approvals");
      const found = items.map(({ title }) => title);
      return found.includes("After it") ? found : undefined;
    });
    expect(titles.filter((title) => title === "From the pipeline")).toHaveLength(1);
  });

  test("the broker killed and started again: answers say so meanwhile, and nothing is lost", async () => {
    const before = await askAndApprove();
    using events = await openStream(`${services.url}/api/v1/orgs/acme/events`, {
      token: alice.token ?? "",
    });
    await untilReady(events);
    await services.broker.kill();
    const meanwhile = await ci.get(`/approvals/${before}`);
    expect([503], meanwhile.text).toContain(meanwhile.status);
    await services.broker.restart();
    const after = await askAndApprove();
    const kept = await ci.get(`/approvals/${before}`);
    expect(kept.body.status, kept.text).toBe("approved");
    await events.until<{ type: string; subject?: string }>(
      ({ type, subject }) => subject === after && type === "io.countersign.request.approved.v1",
    );
  }, 60_000);

  test("every service stops cleanly, and the log of all this breaks no invariant", async () => {
    const audit = await allPages<AuditEntry>(alice, "/audit");
    expect(violationsOf(await services.readLog(), audit)).toEqual([]);
    for (const name of ["gateway", "scheduler", "relay", "projector", "commander"] as const) {
      expect(await services.stop(name), services.errors(name)).toEqual({ code: 0, signal: null });
    }
  }, 30_000);
});
