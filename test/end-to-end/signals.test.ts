import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  allPages,
  makeApi,
  type Answer,
  type Api,
  type ErrorBody,
  type TopicBody,
} from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile, moveRelease } from "./asking.ts";

interface Signalled {
  readonly topic?: TopicBody;
  readonly run?: { readonly id: string; readonly spent_usd: number; readonly reserved_usd: number };
}

const workflow = `
workflow: { id: release, name: Release, version: 1 }
states: { planned: { type: initial }, testing: {} }
transitions: [{ from: planned, to: testing, name: Start }]
`;

const answered = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];

describe("signals", () => {
  let server: Standalone;
  let bot: Api;
  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    expect((await importFile(server, workflow)).status).toBe(201);
    const moved = await moveRelease(bot, { id: "R-1", attributes: { version: "2.0" } }, "testing");
    expect(moved.status, moved.text).toBe(200);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const topic = { workflow: "release", id: "R-1" };
  const facts = (api: Api, said: object): Promise<Answer<Signalled>> =>
    api.post<Signalled>("/signals", { topic, facts: said });
  const spent = (api: Api, run: string, cost_usd: number, more: object = {}) =>
    api.post<Signalled>("/signals", { run, facts: { cost_usd }, ...more });
  const changes = (): { patch: object; by: object }[] =>
    server
      .readLog()
      .filter(({ type }) => type === "AttributesChanged")
      .map(({ data }) => data as { patch: object; by: object });

  test("facts merge into a topic's attributes, null removes, and each remembers who set it", async () => {
    const first = await facts(bot, { due_at: "2026-12-01T00:00:00Z", priority: "high" });
    expect(first.status, first.text).toBe(200);
    expect(first.body.topic).toMatchObject({
      id: "R-1",
      attributes: { due_at: "2026-12-01T00:00:00Z", priority: "high" },
    });
    const second = await facts(server.as("bo"), { priority: null, owner: { name: "Bo" } });
    const { body } = await bot.get<TopicBody>("/topics/release/R-1");
    expect(body).toEqual(second.body.topic);
    expect(body.attributes).toMatchObject({ owner: { name: "Bo" } });
    expect(body.attributes).not.toHaveProperty("priority");
    expect(changes()).toEqual([
      {
        patch: { due_at: "2026-12-01T00:00:00Z", priority: "high" },
        by: { kind: "agent", id: "deployment-bot" },
      },
      {
        patch: { priority: null, owner: { name: "Bo" } },
        by: { kind: "person", id: "bo" },
      },
    ]);
  });

  test("what this one said before, and still stands so, changes nothing", async () => {
    const before = changes().length;
    expect((await facts(server.as("bo"), { owner: { name: "Bo" } })).status).toBe(200);
    expect((await facts(server.as("bo"), { absent: null })).status).toBe(200);
    expect(changes()).toHaveLength(before);
    await facts(bot, { owner: { name: "Bo" } });
    expect(changes()).toHaveLength(before + 1);
  });

  test("a topic that is not there is not made by a signal", async () => {
    const unknown = { topic: { workflow: "release", id: "R-404" }, facts: { priority: "high" } };
    expect(answered(await bot.post("/signals", unknown))).toEqual([404, "not-found"]);
    const nowhere = { topic: { workflow: "nothing", id: "R-1" }, facts: { priority: "high" } };
    expect(answered(await bot.post("/signals", nowhere))).toEqual([404, "not-found"]);
  });

  test("costs add up in their run, for the credential alone", async () => {
    expect((await spent(bot, "r-1", 0.1)).body).toEqual({
      run: { id: "r-1", spent_usd: 0.1, reserved_usd: 0 },
    });
    expect((await spent(bot, "r-1", 0.2)).body.run?.spent_usd).toBe(0.3);
    expect((await spent(bot, "r-2", 1)).body.run?.spent_usd).toBe(1);
    expect((await spent(server.as("ci"), "r-1", 5)).body.run?.spent_usd).toBe(5);
    expect((await spent(bot, "r-1", 0)).body.run?.spent_usd).toBe(0.3);
  });

  test("a person means the agent that first named the run, and otherwise their own", async () => {
    expect((await spent(server.as("bo"), "r-1", 0.7)).body.run?.spent_usd).toBe(1);
    expect((await spent(bot, "r-1", 0)).body.run?.spent_usd).toBe(1);
    expect((await spent(server.as("bo"), "bo's own", 2)).body.run?.spent_usd).toBe(2);
    expect((await spent(bot, "bo's own", 0)).body.run?.spent_usd).toBe(0);
  });

  test("a repeat with the same idempotency key counts once", async () => {
    const headers = { "idempotency-key": "step-7" };
    const signal = { run: "r-3", facts: { cost_usd: 1 } };
    await bot.post("/signals", signal, { headers });
    const again = await bot.post<Signalled>("/signals", signal, { headers });
    expect(again.body.run?.spent_usd).toBe(1);
    const other = { run: "r-3", facts: { cost_usd: 2 } };
    expect(answered(await bot.post("/signals", other, { headers }))).toEqual([409, "conflict"]);
  });

  test("they survive a restart", async () => {
    await server.stop();
    await server.start();
    expect((await spent(bot, "r-1", 0)).body.run?.spent_usd).toBe(1);
    expect((await spent(server.as("bo"), "r-1", 0.5)).body.run?.spent_usd).toBe(1.5);
  });

  test.each([
    ["a negative cost", { run: "r", facts: { cost_usd: -1 } }, "facts.cost_usd"],
    ["a cost that is no number", { run: "r", facts: { cost_usd: "1" } }, "facts.cost_usd"],
    ["a cost beyond all sense", { run: "r", facts: { cost_usd: 1e300 } }, "facts.cost_usd"],
    ["no cost", { run: "r", facts: {} }, "facts.cost_usd"],
    ["another fact of a run", { run: "r", facts: { cost_usd: 1, tokens: 5 } }, "facts.tokens"],
    ["an empty run", { run: "", facts: { cost_usd: 1 } }, "run"],
    ["a settles that is no key", { run: "r", facts: { cost_usd: 1 }, settles: "a b" }, "settles"],
    ["no facts of a topic", { topic, facts: {} }, "facts"],
    ["facts that are a list", { topic, facts: [] }, "facts"],
    ["a topic id of other characters", { topic: { workflow: "release", id: "R 1" } }, "topic.id"],
    ["both", { topic, run: "r", facts: { cost_usd: 1 } }, "run"],
    ["nothing", {}, "topic"],
  ])("%s is refused at its field", async (_, said, path) => {
    const answer = await bot.post<ErrorBody>("/signals", said);
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body.error.details?.faults?.map((fault) => fault.path)).toContain(path);
  });

  test("a cost that is no finite number is no JSON of ours", async () => {
    const answer = await bot.post<ErrorBody>("/signals", '{"run":"r","facts":{"cost_usd":1e999}}');
    expect([400, 422]).toContain(answer.status);
  });

  test("viewers signal nothing", async () => {
    const vic = server.as("vic");
    expect(answered(await facts(vic, { priority: "low" }))).toEqual([403, "forbidden"]);
    expect(answered(await spent(vic, "r-1", 1))).toEqual([403, "forbidden"]);
  });

  test("another organisation's topics and runs are not there", async () => {
    const foreign = makeApi(server.url, server.token("bo"), "acme");
    expect(answered(await facts(foreign, { priority: "low" }))).toEqual([404, "not-found"]);
    expect(answered(await spent(foreign, "r-1", 1))).toEqual([404, "not-found"]);
  });

  test("they stand in the org's trail", async () => {
    const trail = await allPages<{ event: string; category: string }>(server.as("ana"), "/audit");
    expect(trail.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["AttributesChanged", "CostSettled"]),
    );
  });

  test("GraphQL takes them as well", async () => {
    const graphql = server.graphql("deployment-bot");
    const signal = `mutation ($input: SignalInput!) { signal(input: $input) {
      ... on SignalSuccess { topic { id attributes } run { id spentUsd reservedUsd } }
      ... on Refusal { code } } }`;
    expect(await graphql.data(signal, { input: { run: "g", facts: { cost_usd: 0.5 } } })).toEqual({
      signal: { topic: null, run: { id: "g", spentUsd: 0.5, reservedUsd: 0 } },
    });
    const said = { input: { topic, facts: { by: "GraphQL" } } };
    expect(await graphql.data(signal, said)).toMatchObject({
      signal: { topic: { id: "R-1", attributes: { by: "GraphQL" } }, run: null },
    });
    const wrong = { input: { run: "g", facts: { cost_usd: -1 } } };
    expect(await graphql.data(signal, wrong)).toEqual({ signal: { code: "unprocessable" } });
  });

  test("the log of all this holds", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
