import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { errorOf, type Answer } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile } from "./asking.ts";
import { action, evaluate, gatesFile, type Evaluation } from "./gating.ts";

describe("whether an action would need approval, over REST and GraphQL", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
    const { status, body, text } = await importFile(server, gatesFile, "gates.yaml");
    expect(status, text).toBe(201);
    expect(body.ignored).toEqual([]);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const evaluated = (
    body: object,
    by = "deployment-bot",
    key?: string,
  ): Promise<Answer<Evaluation>> => evaluate(server, body, by, key);

  const approve = async (by: string, id: string): Promise<RequestView> => {
    const answer = await server.as(by).post<RequestView>(`/approvals/${id}/approve`, {});
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };

  test("an action is allowed, denied or escalated, with reasons and the trace", async () => {
    const allowed = await evaluated(action("x:y"));
    expect(allowed.status, allowed.text).toBe(200);
    expect(allowed.body).toEqual({
      decision: "ALLOW",
      reasons: [],
      policy_trace: {
        checks: [
          { check: "no-fridays", result: "pass" },
          { check: "risky", result: "pass" },
        ],
      },
    });
    const denied = await evaluated(action("db:drop"));
    expect(denied.body).toMatchObject({
      decision: "DENY",
      reasons: [{ code: "DENIED_BY_RULE", message: "Never by an agent." }],
    });
    const escalated = await evaluated({
      ...action("refund:pay", { amount: 501 }),
      policy_trace: { checks: [{ check: "mine", result: "pass" }] },
    });
    expect(escalated.body.decision).toBe("ESCALATE");
    expect(escalated.body.reasons.map(({ code }) => code)).toEqual(["AMOUNT_THRESHOLD"]);
    expect(escalated.body.policy_trace.checks?.map(({ check, result }) => [check, result])).toEqual(
      [
        ["mine", "pass"],
        ["no-fridays", "pass"],
        ["refunds", "escalate"],
        ["risky", "pass"],
      ],
    );
    expect(escalated.body.approval_id).toBeUndefined();
  });

  test("the trace has its checks also where there is nothing to hold an action against", async () => {
    await using bare = await startStandalone();
    const { body } = await evaluate(bare, action("x:y"), "ci");
    expect(body).toEqual({ decision: "ALLOW", reasons: [], policy_trace: { checks: [] } });
    await bare.finish();
  });

  test("a guard that misses a field asks for people", async () => {
    const { body } = await evaluated({ action: { type: "x:y", parameters: {} } });
    expect(body.decision).toBe("ESCALATE");
    expect(body.reasons.map(({ code }) => code)).toEqual(["GUARD_ERROR"]);
  });

  test("an approve rule lifts a gate that may be lifted, and no other", async () => {
    const write = (path: string, more: object = {}) => ({
      action: { type: "file_write", parameters: { path } },
      context: { weekday: "monday", namespace: "backend" },
      ...more,
    });
    const docs = await evaluated(write("docs/a.md"));
    expect(docs.body.decision).toBe("ALLOW");
    expect(docs.body.policy_trace.checks).toContainEqual(
      expect.objectContaining({ check: "docs", result: "pass", lifted_by: "docs-only" }),
    );
    expect((await evaluated(write("src/a.ts"))).body.decision).toBe("ESCALATE");
    const risky = await evaluated(write("docs/a.md", { risk_snapshot: { score: 0.9 } }));
    expect(risky.body.reasons.map(({ code }) => code)).toEqual(["HIGH_RISK_ACTION"]);
  });

  test("with ask, the request is made once for its key, with that trace", async () => {
    const body = { ...action("refund:pay", { amount: 900 }), title: "Refund", ask: true };
    const first = await evaluated(body, "ci", "refund-1");
    expect(first.status, first.text).toBe(200);
    const id = first.body.approval_id ?? "";
    const { body: request } = await server.as("ci").get<RequestView>(`/approvals/${id}`);
    expect(request).toMatchObject({
      status: "pending",
      gate_type: "amount_threshold",
      policy_trace: first.body.policy_trace,
      reason_codes: ["AMOUNT_THRESHOLD"],
      policies: [{ id: "gate:refunds", version: 1, gate: "refunds" }],
    });
    const again = await evaluated(body, "ci", "refund-1");
    expect(again.body).toEqual(first.body);
    const other = await evaluated({ ...body, title: "Another" }, "ci", "refund-1");
    expect([other.status, errorOf(other).code]).toEqual([409, "conflict"]);
    expect((await approve("bo", id)).status).toBe("approved");
    expect((await evaluated(body, "ci", "refund-1")).body).toEqual(first.body);
  });

  test("an ask without a title is called by its action's type", async () => {
    const { body } = await evaluated({ ...action("refund:pay", { amount: 900 }), ask: true });
    expect(body.decision).toBe("ESCALATE");
    const made = await server.as("ana").get<RequestView>(`/approvals/${body.approval_id}`);
    expect(made.body.title).toBe("refund:pay");
  });

  test("with ask, nothing is made of what is allowed or denied", async () => {
    const allowed = await evaluated({ ...action("x:y"), title: "X", ask: true });
    expect(allowed.body).toMatchObject({ decision: "ALLOW" });
    expect(allowed.body.approval_id).toBeUndefined();
    const denied = await evaluated({ ...action("db:drop"), title: "X", ask: true });
    expect([denied.status, denied.body.decision]).toEqual([200, "DENY"]);
  });

  test.each<[string, object, number, string]>([
    ["an unknown field", { ...action("x:y"), gate: "never" }, 422, "unknown-field"],
    ["no action", { title: "X" }, 422, "unprocessable"],
    ["another agent", { ...action("x:y"), agent: { id: "ci" } }, 422, "unprocessable"],
    ["a question that is none", { ...action("x:y"), ask: "yes" }, 422, "unprocessable"],
  ])("%s is refused", async (_, body, status, code) => {
    const answer = await evaluated(body);
    expect(answer.status, answer.text).toBe(status);
    expect(errorOf(answer).code).toBe(code);
  });

  test("viewers may not ask whether, and nobody else's org is there", async () => {
    const answer = await evaluated(action("x:y"), "vic");
    expect([answer.status, errorOf(answer).code]).toEqual([403, "forbidden"]);
  });

  test("GraphQL evaluates the same way, and refuses as a value", async () => {
    const query = `mutation ($input: EvaluateInput!) { evaluate(input: $input) {
      ... on EvaluateSuccess { decision reasons { code } policyTrace approvalId }
      ... on Refusal { code } } }`;
    const bot = server.graphql("deployment-bot");
    const input = {
      action: { type: "kubernetes:deploy", parameters: {} },
      title: "Deploy",
      ask: true,
    };
    const context = { weekday: "monday" };
    const made = await bot.data<{ evaluate: { decision: string; approvalId: string } }>(query, {
      input: { ...input, context },
    });
    expect(made.evaluate).toMatchObject({
      decision: "ESCALATE",
      reasons: [{ code: "REQUIRES_APPROVAL" }],
      approvalId: expect.stringMatching(/^apr_/),
    });
    const refused = await bot.data(query, { input: { ...input, title: "" } });
    expect(refused).toEqual({ evaluate: { code: "unprocessable" } });
  });

  test("the log of all this breaks no invariant", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
