import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import {
  makeApi,
  type Answer,
  type Api,
  type ErrorBody,
  type TopicBody,
  type TransitionBody,
} from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, deployAsk, idOf, importFile } from "./asking.ts";

const policies = `
defaults: { agent_deciders: allow }
policies:
  - id: in-turn
    chain: [{ assignments: [{ type: round_robin, identifier: sre }] }]
  - id: judged
    chain: [{ assignments: [{ type: role, identifier: sre }], deciders: [{ type: agent, identifier: judge }, { type: agent, identifier: ci }] }]
  - id: security
    chain: [{ assignments: [{ type: role, identifier: security_team }] }]
  - id: with-security
    chain:
      - name: Both
        parallel:
          - { group: qa, assignments: [{ type: role, identifier: qa_lead }] }
          - { group: security, assignments: [{ type: workflow, identifier: security }] }
  - id: twice-at-most
    max_resubmissions: 1
    chain: [{ assignments: [{ type: role, identifier: qa_lead }] }]
  - id: one-a-release
    one_pending_per: "\${action.type}/\${context.release}"
    observers: [{ type: user, identifier: hal }]
    chain: [{ assignments: [{ type: role, identifier: qa_lead }] }]
  - id: by-director
    chain: [{ assignments: [{ type: user, identifier: "\${context.director_email}" }] }]
`;

const refusal = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];

const under = (policy: string, over: object = {}): object => ({
  policy,
  approvers: undefined,
  ...over,
});

