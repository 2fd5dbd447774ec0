import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { printedSchema } from "@countersign/gateway/graphql/schema.ts";
import { exampleRequest, exampleRow } from "./example-request.ts";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";

const id = requestId();
let gateway: UnderTest;

beforeAll(async () => {
  gateway = await openUnderTest({
    request: (_message, body) =>
      body["id"] === id
        ? { result: exampleRequest() }
        : { error: { code: "not-found", message: "absent" } },
    requests: (_message, body) => ({
      result: {
        items: [1, 2, 3].map((number) => exampleRow({ id: requestId(number) })),
        page: { next: body["after"] === undefined ? "n1" : null, total_estimate: 6 },
      },
    }),
    counts: () => ({ result: { mine_now: 2, mine_later: 1, as_delegate: 0, pending: 9 } }),
    audit: () => ({
      result: {
        items: [
          {
            at: "2026-03-01T10:00:00.000Z",
            event: "VoteCast",
            request: id,
            actor: { kind: "person", id: "bo" },
            channel: "graphql",
            notes: null,
            reason: null,
            position: "12",
          },
        ],
        page: { next: null, total_estimate: 1 },
      },
    }),
    approve: () => ({ result: exampleRequest({ status: "approved" }) }),
    deny: () => ({
      error: { code: "reason-required", message: "A deny needs a reason.", details: { a: 1 } },
    }),
    cancel: () => ({ error: { code: "unavailable", message: "behind" } }),
    "request-approval": () => ({ result: exampleRequest(), outcome: "created" }),
    "request-transition": () => ({
      result: {
        status: "blocked",
        approval_ids: [id],
        topic: { id: "7", workflow: "release", state: "staging", attributes: {}, pending: [id] },
      },
      outcome: "blocked",
    }),
    "import-definitions": () => ({
      result: {
        definitions: [{ kind: "workflow", id: "release", version: 1, active: true, hash: "h" }],
        warnings: [],
        ignored: [{ path: "hooks" }],
      },
      outcome: "created",
    }),
  });
});
afterAll(() => gateway.close());

const ask = async (query: string, variables?: object, as: string | null = "bo") =>
  gateway.call("POST", "/graphql", { as, body: { query, variables } });

test("the committed schema is the one that is served", async () => {
  const file = join(import.meta.dirname, "../../../schema.graphql");
  expect(await readFile(file, "utf8")).toBe(printedSchema());
});

describe("queries", () => {
  test("show a request in camelCase, with enums in capitals", async () => {
    const answer = await ask(
      `query ($id: ID!) { approvalRequest(id: $id) {
        id status urgency payloadHash action { type parameters } requester { kind id owner }
        policy { id version } levels { number status groups { needed slots { approver status vote { at } } } }
        timeline { at action } context expiresAt
      } }`,
      { id },
    );
    expect(answer.status).toBe(200);
    expect(answer.json["data"]).toEqual({
      approvalRequest: {
        id,
        status: "PENDING",
        urgency: "HIGH",
        payloadHash: "sha256:00",
        action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0" } },
        requester: { kind: "AGENT", id: "ci", owner: "ana" },
        policy: { id: "release", version: 3 },
        levels: [
          {
            number: 1,
            status: "OPEN",
            groups: [{ needed: 1, slots: [{ approver: "bo", status: "OPEN", vote: null }] }],
          },
        ],
        timeline: [{ at: "2026-03-02T10:00:00.000Z", action: "expiry" }],
        context: { issue: 7 },
        expiresAt: "2026-03-02T10:00:00.000Z",
      },
    });
  });

  test("answer null for what is absent, foreign or no id at all", async () => {
    for (const absent of [requestId(9), "x", "../etc"]) {
      const answer = await ask("query ($id: ID!) { approvalRequest(id: $id) { id } }", {
        id: absent,
      });
      expect(answer.json).toEqual({ data: { approvalRequest: null } });
    }
  });

  test("page through lists by cursor, and hand filters on as REST spells them", async () => {
    const query = `query ($after: String) {
      approvalRequests(filter: {mine: NOW, status: [PENDING, DENIED], reasonCode: "A", from: "2026-03-01"},
        sort: URGENCY, first: 3, after: $after) {
        edges { cursor node { id title } } pageInfo { hasNextPage endCursor } totalEstimate
      } }`;
    const first = await ask(query);
    const page = (
      first.json["data"] as {
        approvalRequests: {
          edges: { cursor: string }[];
          pageInfo: { endCursor: string; hasNextPage: boolean };
          totalEstimate: number;
        };
      }
    ).approvalRequests;
    expect(page).toMatchObject({
      edges: [{ node: { id } }, {}, {}],
      pageInfo: { hasNextPage: true, endCursor: page.edges[2]?.cursor },
      totalEstimate: 6,
    });
    expect(JSON.parse(gateway.received.at(-1)?.body ?? "")).toEqual({
      mine: "now",
      status: ["pending", "denied"],
      reason_code: "A",
      from: "2026-03-01T00:00:00.000Z",
      sort: "urgency",
      limit: 3,
    });
    await ask(query, { after: page.pageInfo.endCursor });
    expect(JSON.parse(gateway.received.at(-1)?.body ?? "")).toMatchObject({
      after: "n1",
      limit: 3,
    });
    const within = await ask(query, { after: page.edges[0]?.cursor });
    expect(JSON.parse(gateway.received.at(-1)?.body ?? "")).toMatchObject({ limit: 4 });
    expect(within.json).toMatchObject({
      data: {
        approvalRequests: {
          edges: [{ node: { id: requestId(2) } }, { node: { id: requestId(3) } }],
        },
      },
    });
    expect((await ask(query, { after: "nonsense" })).status).toBe(400);
  });

  test("load what lists leave out only where it is asked for, once a row", async () => {
    const before = gateway.received.length;
    const plain = await ask("{ approvalRequests { edges { node { id action { type } } } } }");
    expect(plain.status).toBe(200);
    const names = () => gateway.received.slice(before).map(({ name }) => name);
    expect(names()).toEqual(["requests"]);
    await ask("{ approvalRequests(first: 1) { edges { node { context timeline { at } } } } }");
    expect(names().filter((name) => name === "request")).toHaveLength(3);
  });

  test("count, and show the trail and the viewer", async () => {
    const answer = await ask(
      `{ queueCounts { mineNow pending } viewer { id kind access roles }
         auditTrail(first: 1) { edges { node { event actor { kind id } channel position requestId } } } }`,
    );
    expect(answer.json["data"]).toEqual({
      queueCounts: { mineNow: 2, pending: 9 },
      viewer: { id: "bo", kind: "PERSON", access: "APPROVER", roles: ["qa_lead"] },
      auditTrail: {
        edges: [
          {
            node: {
              event: "VoteCast",
              actor: { kind: "PERSON", id: "bo" },
              channel: "graphql",
              position: "12",
              requestId: id,
            },
          },
        ],
      },
    });
  });
});

