import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { RequestView } from "@countersign/domain/request/wire.ts";
import type { Answer, ErrorBody, TransitionBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile, onlyApproval } from "./asking.ts";

const file = `
policies:
  - id: deploy-production
    chain: [{ name: SRE, assignments: [{ type: role, identifier: sre_lead }] }]
  - id: everyday
    chain: [{ name: QA, assignments: [{ type: role, identifier: qa_lead }] }]
gates:
  - { id: deploys, gate_type: require_approval, actions: ["kubernetes:*"], policy: deploy-production }
  - { id: refunds, gate_type: amount_threshold, actions: ["refund:*"], field: parameters.amount, above: 500, approvers: [team_lead] }
  - { id: partners, gate_type: new_counterparty, actions: ["export:*"], field: parameters.destination, approvers: [security_team] }
  - { id: risky, gate_type: high_risk, above: 0.8, policy: deploy-production }
  - { id: never, gate_type: deny, actions: ["db:drop"], message: "Never by an agent." }
  - { id: docs, gate_type: approval_level, level: on-write, namespace: backend, approvers: [content_team], liftable: true }
rules:
  - { id: docs-only, when: 'action.type == "file_write" && action.parameters.path.startsWith("docs/")', decide: approve, reason: "Documentation" }
  - { id: no-fridays, when: 'action.type != "workflow:transition" && context.weekday == "friday"', decide: deny, reason: "Not on a Friday." }
`;

/** The answer of `POST …/evaluate`. */
interface Evaluation {
  readonly decision: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly policy_trace: { readonly checks?: readonly JsonObject[] };
  readonly approval_id?: string;
}

const action = (type: string, parameters: object = {}): object => ({
  action: { type, parameters },
  context: { weekday: "monday" },
});

