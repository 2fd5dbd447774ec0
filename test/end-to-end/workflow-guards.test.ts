import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { Answer, TransitionBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile, onlyApproval } from "./asking.ts";
import {
  guardSecret,
  signatureOf,
  startOutside,
  type OutsideService,
  type Reply,
} from "./outside-service.ts";

const workflow = (url: string): string => `
workflow:
  id: shop
  transitions:
    - { from: cart, to: paid }
    - from: paid
      to: refunded
      require_approval: [{ assignment: { type: role, identifier: manager } }]
    - { from: paid, to: shipped }
    - { from: paid, to: cart }
guards:
  - { id: fraud, to: paid, url: "${url}", timeout: 1s, policy: by-hand }
  - { id: stock, to: refunded, url: "${url}" }
policy:
  id: by-hand
  chain: [{ assignments: [{ type: role, identifier: team_lead }] }]
`;

describe("workflow guards", () => {
  let server: Standalone;
  let outside: OutsideService;
  let reply: Reply = { status: "allow" };
  /** Happens while the guard thinks. */
  let meanwhile: (() => Promise<unknown>) | null = null;
  let topics = 0;
  let topicId = "";

  beforeAll(async () => {
    outside = await startOutside(async () => {
      await meanwhile?.();
      return reply;
    });
    server = await startStandalone({
      env: { COUNTERSIGN_GUARD_ALLOW_PRIVATE: "yes", COUNTERSIGN_GUARD_SECRET: guardSecret },
    });
    const { status, text } = await importFile(server, workflow(outside.url), "shop.yaml");
    expect(status, text).toBe(201);
  });
  afterAll(async () => {
    const { violations } = await server.finish();
    await server[Symbol.asyncDispose]();
    await outside[Symbol.asyncDispose]();
    expect(violations).toEqual([]);
  });
  beforeEach(() => {
    topicId = `order-${++topics}`;
  });

  const move = (to: string, state?: string): Promise<Answer<TransitionBody>> =>
    server.as("deployment-bot").post("/transitions", {
      workflow: "shop",
      topic: { id: topicId, attributes: { total: 40 }, ...(state === undefined ? {} : { state }) },
      to,
    });
  const request = async (id: string): Promise<RequestView> =>
    (await server.as("ana").get<RequestView>(`/approvals/${id}`)).body;

  test("one that allows lets the transition pass, and was asked with our signature", async () => {
    reply = { status: "allow" };
    const moved = await move("paid", "cart");
    expect(moved.status, moved.text).toBe(200);
    const question = outside.questions.at(-1);
    if (question === undefined) throw new Error("the guard was not asked");
    expect(question.body).toMatchObject({
      type: "workflow.before_transition",
      org: "demo",
      workflow: "shop",
      topic: { id: topicId, state: "cart", attributes: { total: 40 } },
      transition: { from: "cart", to: "paid" },
      requester: { kind: "agent", id: "deployment-bot", owner: "ana" },
      approval_required: false,
    });
    expect(question.headers["webhook-signature"]).toBe(signatureOf(question));
    expect(question.body["id"]).toBe(question.headers["webhook-id"]);
  });

  test("one that denies refuses it with its own words", async () => {
    reply = { status: "deny", message: "Stolen card.", metadata: { case: 7 } };
    const moved = await move("paid", "cart");
    expect(moved.status).toBe(422);
    expect(JSON.parse(moved.text)).toMatchObject({
      error: {
        code: "denied-by-rule",
        message: "Stolen card.",
        details: { guard: "fraud", metadata: { case: 7 } },
      },
    });
  });

  test("one that is unsure asks people, who see what it knows", async () => {
    reply = {
      status: "pending",
      message: "AI review pending",
      metadata: { ai_result: "looks fine", recommendation: "Proceed" },
    };
    const id = onlyApproval(await move("paid", "cart"));
    const asked = await request(id);
    expect(asked).toMatchObject({
      policy: { id: "by-hand" },
      context: {},
      attachments: [
        {
          by: { kind: "system", id: "guard:fraud" },
          context: {
            guard: "fraud",
            status: "pending",
            message: "AI review pending",
            metadata: { ai_result: "looks fine", recommendation: "Proceed" },
          },
        },
      ],
    });
    // A crash between the block and its request loses nothing: the block holds what the request is made of.
    const block = server
      .readLog()
      .find(({ type, data }) => type === "TransitionBlocked" && JSON.stringify(data).includes(id));
    expect(block?.data).toMatchObject({ ask: { attachments: [{ context: { guard: "fraud" } }] } });
    const { status } = await server.as("bo").post(`/approvals/${id}/approve`, {});
    expect(status).toBe(200);
  });

  test.each([
    ["is silent", null, "No answer: it did not answer in time."],
    ["fails", 500, "No answer: it answered 500."],
    ["sends elsewhere", 307, "No answer: it answered 307."],
    ["says something else", { status: "maybe" }, "It answered with none of"],
  ])("one that %s means that people are asked", async (_how, answer, message) => {
    reply = answer;
    const asked = await request(onlyApproval(await move("paid", "cart")));
    expect(asked.attachments).toMatchObject([
      { context: { status: "no-answer", message: expect.stringContaining(message) } },
    ]);
    expect(outside.questions.at(-1)?.body["topic"]).toMatchObject({ id: topicId });
  });

  test("one that allows takes nothing away from the approval that is written", async () => {
    reply = { status: "allow" };
    await move("paid", "cart");
    reply = { status: "allow", metadata: { stock: "back" } };
    const asked = await request(onlyApproval(await move("refunded")));
    expect(asked.policy).toMatchObject({ id: "shop--paid--refunded" });
    expect(asked.attachments).toMatchObject([
      { context: { status: "allow", metadata: { stock: "back" } } },
    ]);
    const before = outside.questions.length;
    expect((await move("refunded")).status).toBe(202);
    expect(outside.questions).toHaveLength(before);
  });

  test("what changed while the guard was thinking is looked at by people", async () => {
    reply = { status: "allow" };
    await move("paid", "cart");
    expect((await move("cart")).status).toBe(200);
    meanwhile = () =>
      server
        .as("gus")
        .post("/signals", { topic: { workflow: "shop", id: topicId }, facts: { country: "X" } });
    const moved = await move("paid");
    meanwhile = null;
    const asked = await request(onlyApproval(moved));
    expect(asked).toMatchObject({ policy: { id: "by-hand" }, attachments: [] });
    expect(asked.action.parameters).toMatchObject({ attributes: { total: 40, country: "X" } });
  });

  test("a move without a guard, one that is refused anyway, and one of a viewer ask nobody", async () => {
    reply = { status: "allow" };
    await move("paid", "cart");
    const before = outside.questions.length;
    expect((await move("shipped")).status).toBe(200);
    expect((await move("paid")).status).toBe(422);
    const viewer = await server
      .as("vic")
      .post("/transitions", { workflow: "shop", topic: { id: "v", state: "cart" }, to: "paid" });
    expect(viewer.status).toBe(403);
    expect(outside.questions).toHaveLength(before);
  });

  test("guards are definitions: listed, compared in words, and asked no more when they are retired", async () => {
    const ana = server.as("ana");
    const { body } = await ana.get<{ definitions: { id: string }[] }>("/definitions?kind=guard");
    expect(body.definitions.map(({ id }) => id).toSorted()).toEqual(["fraud", "stock"]);
    const narrower = `guards: [{ id: stock, workflow: shop, from: shipped, to: refunded, url: "${outside.url}" }]`;
    const imported = await importFile(server, narrower, "shop.yaml");
    expect(imported.status, imported.text).toBe(201);
    const diff = await ana.get<{ changes: { path: string; loosens: boolean }[] }>(
      "/definitions/guard/stock/diff?from=1&to=2",
    );
    expect(diff.body.changes).toMatchObject([{ path: "from", loosens: true }]);
    expect((await ana.delete("/definitions/guard/fraud")).status).toBe(200);
    const before = outside.questions.length;
    reply = { status: "deny" };
    expect((await move("paid", "cart")).status).toBe(200);
    expect(outside.questions).toHaveLength(before);
  });
});

test("a guard on a private address is not asked unless the operator allows it", async () => {
  await using outside = await startOutside(() => ({ status: "allow" }));
  await using server = await startStandalone();
  await importFile(server, workflow(outside.url), "shop.yaml");
  const moved = await server.as("deployment-bot").post<TransitionBody>("/transitions", {
    workflow: "shop",
    topic: { id: "order", state: "cart" },
    to: "paid",
  });
  const { body } = await server.as("ana").get<RequestView>(`/approvals/${onlyApproval(moved)}`);
  expect(body.attachments).toMatchObject([
    { context: { message: expect.stringContaining("private address") } },
  ]);
  expect(outside.questions).toEqual([]);
});
