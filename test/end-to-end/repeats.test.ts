import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Api, ErrorBody, TopicBody } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { deployAsk, importFile } from "./asking.ts";

const workflow = `workflow: { id: moves, name: Moves }
states: { a: { type: initial }, b: {}, c: {} }
transitions:
  - { from: a, to: b, name: At once }
  - from: a
    to: c
    name: One at a time
    approval_chain:
      one_pending_per: "\${issue.train}"
      chain: [{ assignments: [{ type: role, identifier: qa_lead }] }]
  - { from: b, to: c, name: Asked, require_approval: [{ assignment: { type: role, identifier: qa_lead } }] }
`;

const policy = (role: string): string =>
  `policy: { id: reviewed, chain: [{ assignments: [{ type: role, identifier: ${role} }] }] }`;

interface Moved {
  readonly status: string;
  readonly approval_ids?: readonly string[];
  readonly topic: TopicBody;
}

describe("a command repeated with its idempotency key, after the world went on", () => {
  let server: Standalone;
  let bot: Api;

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    expect((await importFile(server, workflow, "moves.yaml")).status).toBe(201);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const move = (id: string, from: string, to: string, key: string): Promise<Answer<Moved>> =>
    bot.post(
      "/transitions",
      { workflow: "moves", topic: { id, state: from }, to },
      { headers: { "idempotency-key": key } },
    );
  const decide = async (id: string, decision: string): Promise<void> => {
    const { status, text } = await server
      .as("bo")
      .post(`/approvals/${id}/${decision}`, { reason: "Because." });
    expect(status, text).toBe(200);
  };
  const free = (id: string): Promise<true> =>
    eventually("the topic to wait no more", async () => {
      const { body } = await bot.get<TopicBody>(`/topics/moves/${id}`);
      return body.pending.length === 0 ? true : undefined;
    });

  test("a transition that was denied is not called completed", async () => {
    const first = await move("one", "b", "c", "denied");
    expect([first.status, first.body.status]).toEqual([202, "blocked"]);
    const [approval = ""] = first.body.approval_ids ?? [];
    await decide(approval, "deny");
    await free("one");
    const again = await move("one", "b", "c", "denied");
    expect(again.status, again.text).toBe(202);
    expect(again.body).toMatchObject({
      status: "blocked",
      approval_ids: [approval],
      topic: { state: "b", pending: [], history: [] },
    });
  });

  test("a transition that is done is called so, also while another one waits", async () => {
    expect((await move("two", "a", "b", "first")).status).toBe(200);
    const blocked = await move("two", "b", "c", "second");
    expect(blocked.status).toBe(202);
    const first = await move("two", "a", "b", "first");
    expect([first.status, first.body.status]).toEqual([200, "completed"]);
    expect((await move("two", "b", "c", "second")).text).toBe(blocked.text);
    await decide(blocked.body.approval_ids?.[0] ?? "", "approve");
    await free("two");
    const second = await move("two", "b", "c", "second");
    expect([second.status, second.body.status]).toEqual([200, "completed"]);
  });

  test("a transition that was refused after all is refused again", async () => {
    const ship = (id: string): Promise<Answer<Moved>> =>
      bot.post(
        "/transitions",
        { workflow: "moves", topic: { id, attributes: { train: "T1" } }, to: "c" },
        { headers: { "idempotency-key": id } },
      );
    expect((await ship("three")).status).toBe(202);
    const first = await ship("four");
    expect(first.status, first.text).toBe(409);
    const again = await ship("four");
    expect(again.status, again.text).toBe(409);
    const messageOf = ({ text }: Answer<Moved>): string =>
      (JSON.parse(text) as ErrorBody).error.message;
    expect(messageOf(again)).toBe(messageOf(first));
  });

  test("an ask that was refused for its own validation is refused again, about the same request", async () => {
    const ask = deployAsk({ validation: { is_valid: false, issues: ["No image."] } });
    const headers = { "idempotency-key": "draft-1" };
    const details = async (): Promise<unknown> => {
      const { status, text } = await bot.post("/approvals", ask, { headers });
      expect(status, text).toBe(422);
      const { error } = JSON.parse(text) as ErrorBody;
      expect(error.code).toBe("validation-failed");
      return error.details;
    };
    const first = await details();
    expect(first).toMatchObject({ issues: ["No image."] });
    expect(await details()).toEqual(first);
  });

  test("an import names the version that it made, and whether it is active", async () => {
    const ana = server.as("ana");
    const importReviewed = (
      role: string,
      key: string,
    ): Promise<Answer<{ definitions: object[] }>> =>
      ana.post("/definitions", policy(role), {
        headers: { "content-type": "application/yaml", "idempotency-key": key },
      });
    const first = await importReviewed("qa_lead", "import-1");
    expect(first.status, first.text).toBe(201);
    expect((await importReviewed("sre", "import-2")).status).toBe(201);
    const again = await importReviewed("qa_lead", "import-1");
    expect(again.status, again.text).toBe(200);
    expect(again.body.definitions).toMatchObject([{ id: "reviewed", version: 1, active: false }]);
  });

  test("the same text under another file name is another import", async () => {
    const gates = 'gates: [{ gate_type: deny, actions: ["db:drop"] }]';
    const headers = { "content-type": "application/yaml", "idempotency-key": "gates-1" };
    const importGates = (name: string): Promise<Answer<unknown>> =>
      server.as("ana").post(`/definitions?name=${name}`, gates, { headers });
    expect((await importGates("one.yaml")).status).toBe(201);
    const other = await importGates("two.yaml");
    expect(other.status, other.text).toBe(409);
    expect((await importGates("one.yaml")).status).toBe(200);
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
