import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openUnderTest, type UnderTest } from "./gateway-under-test.ts";
import { graphqlAnswers } from "./graphql-answers.ts";

let gateway: UnderTest;

beforeAll(async () => {
  gateway = await openUnderTest(graphqlAnswers);
});
afterAll(() => gateway.close());

const ask = (query: string) => gateway.call("POST", "/graphql", { body: { query } });

describe("what may not be asked", () => {
  const deep = (levels: number): string =>
    levels === 0
      ? "id"
      : `... on ApprovalRequest { levels { groups { slots { vote { at } } } } ${deep(levels - 1)} }`;

  test.each([
    ["nothing", ""],
    ["a syntax error", "{ viewer { id }"],
    ["an unknown field", "{ viewer { password } }"],
    ["two operations", "query A { viewer { id } } query B { viewer { id } }"],
    [
      "sixteen aliases",
      `{ ${Array.from({ length: 16 }, (_, index) => `a${index}: viewer { id }`).join(" ")} }`,
    ],
    ["a thousand tokens", `{ viewer { ${"id ".repeat(1100)} } }`],
    [
      "too costly a list",
      "{ approvalRequests(first: 100) { edges { node { context timeline { at } attachments { at } action { parameters } levels { groups { slots { vote { at } } } } } } } }",
    ],
    ["more than a hundred rows", "{ approvalRequests(first: 101) { totalEstimate } }"],
    [
      "a rounded number",
      `mutation { requestApproval(input: {title: "T", action: {type: "t", parameters: {a: 9007199254740993}}}) { __typename } }`,
    ],
    ["a wrong time", '{ stats(from: "yesterday") { approvalRate } }'],
    ["introspection outside of dev mode", "{ __schema { types { name } } }"],
  ])("%s is 400 with errors", async (_title, query) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    expect(answer.json).toHaveProperty("errors.0.message");
    expect(answer.text).not.toContain('"http"');
  });

  test("as deep as twelve, with connections not counted", async () => {
    const nested = deep(3);
    expect(
      (await ask(`{ approvalRequests(first: 1) { edges { node { ${nested} } } } }`)).status,
    ).toBe(200);
  });

  test.each([
    ["[]"],
    ["{"],
    ['{"query":1}'],
    ['{"query":"{viewer{id}}","variables":[]}'],
    ['{"query":"{viewer{id}}","extra":1}'],
    ['{"query":"{viewer{id}}","query":"{viewer{id}}"}'],
    ['[{"query":"{viewer{id}}"},{"query":"{viewer{id}}"}]'],
    ['{"query":"query A{viewer{id}}","operationName":"B"}'],
    ['{"query":"{viewer{id}}","operationName":"B"}'],
    ['{"query":"query($v:JSON){stats{approvalRate}}","variables":{"v":9007199254740993}}'],
  ])("the body %s is 400 with errors", async (body) => {
    const answer = await gateway.call("POST", "/graphql", { body });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  test("a form is 415, and GET is 405", async () => {
    const form = await gateway.call("POST", "/graphql", {
      body: "query={viewer{id}}",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const get = await gateway.call("GET", "/graphql?query={viewer{id}}");
    expect([form.status, get.status]).toEqual([415, 405]);
  });
});

test("in dev mode there are GraphiQL, introspection and tokens; nothing is loaded from elsewhere", async () => {
  await using dev = await openUnderTest(
    {
      person: (_message, body) =>
        body["id"] === "bo"
          ? { result: { id: "bo" } }
          : { error: { code: "not-found", message: "" } },
      agent: (_message, body) =>
        body["id"] === "ci"
          ? { result: { id: "ci" } }
          : { error: { code: "not-found", message: "" } },
    },
    { dev: { issue: async ({ org, sub, kind }) => `${org}/${sub}/${kind}` } },
  );
  const page = await dev.call("GET", "/graphql", { as: null, headers: { accept: "text/html" } });
  expect(page.status).toBe(200);
  expect(page.text).not.toMatch(/(?:src|href)="https?:/);
  const introspected = await dev.call("POST", "/graphql", {
    body: { query: getIntrospectionQuery() },
  });
  expect(introspected.json).toHaveProperty("data.__schema");
  const token = async (as: string, sub: unknown) =>
    dev.call("POST", "/dev/tokens", { as, body: { sub } });
  expect((await token("ana", "ci")).json).toEqual({
    token: "demo/ci/agent",
    sign_in_url: "http://127.0.0.1:4400/sign-in?token=demo%2Fci%2Fagent",
  });
  expect((await token("ana", "bo")).json).toMatchObject({ token: "demo/bo/person" });
  const statuses = [token("bo", "bo"), token("ana", "nobody"), token("ana", 7)];
  expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([403, 404, 422]);
  expect((await gateway.call("POST", "/dev/tokens", { as: "ana", body: {} })).status).toBe(404);
});
