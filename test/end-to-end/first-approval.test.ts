import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { TopicBody, TrailEntry } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile, moveRelease, onlyApproval, releaseFile } from "./asking.ts";

interface Queue {
  readonly approvalRequests: { readonly edges: readonly { readonly node: { id: string } }[] };
  readonly queueCounts: { readonly mineNow: number };
}

const myQueue = `{
  approvalRequests(filter: { mine: NOW }) { edges { node { id title status } } }
  queueCounts { mineNow }
}`;

interface Change {
  readonly data: {
    readonly queueChanged: {
      readonly kind: string;
      readonly request: { readonly id: string; readonly status: string };
      readonly counts: { readonly mineNow: number };
    };
  };
}

const queueChanges = `subscription {
  queueChanged { kind request { id title status } counts { mineNow } }
}`;

describe("the first approval", () => {
  let server: Standalone;
  let approvalId = "";

  beforeAll(async () => {
    server = await startStandalone();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const queueOf = async (person: string): Promise<string[]> => {
    const { approvalRequests, queueCounts } = await server.graphql(person).data<Queue>(myQueue);
    const ids = approvalRequests.edges.map(({ node }) => node.id);
    expect(queueCounts.mineNow).toBe(ids.length);
    return ids;
  };

  test("starting prints a sign-in link that works", async () => {
    const link = /http:\/\/127\.0\.0\.1:\d+\/sign-in\?token=\S+/.exec(server.program.output());
    expect(link, server.program.output()).not.toBeNull();
    const { status, headers } = await fetch(link?.[0] ?? "", { redirect: "manual" });
    expect(status).toBe(303);
    expect(headers.get("set-cookie")).toMatch(/HttpOnly/i);
  });

  test("the release workflow is taken whole, and what is ignored of it is listed", async () => {
    const { status, body, text } = await importFile(server, releaseFile, "release.yaml");
    expect(status, text).toBe(201);
    expect(body.definitions).toContainEqual(
      expect.objectContaining({ kind: "workflow", id: "release" }),
    );
    for (const key of ["hooks", "automations", "analytics", "wip_limit"]) {
      expect(JSON.stringify(body.ignored)).toContain(key);
    }
  });

  test("a broken file is refused whole, each fault with its place", async () => {
    const broken = releaseFile.replace(/to: staging\b/, "to: stagging").replace("4h", "4 moons");
    const { status, text } = await importFile(server, broken, "release.yaml");
    expect(status).toBe(422);
    const { error } = JSON.parse(text) as {
      error: { code: string; details: { faults: { line: number; message: string }[] } };
    };
    expect(error.code).toBe("invalid-definition");
    expect(error.details.faults.length).toBeGreaterThanOrEqual(2);
    for (const fault of error.details.faults) {
      expect(fault).toMatchObject({ line: expect.any(Number), message: expect.any(String) });
      expect(fault.line).toBeGreaterThan(0);
    }
  });

  test("a transition that needs approval stands in both QA leads' queues at once", async () => {
    using changes = await server.graphql("bo").subscribe(queueChanges);
    const bot = server.as("deployment-bot");
    const blocked = await moveRelease(
      bot,
      { id: "v2.0.0", state: "staging", attributes: { version_tag: "v2.0.0" } },
      "pending_approval",
    );
    approvalId = onlyApproval(blocked);
    expect(blocked.body).toMatchObject({ status: "blocked", topic: { state: "staging" } });

    const { body: shown } = await server.as("bo").get<RequestView>(`/approvals/${approvalId}`);
    expect(shown.levels[0]?.groups[0]?.message).toBe(
      "QA verification required before production approval chain begins.",
    );
    expect(await queueOf("bo")).toEqual([approvalId]);
    expect(await queueOf("cy")).toEqual([approvalId]);
    expect(await queueOf("dee")).toEqual([]);
    const { data } = await changes.until<Change>(() => true);
    expect(data.queueChanged).toMatchObject({
      kind: "ADDED",
      request: { id: approvalId, status: "PENDING", title: "Request Production Approval" },
      counts: { mineNow: 1 },
    });

    const again = await moveRelease(bot, { id: "v2.0.0" }, "pending_approval");
    expect(onlyApproval(again)).toBe(approvalId);
    const other = await moveRelease(bot, { id: "v2.0.0" }, "development");
    expect(other.status).toBe(409);
    expect(other.text).toContain("topic-blocked");
  });

  test("a QA lead's approval completes the transition and empties the queues", async () => {
    using changes = await server.graphql("cy").subscribe(queueChanges);
    using moved = await server.events("ana");
    const approved = await server.as("bo").post(`/approvals/${approvalId}/approve`, {
      notes: "Smoke tests are green",
    });
    expect(approved.status, approved.text).toBe(200);
    expect(approved.body).toMatchObject({
      status: "approved",
      resolution: { by: { kind: "person", id: "bo" } },
    });
    await moved.until<{ type: string }>(
      ({ type }) => type === "io.countersign.topic.transition-completed.v1",
    );
    const { data } = await changes.until<Change>(
      (change) => change.data.queueChanged.kind === "REMOVED",
    );
    expect(data.queueChanged).toMatchObject({
      request: { id: approvalId, status: "APPROVED" },
      counts: { mineNow: 0 },
    });
    expect(await queueOf("cy")).toEqual([]);

    const { body: topic } = await server.as("ana").get<TopicBody>("/topics/release/v2.0.0");
    expect(topic).toMatchObject({
      id: "v2.0.0",
      workflow: "release",
      state: "pending_approval",
      attributes: { version_tag: "v2.0.0" },
      pending: [],
    });
    expect(topic.history).toMatchObject([
      {
        from: "staging",
        to: "pending_approval",
        by: { kind: "agent", id: "deployment-bot" },
        approval_ids: [approvalId],
      },
    ]);
  });

  test("the request says that its transition was executed, and gave no grant to consume", async () => {
    const { body } = await server.as("ana").get(`/approvals/${approvalId}`);
    expect(body.execution).toMatchObject({ status: "executed" });
  });

  test("the trail tells every step with actor, channel and time", async () => {
    const trail = await server
      .as("ana")
      .get<{ items: TrailEntry[] }>(`/approvals/${approvalId}/audit`);
    const steps = trail.body.items.map(({ event, actor, channel }) => [event, actor.id, channel]);
    expect(steps.slice(0, 5)).toEqual([
      ["RequestSubmitted", "deployment-bot", "rest"],
      ["LevelOpened", "deployment-bot", "rest"],
      ["VoteCast", "bo", "rest"],
      ["LevelApproved", "bo", "rest"],
      ["RequestApproved", "bo", "rest"],
    ]);
    for (const { at } of trail.body.items) {
      expect(new Date(Date.parse(at)).toISOString()).toBe(at);
    }
    expect(trail.body.items.find(({ event }) => event === "VoteCast")).toMatchObject({
      notes: "Smoke tests are green",
      level: 1,
    });
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    expect(log.map(({ type }) => type)).toContain("TransitionCompleted");
  });
});
