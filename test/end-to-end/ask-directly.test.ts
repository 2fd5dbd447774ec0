import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { Answer, Api, ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, deployAsk } from "./asking.ts";

const codeOf = ({ text }: Answer<unknown>): string => (JSON.parse(text) as ErrorBody).error.code;

describe("asking directly", () => {
  let server: Standalone;
  let bot: Api;
  let bo: Api;
  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    bo = server.as("bo");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("a request shows every key from the beginning, with its payload's hash", async () => {
    const request = await asked(bot, {
      reason_codes: ["REQUIRES_APPROVAL"],
      agent: { id: "deployment-bot", name: "Deployment Bot", version: "2.1.0" },
      links: { pipeline: "release", url: "https://ci.example/1" },
      risk_snapshot: { score: 0.4 },
      urgency: "high",
    });
    // Keys in code point order and no spaces: the RFC 8785 form of this action.
    const canonical =
      '{"parameters":{"image":"app:v2.0.0","replicas":3},"type":"kubernetes:deploy"}';
    expect(request).toMatchObject({
      org: "demo",
      status: "pending",
      payload_hash: `sha256:${createHash("sha256").update(canonical).digest("hex")}`,
      payload_version: 1,
      policy: null,
      urgency: "high",
      blocked: false,
      execution: null,
      resolution: null,
      resolved_at: null,
      questions: [],
      claimed_by: null,
    });
    expect(request.id).toMatch(/^apr_[0-9A-Z]{26}$/);
    const { body } = await bo.get(`/approvals/${request.id}`);
    expect(body).toEqual(request);
  });

  test("an approval resolves the request once; the same vote again changes nothing", async () => {
    const { id, payload_hash } = await asked(bot);
    const vote = { notes: "Fine", payload_hash, level: 1 };
    const first = await bo.post(`/approvals/${id}/approve`, vote);
    expect([first.status, first.body.status]).toEqual([200, "approved"]);
    expect(first.body.levels[0]?.groups[0]?.slots[0]).toMatchObject({
      approver: "bo",
      counted: true,
      vote: { decision: "approve", voted_by: "bo", notes: "Fine", channel: "rest" },
    });
    const again = await bo.post(`/approvals/${id}/approve`, vote);
    expect([again.status, again.body.position]).toEqual([200, first.body.position]);
    const late = await server.as("cy").post(`/approvals/${id}/deny`, { reason: "No" });
    expect([late.status, codeOf(late)]).toEqual([409, "already-resolved"]);
    expect(JSON.parse(late.text)).toMatchObject({
      error: { details: { resolved_by: { kind: "person", id: "bo" }, status: "approved" } },
    });
  });

  test("a deny needs a reason, and ends the request with it", async () => {
    const { id } = await asked(bot);
    for (const body of [{}, { reason: "" }, { reason: null }]) {
      const refused = await bo.post(`/approvals/${id}/deny`, body);
      expect([refused.status, codeOf(refused)]).toEqual([422, "reason-required"]);
    }
    const denied = await bo.post(`/approvals/${id}/deny`, { reason: "Freeze" });
    expect(denied.body).toMatchObject({
      status: "denied",
      resolution: { by: { kind: "person", id: "bo" }, reason: "Freeze" },
      execution: null,
    });
  });

  test("a vote on another payload than the request's is refused", async () => {
    const { id } = await asked(bot);
    const vote = { payload_hash: `sha256:${"0".repeat(64)}` };
    const refused = await bo.post(`/approvals/${id}/approve`, vote);
    expect([refused.status, codeOf(refused)]).toEqual([409, "payload-changed"]);
    const ahead = await bo.post(`/approvals/${id}/approve`, { level: 2 });
    expect(ahead.status).toBe(409);
  });

  test("the requester and the owner cancel; others may not", async () => {
    const { id } = await asked(bot);
    const refused = await bo.post(`/approvals/${id}/cancel`, {});
    expect([refused.status, codeOf(refused)]).toEqual([403, "forbidden"]);
    const cancelled = await bot.post(`/approvals/${id}/cancel`, { reason: "Superseded" });
    expect(cancelled.body).toMatchObject({
      status: "cancelled",
      resolution: { by: { kind: "agent", id: "deployment-bot" }, reason: "Superseded" },
    });
    const late = await bo.post(`/approvals/${id}/approve`, {});
    expect([late.status, codeOf(late)]).toEqual([409, "already-resolved"]);
    const other = await asked(bot);
    expect((await server.as("ana").post(`/approvals/${other.id}/cancel`, {})).status).toBe(200);
  });

  test("it expires by itself, within a second of its time, by the timer", async () => {
    const request = await asked(bot, { expires_in: "5s" });
    expect(Date.parse(request.expires_at ?? "") - Date.parse(request.created_at)).toBe(5000);
    const { body } = await bot.get(`/approvals/${request.id}?wait=30s`);
    expect(body).toMatchObject({
      status: "expired",
      resolution: { by: { kind: "timer", id: "expiry" } },
      execution: null,
    });
    // Both times are the server's own: how long after its due time the expiry took effect.
    const late = Date.parse(body.resolved_at ?? "") - Date.parse(body.expires_at ?? "");
    expect(late).toBeLessThan(1000);
    expect(late).toBeGreaterThanOrEqual(0);
    const slots = body.levels[0]?.groups[0]?.slots.map(({ status }) => status);
    expect(slots).toEqual(["not_required", "not_required"]);
    const vote = await bo.post(`/approvals/${request.id}/approve`, {});
    expect([vote.status, codeOf(vote)]).toEqual([409, "already-resolved"]);
  });

  test("a long poll returns at the decision, with the decision", async () => {
    const { id } = await asked(bot);
    const answered: string[] = [];
    const poll = bot.get(`/approvals/${id}?wait=30s`).then((answer) => {
      answered.push("poll");
      return answer;
    });
    // A poll that did not wait would be answered before this round trip through all parts is.
    await bo.get(`/approvals?status=pending`);
    expect(answered).toEqual([]);
    const vote = await bo.post(`/approvals/${id}/approve`, {});
    const { status, body } = await poll;
    expect(status).toBe(200);
    // The asker alone is shown its grant.
    expect(body).toEqual({ ...vote.body, grant: expect.stringMatching(/./) });
    const over = await bot.get(`/approvals/${id}?wait=30s`);
    expect(over.body.status).toBe("approved");
  });

  test("a long poll ends with the request as it stands when nobody decides", async () => {
    const { id } = await asked(bot);
    const { status, body } = await bot.get(`/approvals/${id}?wait=1s`);
    expect([status, body.status]).toEqual([200, "pending"]);
  });

  test("a read that names a position sees at least that", async () => {
    const { id } = await asked(bot);
    const vote = await bo.post(`/approvals/${id}/approve`, {});
    const read = await bot.get(`/approvals/${id}?min_position=${vote.body.position}`);
    expect(read.body.status).toBe("approved");
    const malformed = await bot.get(`/approvals/${id}?min_position=soon`);
    expect([malformed.status, codeOf(malformed)]).toEqual([400, "bad-request"]);
  });

  test("the same key and body ask once, whoever loses the answer; another body is a conflict", async () => {
    const headers = { "idempotency-key": "deploy-42" };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => bot.post("/approvals", deployAsk(), { headers })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array(7).fill(200),
      201,
    ]);
    const [first] = answers;
    expect(new Set(answers.map(({ body }) => body.id))).toEqual(new Set([first?.body.id]));
    // The same JSON with its keys in another order is the same body.
    const turned = Object.fromEntries(Object.entries(deployAsk()).reverse());
    expect((await bot.post("/approvals", turned, { headers })).status).toBe(200);
    const other = await bot.post("/approvals", deployAsk({ title: "Another" }), { headers });
    expect([other.status, codeOf(other)]).toEqual([409, "conflict"]);
    const foreign = await server.as("ci").post("/approvals", deployAsk(), { headers });
    expect(foreign.status).toBe(201);
    expect(foreign.body.id).not.toBe(first?.body.id);
  });

  test("a key on a decision makes it once, and holds its body", async () => {
    const { id } = await asked(bot);
    const headers = { "idempotency-key": "vote-1" };
    const path = `/approvals/${id}/approve`;
    const votes = await Promise.all(
      Array.from({ length: 4 }, () => bo.post(path, { notes: "Yes" }, { headers })),
    );
    expect(votes.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(votes.map(({ body }) => body.position)).size).toBe(1);
    const other = await bo.post(path, { notes: "Yes, but" }, { headers });
    expect([other.status, codeOf(other)]).toEqual([409, "conflict"]);
  });

  test("one key has at most one pending request, until that one ends", async () => {
    const dedupe = { dedupe: "release-42" };
    const first = await asked(bot, dedupe);
    const second = await bot.post("/approvals", deployAsk(dedupe));
    expect([second.status, codeOf(second)]).toEqual([409, "conflict"]);
    expect(JSON.parse(second.text)).toMatchObject({
      error: { details: { approval_id: first.id } },
    });
    await bo.post(`/approvals/${first.id}/deny`, { reason: "No" });
    const third: RequestView = await asked(bot, dedupe);
    expect(third.id).not.toBe(first.id);
  });

  test("two at once: one decides, the other learns who did", async () => {
    const { id } = await asked(bot);
    const both = await Promise.all([
      bo.post(`/approvals/${id}/approve`, {}),
      server.as("cy").post(`/approvals/${id}/deny`, { reason: "No" }),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    expect(log.map(({ type }) => type)).toContain("RequestExpired");
  });
});