describe("routing and asking", () => {
  let server: Standalone;
  let bot: Api;
  let judge: Api;

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    const ana = server.as("ana");
    await ana.put("/directory/people/hal", {
      name: "Hal",
      access: "approver",
      email: "hal@demo.example",
    });
    await ana.put("/directory/agents/judge", { name: "Judge", owner: "gus" });
    const { status, text } = await importFile(server, policies, "routing.yaml");
    expect(status, text).toBe(201);
    const answer = await fetch(`${server.url}/dev/tokens`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${server.token("ana")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ sub: "judge" }),
    });
    judge = makeApi(server.url, ((await answer.json()) as { token: string }).token, "demo");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const read = async (id: string): Promise<RequestView> => (await bot.get(`/approvals/${id}`)).body;
  const ended = async (id: string, status: string): Promise<RequestView> =>
    eventually(`${id} being ${status}`, async () => {
      const request = await read(id);
      return request.status === status ? request : undefined;
    });
  const vote = async (who: string, id: string, over: object = {}): Promise<RequestView> => {
    const { status, body, text } = await server.as(who).post(`/approvals/${id}/approve`, over);
    expect(status, text).toBe(200);
    return body;
  };
  const deny = async (who: string, id: string): Promise<RequestView> => {
    const answer = await server.as(who).post(`/approvals/${id}/deny`, {
      reason: "Wrong image.",
      notes: "Use 2.0.1.",
    });
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };
  const childOf = async (parent: string, place = 0): Promise<RequestView> => {
    const id = idOf((await read(parent)).children[place]);
    return eventually(`the child of ${parent}`, async () => {
      const answer = await bot.get<RequestView>(`/approvals/${id}`);
      return answer.status === 200 ? answer.body : undefined;
    });
  };

  test("slots given in turn go round, also for asks that come together, and after a restart", async () => {
    const many = await Promise.all([1, 2, 3, 4].map(() => asked(bot, under("in-turn"))));
    const whose = (request: RequestView): string =>
      request.levels[0]?.groups[0]?.slots.map(({ approver }) => approver).join() ?? "";
    expect(many.map(whose).toSorted()).toEqual(["eli", "eli", "fay", "fay"]);
    const odd = whose(await asked(bot, under("in-turn")));
    await server.stop();
    await server.start();
    const even = whose(await asked(bot, under("in-turn")));
    expect([odd, even].toSorted()).toEqual(["eli", "fay"]);
    const { body } = await bot.get<{ items: readonly RequestView[] }>("/approvals?limit=1");
    const [newest] = body.items;
    expect(newest?.levels[0]?.groups[0]?.slots[0]?.why).toBe("next in turn of sre");
  });

  test("an agent named as decider sees the request and decides; one of the same owner does not", async () => {
    const { id } = await asked(bot, under("judged"));
    expect((await judge.get(`/approvals/${id}`)).status).toBe(200);
    const listed = await judge.get<{ items: readonly RequestView[] }>("/approvals");
    expect(listed.body.items.map((item) => item.id)).toEqual([id]);
    expect(refusal(await server.as("ci").post(`/approvals/${id}/approve`, {}))).toEqual([
      403,
      "separation-of-duties",
    ]);
    const { status, body, text } = await judge.post(`/approvals/${id}/approve`, {});
    expect(status, text).toBe(200);
    expect(body).toMatchObject({
      status: "approved",
      resolution: { by: { kind: "agent", id: "judge" } },
    });
    expect((await judge.get(`/approvals/${id}/audit`)).status).toBe(200);
    const other = await asked(bot);
    expect((await judge.get(`/approvals/${other.id}`)).status).toBe(404);
    expect((await judge.get(`/approvals/${other.id}/audit`)).status).toBe(404);
    expect(refusal(await judge.post(`/approvals/${other.id}/approve`, {}))[0]).toBe(404);
  });

  test("a child request is made, decided by its own people, and answers its parent's slot", async () => {
    const parent = await asked(bot, under("with-security"));
    const child = await childOf(parent.id);
    expect(child).toMatchObject({
      parent: parent.id,
      status: "pending",
      payload_hash: parent.payload_hash,
      policy: { id: "security" },
      requester: parent.requester,
    });
    expect((await vote("bo", parent.id)).status).toBe("pending");
    const answered = await vote("fay", child.id);
    expect(answered).toMatchObject({ status: "approved", execution: null });
    const done = await ended(parent.id, "approved");
    expect(done.children).toMatchObject([{ id: child.id, status: "approved" }]);
    expect(done.execution).toMatchObject({ status: "granted" });
  });

  test("a denied child denies its parent with the same words", async () => {
    const parent = await asked(bot, under("with-security"));
    await deny("eli", (await childOf(parent.id)).id);
    const done = await ended(parent.id, "denied");
    expect(done.resolution).toMatchObject({ reason: "Wrong image.", notes: "Use 2.0.1." });
  });

  test("a child is cancelled with its parent", async () => {
    const parent = await asked(bot, under("with-security"));
    const child = await childOf(parent.id);
    expect((await bot.post(`/approvals/${parent.id}/cancel`, {})).status).toBe(200);
    await ended(child.id, "cancelled");
    expect((await read(parent.id)).children).toMatchObject([{ status: "cancelled" }]);
  });

  test("a policy that leads back to itself is refused", async () => {
    const circle = `policies:
  - { id: circle-a, chain: [{ assignments: [{ type: workflow, identifier: circle-b }] }] }
  - { id: circle-b, chain: [{ assignments: [{ type: workflow, identifier: circle-a }] }] }`;
    expect((await importFile(server, circle, "circle.yaml")).status).toBe(201);
    expect(refusal(await bot.post("/approvals", deployAsk(under("circle-a"))))).toEqual([
      422,
      "policy-cycle",
    ]);
  });

  test("a denied request is asked again once, with its feedback, and not for ever", async () => {
    const first = await asked(bot, under("twice-at-most"));
    const again = under("twice-at-most", { previous_request_id: first.id });
    expect(refusal(await bot.post("/approvals", deployAsk(again)))[0]).toBe(422);
    await deny("bo", first.id);
    expect(refusal(await server.as("ci").post("/approvals", deployAsk(again)))[0]).toBe(422);
    const key = { headers: { "idempotency-key": "again-1" } };
    const second = await bot.post<RequestView>("/approvals", deployAsk(again), key);
    expect(second.status, second.text).toBe(201);
    expect(second.body.attempts).toMatchObject([
      { id: first.id, status: "denied", reason: "Wrong image.", notes: "Use 2.0.1." },
    ]);
    expect((await bot.post("/approvals", deployAsk(again), key)).status).toBe(200);
    const third = await bot.post("/approvals", deployAsk(again));
    expect(refusal(third)).toEqual([409, "conflict"]);
    expect(third.text).toContain(second.body.id);
    await deny("bo", second.body.id);
    const more = deployAsk(under("twice-at-most", { previous_request_id: second.body.id }));
    expect(refusal(await bot.post("/approvals", more))).toEqual([422, "resubmission-limit"]);
  });

  test("a draft that failed its validation is shown to nobody and uses nothing up", async () => {
    const first = await asked(bot);
    await deny("bo", first.id);
    const draft = { previous_request_id: first.id, validation: { is_valid: false, issues: ["x"] } };
    const failed = await bot.post("/approvals", deployAsk(draft));
    expect(refusal(failed)).toEqual([422, "validation-failed"]);
    const id = String((JSON.parse(failed.text) as ErrorBody).error.details?.["approval_id"]);
    expect(await read(id)).toMatchObject({
      status: "cancelled",
      resolution: { by: { kind: "system" } },
      validation: { is_valid: false },
    });
    const mine = await server.as("bo").get("/approvals?mine=now");
    expect(mine.text).not.toContain(id);
    const second = await asked(bot, {
      previous_request_id: first.id,
      validation: { is_valid: true },
    });
    expect(second.attempts).toHaveLength(1);
  });

  test("one pending request each, by what the policy says, and free again after its end", async () => {
    const of = (release: string): object =>
      deployAsk(under("one-a-release", { context: { release } }));
    const first = await bot.post<RequestView>("/approvals", of("42"));
    expect(first.status, first.text).toBe(201);
    expect(first.body.observers).toEqual([{ type: "user", identifier: "hal" }]);
    const second = await server.as("ci").post("/approvals", of("42"));
    expect(refusal(second)).toEqual([409, "conflict"]);
    expect(second.text).toContain(first.body.id);
    expect((await bot.post("/approvals", of("43"))).status).toBe(201);
    await vote("bo", first.body.id);
    expect((await server.as("ci").post("/approvals", of("42"))).status).toBe(201);
    expect(refusal(await bot.post("/approvals", deployAsk(under("one-a-release"))))).toEqual([
      422,
      "unprocessable",
    ]);
    const together = await Promise.all([1, 2, 3].map(() => bot.post("/approvals", of("44"))));
    expect(together.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  test("a transition too takes what only one pending request may take", async () => {
    const workflow = `
workflow: { id: shipping }
states: { ready: { type: initial }, shipped: { type: final } }
transitions:
  - from: ready
    to: shipped
    name: Ship
    approval_chain:
      one_pending_per: "\${issue.train}"
      chain: [{ assignments: [{ type: role, identifier: qa_lead }] }]`;
    const { status, text } = await importFile(server, workflow, "shipping.yaml");
    expect(status, text).toBe(201);
    const ship = (id: string) =>
      bot.post<TransitionBody>("/transitions", {
        workflow: "shipping",
        topic: { id, attributes: { train: "T1" } },
        to: "shipped",
      });
    const first = await ship("one");
    expect(first.status, first.text).toBe(202);
    expect(refusal(await ship("two"))).toEqual([409, "conflict"]);
    const two = await bot.get<TopicBody>("/topics/shipping/two");
    expect(two.body).toMatchObject({ state: "ready", pending: [] });
    await vote("bo", first.body.approval_ids?.[0] ?? "");
    expect((await ship("two")).status).toBe(202);
  });

  test("an approver is found in the ask's facts, or refused with the place", async () => {
    const to = (director_email: string): object =>
      under("by-director", { context: { director_email } });
    const request = await asked(bot, to("HAL@demo.example"));
    expect(request.levels[0]?.groups[0]?.slots).toMatchObject([{ approver: "hal" }]);
    const unknown = await bot.post("/approvals", deployAsk(to("nobody@demo.example")));
    expect(refusal(unknown)).toEqual([422, "unknown-approver"]);
    expect(unknown.text).toContain("nobody@demo.example");
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    for (const type of ["ValidationFailed", "PendingClaimed"])
      expect(
        log.some((entry) => entry.type === type),
        type,
      ).toBe(true);
  });
});
