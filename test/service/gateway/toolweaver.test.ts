import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleRequest, exampleRow } from "./example-request.ts";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";

const id = requestId();
let gateway: UnderTest;

const voted = (decision: "approve" | "deny") => {
  const request = exampleRequest({
    status: decision === "approve" ? "approved" : "denied",
    resolved_at: "2026-03-01T11:00:00.000Z",
  });
  const vote = {
    decision,
    voted_by: "bo",
    on_behalf_of: null,
    delegation_id: null,
    at: "2026-03-01T10:59:00.000Z",
    notes: null,
    reason: decision === "deny" ? "too risky" : null,
    payload_hash: "sha256:00",
    channel: "rest" as const,
  };
  const levels = request.levels.map((level) => ({
    ...level,
    groups: level.groups.map((group) => ({
      ...group,
      slots: group.slots.map((slot) => ({ ...slot, vote })),
    })),
  }));
  return { ...request, levels };
};

beforeAll(async () => {
  gateway = await openUnderTest({
    requests: () => ({
      result: { items: [exampleRow()], page: { next: null, total_estimate: 1 } },
    }),
    request: () => ({ result: voted("deny") }),
    approve: () => ({ result: voted("approve") }),
    deny: () => ({ result: voted("deny") }),
  });
});
afterAll(() => gateway.close());

describe("ToolWeaver's paths", () => {
  test("list what is pending", async () => {
    const answer = await gateway.call("GET", "/approval/pending");
    expect(answer.json).toEqual({
      pending_count: 1,
      requests: [
        {
          request_id: id,
          title: "Deploy app:v2.0.0",
          description: null,
          created_at: "2026-03-01T10:00:00.000Z",
          expires_at: "2026-03-02T10:00:00.000Z",
        },
      ],
    });
  });

  test("call a denied request rejected", async () => {
    const answer = await gateway.call("GET", `/approval/${id}`);
    expect(answer.json).toMatchObject({
      request_id: id,
      status: "rejected",
      proposed_action: { type: "kubernetes:deploy" },
    });
  });

  test("take the reviewer from the credential, whatever the body says", async () => {
    const body = { reviewer: "mallory", reason: "too risky" };
    const approved = await gateway.call("POST", `/approval/${id}/approve`, { body });
    expect(approved.json).toEqual({
      status: "approved",
      request_id: id,
      reviewer: "bo",
      approved_at: "2026-03-01T10:59:00.000Z",
    });
    const rejected = await gateway.call("POST", `/approval/${id}/reject`, { body });
    expect(rejected.json).toEqual({
      status: "rejected",
      request_id: id,
      reviewer: "bo",
      reason: "too risky",
      rejected_at: "2026-03-01T10:59:00.000Z",
    });
    expect(gateway.received.at(-1)).toMatchObject({ name: "deny" });
  });

  test("find nothing under what is no id", async () => {
    expect((await gateway.call("GET", "/approval/7")).status).toBe(404);
  });
});

test("metrics count answers by route, never by path", async () => {
  const { text } = await gateway.call("GET", "/metrics", { as: null });
  expect(text).toContain("countersign_up 1");
  expect(text).toContain('method="GET",route="/approval/:id",status="200"');
  expect(text).not.toContain(id);
});
