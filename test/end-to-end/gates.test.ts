import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { errorOf, type Answer, type TransitionBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile, onlyApproval } from "./asking.ts";
import { action, evaluate, gatesFile, type Evaluation } from "./gating.ts";

describe("gates, in one process over REST", () => {
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

  const ask = async (body: object, by = "deployment-bot"): Promise<Answer<RequestView>> =>
    server.as(by).post("/approvals", { title: "Please", ...body });

  const approve = async (by: string, id: string): Promise<RequestView> => {
    const answer = await server.as(by).post<RequestView>(`/approvals/${id}/approve`, {});
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };

  test("every ask is held against the gates, whichever way it comes", async () => {
    const denied = await ask(action("db:drop"));
    expect(denied.status).toBe(422);
    expect(errorOf(denied)).toMatchObject({
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
    expect((await evaluated(to)).body.decision).toBe("ESCALATE");
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
      .poll(async () => (await evaluated(to)).body.decision, { timeout: 10_000 })
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

  test("a gate that an edit brings in brings its routing, counted from the creation", async () => {
    const routed = `gates:
  - { id: bulk-mail, gate_type: amount_threshold, actions: ["mail:*"], field: parameters.recipients, above: 100,
      routing: { primary: { role: security_team, timeout_minutes: 30 }, escalation: { role: admin, timeout_minutes: 60 }, final: { action: auto_reject, timeout_minutes: 120 } } }
`;
    expect((await importFile(server, routed, "mail.yaml")).status).toBe(201);
    const mail = (recipients: number) => action("mail:send", { recipients });
    const { body: asked } = await ask({ ...mail(5), policy: "everyday" });
    const { status, body, text } = await server
      .as("bo")
      .post<RequestView>(`/approvals/${asked.id}/modify`, {
        payload: { recipients: 500 },
        payload_hash: asked.payload_hash,
      });
    expect(status, text).toBe(200);
    expect(body.policies.map(({ gate }) => gate)).toContain("bulk-mail");
    const minutes = body.timeline.map(({ action: step, at }) => [
      step,
      (Date.parse(at) - Date.parse(asked.created_at)) / 60_000,
    ]);
    expect(minutes.slice(0, 3)).toEqual([
      ["escalate", 30],
      ["reminder", 60],
      ["auto_deny", 120],
    ]);
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
    expect(errorOf(denied)).toMatchObject({
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

  test("counterparties and gates are known again after a restart", async () => {
    await server.stop();
    await server.start();
    const to = (destination: string) => action("export:run", { destination });
    expect((await evaluated(to("partner-api.example.com"))).body.decision).toBe("ALLOW");
    expect((await evaluated(to("other.example.com"))).body.decision).toBe("ESCALATE");
  });

  test("the log of all this breaks no invariant", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