describe("mutations", () => {
  test("send REST's body to the commander, and answer the request", async () => {
    const answer = await ask(
      `mutation ($input: ApproveInput!) { approve(input: $input) {
        __typename ... on ApproveSuccess { request { status } } ... on Refusal { code } } }`,
      { input: { id, payloadHash: "sha256:00", level: 1, notes: "fine", idempotencyKey: "k" } },
    );
    expect(answer.json["data"]).toEqual({
      approve: { __typename: "ApproveSuccess", request: { status: "APPROVED" } },
    });
    expect(gateway.received.at(-1)).toMatchObject({
      name: "approve",
      headers: {
        "Countersign-Channel": "graphql",
        "Countersign-Target": id,
        "Countersign-Idempotency-Key": "k",
      },
    });
    expect(JSON.parse(gateway.received.at(-1)?.body ?? "")).toEqual({
      payload_hash: "sha256:00",
      level: 1,
      notes: "fine",
    });
  });

  test("ask with everything an ask can hold, leaving the payload as it is", async () => {
    const action = { type: "t", tool: "kubectl", parameters: { camelCase: { snake_case: 1 } } };
    await ask(
      `mutation ($input: RequestApprovalInput!) { requestApproval(input: $input) { __typename } }`,
      {
        input: {
          title: "T",
          action,
          approvers: [{ type: "ROLE", identifier: "qa_lead" }],
          reasonCodes: ["A"],
          expiresIn: "5s",
          urgency: "LOW",
        },
      },
    );
    expect(JSON.parse(gateway.received.at(-1)?.body ?? "")).toEqual({
      title: "T",
      action,
      approvers: [{ type: "role", identifier: "qa_lead" }],
      reason_codes: ["A"],
      expires_in: "5s",
      urgency: "low",
    });
  });

  test("are refused with HTTP 200 and a Refusal", async () => {
    const answer = await ask(
      `mutation { deny(input: {id: "${id}"}) { ... on Refusal { code message details } } }`,
    );
    expect(answer.status).toBe(200);
    expect(answer.json["data"]).toEqual({
      deny: { code: "reason-required", message: "A deny needs a reason.", details: { a: 1 } },
    });
  });

  test("that cannot be answered now are 503, not a refusal", async () => {
    const answer = await ask(`mutation { cancel(input: {id: "${id}"}) { __typename } }`);
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ errors: [{ extensions: { code: "unavailable" } }] });
  });

  test("move topics and import definitions", async () => {
    const answer = await ask(
      `mutation { requestTransition(input: {workflow: "release", topic: {id: "7", attributes: {a: 1}}, to: "production"}) {
        ... on RequestTransitionSuccess { status approvalIds topic { state pending } } }
        importDefinitions(input: {source: "policy: {}", file: "a.yaml"}) {
        ... on ImportDefinitionsSuccess { definitions { kind id version } ignored } } }`,
    );
    expect(answer.json["data"]).toEqual({
      requestTransition: {
        status: "BLOCKED",
        approvalIds: [id],
        topic: { state: "staging", pending: [id] },
      },
      importDefinitions: {
        definitions: [{ kind: "WORKFLOW", id: "release", version: 1 }],
        ignored: [{ path: "hooks" }],
      },
    });
  });
});

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
      "{ approvalRequests(first: 100) { edges { node { context timeline { at } attachments action { parameters } levels { groups { slots { vote { at } } } } } } } }",
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

test("somebody whom the directory no longer knows is 401", async () => {
  await using closed = await openUnderTest({
    viewer: () => ({ error: { code: "unauthenticated", message: "inactive" } }),
  });
  const answer = await closed.call("POST", "/graphql", { body: { query: "{ viewer { id } }" } });
  expect(answer.status).toBe(401);
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
  const { getIntrospectionQuery } = await import("graphql");
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