describe("gates, in one process over REST, GraphQL and the bus", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
    const { status, body, text } = await importFile(server, file, "gates.yaml");
    expect(status, text).toBe(201);
    expect(body.ignored).toEqual([]);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const evaluate = async (
    body: object,
    by = "deployment-bot",
    key?: string,
  ): Promise<Answer<Evaluation>> =>
    server
      .as(by)
      .post("/evaluate", body, key === undefined ? {} : { headers: { "idempotency-key": key } });

  const ask = async (body: object, by = "deployment-bot"): Promise<Answer<RequestView>> =>
    server.as(by).post("/approvals", { title: "Please", ...body });

  const approve = async (by: string, id: string): Promise<RequestView> => {
    const answer = await server.as(by).post<RequestView>(`/approvals/${id}/approve`, {});
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };

  test("an action is allowed, denied or escalated, with reasons and the trace", async () => {
    const allowed = await evaluate(action("x:y"));
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
    const denied = await evaluate(action("db:drop"));
    expect(denied.body).toMatchObject({
      decision: "DENY",
      reasons: [{ code: "DENIED_BY_RULE", message: "Never by an agent." }],
    });
    const escalated = await evaluate({
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

  test("a guard that misses a field asks for people", async () => {
    const { body } = await evaluate({ action: { type: "x:y", parameters: {} } });
    expect(body.decision).toBe("ESCALATE");
    expect(body.reasons.map(({ code }) => code)).toEqual(["GUARD_ERROR"]);
  });

  test("an approve rule lifts a gate that may be lifted, and no other", async () => {
    const write = (path: string, more: object = {}) => ({
      action: { type: "file_write", parameters: { path } },
      context: { weekday: "monday", namespace: "backend" },
      ...more,
    });
    const docs = await evaluate(write("docs/a.md"));
    expect(docs.body.decision).toBe("ALLOW");
    expect(docs.body.policy_trace.checks).toContainEqual(
      expect.objectContaining({ check: "docs", result: "pass", lifted_by: "docs-only" }),
    );
    expect((await evaluate(write("src/a.ts"))).body.decision).toBe("ESCALATE");
    const risky = await evaluate(write("docs/a.md", { risk_snapshot: { score: 0.9 } }));
    expect(risky.body.reasons.map(({ code }) => code)).toEqual(["HIGH_RISK_ACTION"]);
  });

  test("with ask, the request is made once for its key, with that trace", async () => {
    const body = { ...action("refund:pay", { amount: 900 }), title: "Refund", ask: true };
    const first = await evaluate(body, "ci", "refund-1");
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
    const again = await evaluate(body, "ci", "refund-1");
    expect(again.body).toEqual(first.body);
    const other = await evaluate({ ...body, title: "Another" }, "ci", "refund-1");
    expect([other.status, (other.body as unknown as ErrorBody).error.code]).toEqual([
      409,
      "conflict",
    ]);
    expect((await approve("bo", id)).status).toBe("approved");
    expect((await evaluate(body, "ci", "refund-1")).body).toEqual(first.body);
  });

  test("with ask, nothing is made of what is allowed or denied, and a title is needed", async () => {
    const allowed = await evaluate({ ...action("x:y"), title: "X", ask: true });
    expect(allowed.body).toMatchObject({ decision: "ALLOW" });
    expect(allowed.body.approval_id).toBeUndefined();
    const denied = await evaluate({ ...action("db:drop"), title: "X", ask: true });
    expect([denied.status, denied.body.decision]).toEqual([200, "DENY"]);
    const { status, body } = await evaluate({ ...action("x:y"), ask: true });
    expect(status).toBe(422);
    expect((body as unknown as ErrorBody).error).toMatchObject({
      code: "unprocessable",
      details: { faults: [{ path: "title" }] },
    });
  });

  test.each<[string, object, number, string]>([
    ["an unknown field", { ...action("x:y"), gate: "never" }, 422, "unknown-field"],
    ["no action", { title: "X" }, 422, "unprocessable"],
    ["another agent", { ...action("x:y"), agent: { id: "ci" } }, 422, "unprocessable"],
    ["a question that is none", { ...action("x:y"), ask: "yes" }, 422, "unprocessable"],
  ])("%s is refused", async (_, body, status, code) => {
    const answer = await evaluate(body);
    expect(answer.status, answer.text).toBe(status);
    expect((answer.body as unknown as ErrorBody).error.code).toBe(code);
  });

  test("viewers may not ask whether, and nobody else's org is there", async () => {
    const { status, body } = await evaluate(action("x:y"), "vic");
    expect([status, (body as unknown as ErrorBody).error.code]).toEqual([403, "forbidden"]);
  });

  test("every ask is held against the gates, whichever way it comes", async () => {
    const denied = await ask(action("db:drop"));
    expect(denied.status).toBe(422);
    expect((denied.body as unknown as ErrorBody).error).toMatchObject({
      code: "denied-by-rule",
      message: "Never by an agent.",
      details: { reasons: [{ code: "DENIED_BY_RULE" }] },
    });
    const { status, body, text } = await ask({
      ...action("kubernetes:deploy"),
      approvers: [{ type: "role", identifier: "qa_lead" }],
    });
    expect(status, text).toBe(201);
    expect(body).toMatchObject({
      policy: { id: "deploy-production", version: 1 },
      observers: [{ type: "role", identifier: "qa_lead" }],
    });
    expect(body.levels.map(({ name }) => name)).toEqual(["SRE"]);
    expect((await approve("dee", body.id)).status).toBe("approved");
    const named = await ask({ ...action("kubernetes:deploy"), policy: "everyday" });
    expect(named.body.levels.map(({ name }) => name)).toEqual(["SRE", "QA"]);
  });

  test("a counterparty is new until a request naming it was executed", async () => {
    const to = action("export:run", { destination: "partner-api.example.com" });
    const { body: request } = await ask(to);
    expect(request.reason_codes).toEqual(["NEW_COUNTERPARTY"]);
    await approve("eli", request.id);
    expect((await evaluate(to)).body.decision).toBe("ESCALATE");
    const bot = server.as("deployment-bot");
    const { body: granted } = await bot.get<RequestView & { grant: string }>(
      `/approvals/${request.id}`,
    );
    const { payload_hash, grant } = granted;
    await bot.post(`/approvals/${request.id}/consume`, { grant, payload_hash });
    const done = { status: "executed", payload_hash };
    const executed = await bot.post(`/approvals/${request.id}/execution`, done);
    expect(executed.status, executed.text).toBe(200);
    await expect
      .poll(async () => (await evaluate(to)).body.decision, { timeout: 10_000 })
      .toBe("ALLOW");
  });

  test("an edit that a gate denies is refused, and one that fires a gate adds its levels", async () => {
    const { body: request } = await ask(
      { ...action("refund:pay", { amount: 20 }), policy: "everyday" },
      "ci",
    );
    expect(request.gate_type).toBeNull();
    const edited = await server.as("bo").post<RequestView>(`/approvals/${request.id}/modify`, {
      payload: { amount: 9000 },
      payload_hash: request.payload_hash,
    });
    expect(edited.status, edited.text).toBe(200);
    expect(edited.body.levels.map(({ name, status }) => [name, status])).toEqual([
      ["QA", "approved"],
      ["refunds", "open"],
    ]);
    expect(edited.body.policies).toEqual([
      { id: "everyday", version: 1, gate: null },
      { id: "gate:refunds", version: 1, gate: "refunds" },
    ]);
    const answer = await server.as("cy").post<RequestView>(`/approvals/${request.id}/approve`, {
      payload_hash: edited.body.payload_hash,
    });
    expect(answer.body.status, answer.text).toBe("approved");
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
    const refused = await bot.data(query, { input: { ...input, title: null } });
    expect(refused).toEqual({ evaluate: { code: "unprocessable" } });
  });

  test("transitions are held against the gates too, also those that nobody else would be asked about", async () => {
    const frozen = `
gates:
  - { id: frozen, gate_type: deny, actions: ["workflow:transition"], when: 'transition.to == "testing"', message: "Frozen." }
  - { id: changes, gate_type: require_approval, actions: ["workflow:transition"], when: 'transition.to == "open" || transition.to == "ready"', policy: everyday }
`;
    const workflow = `
workflow: { id: parcel, name: Parcel }
states: { new: { type: initial }, open: {}, ready: {}, testing: {} }
transitions:
  - { from: new, to: open, name: Open }
  - { from: open, to: testing, name: Test }
  - { from: open, to: ready, name: Finish, require_approval: [{ assignment: { type: role, identifier: director } }] }
`;
    for (const [source, name] of [
      [workflow, "parcel.yaml"],
      [frozen, "frozen.yaml"],
    ] as const) {
      const imported = await importFile(server, source, name);
      expect(imported.status, imported.text).toBe(201);
    }
    const move = async (to: string): Promise<Answer<TransitionBody>> =>
      server.as("ci").post("/transitions", {
        workflow: "parcel",
        topic: { id: "P-1", attributes: { weekday: "monday" } },
        to,
      });
    const opening = await move("open");
    const id = onlyApproval(opening);
    const { body: request } = await server.as("ci").get<RequestView>(`/approvals/${id}`);
    expect(request.policies.map(({ id: policy, gate }) => [policy, gate])).toEqual([
      ["everyday", "changes"],
    ]);
    expect((await approve("bo", id)).status).toBe("approved");
    await expect
      .poll(
        async () =>
          (await server.as("ci").get<TransitionBody["topic"]>("/topics/parcel/P-1")).body.state,
        { timeout: 10_000 },
      )
      .toBe("open");
    const denied = await move("testing");
    expect(denied.status).toBe(422);
    expect((denied.body as unknown as ErrorBody).error).toMatchObject({
      code: "denied-by-rule",
      message: "Frozen.",
    });
    const both = onlyApproval(await move("ready"));
    const { body: finishing } = await server.as("ci").get<RequestView>(`/approvals/${both}`);
    expect(finishing.policies.map(({ id: policy, gate }) => [policy, gate])).toEqual([
      ["everyday", "changes"],
      ["parcel--open--ready", null],
    ]);
  });

  test("the log of all this breaks no invariant", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
