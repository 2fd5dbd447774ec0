import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { printedSchema } from "@countersign/gateway/graphql/schema.ts";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";
import { graphqlAnswers } from "./graphql-answers.ts";

const id = requestId();
let gateway: UnderTest;

beforeAll(async () => {
  gateway = await openUnderTest(graphqlAnswers);
});
afterAll(() => gateway.close());

const ask = async (query: string, variables?: object, as: string | null = "bo") =>
  gateway.call("POST", "/graphql", { as, body: { query, variables } });

test("the committed schema is the one that is served", async () => {
  const file = join(import.meta.dirname, "../../../schema.graphql");
  expect(await readFile(file, "utf8")).toBe(printedSchema());
});

test("every mutation takes the input and answers the result that bear its name", () => {
  const [, mutations = ""] = /^type Mutation \{\n([^}]*)\}/m.exec(printedSchema()) ?? [];
  const lines = mutations.trim().split(/\n\s*/);
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    const [name = ""] = line.split("(");
    const Name = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    expect(line).toBe(`${name}(input: ${Name}Input!): ${Name}Result!`);
  }
});

describe("queries", () => {
  test("show a request in camelCase, with enums in capitals", async () => {
    const answer = await ask(
      `query ($id: ID!) { approvalRequest(id: $id) {
        id status urgency payloadHash action { type parameters } requester { kind id owner }
        agent { id name version } policy { id version } levels { number status groups { needed slots { approver status vote { at } } } }
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
        agent: { id: "ci", name: "CI", version: null },
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
      edges: [{ node: { id }, cursor: "c1" }, { cursor: "c2" }, { cursor: "n1" }],
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
      cursors: true,
    });
    await ask(query, { after: page.pageInfo.endCursor });
    expect(JSON.parse(gateway.received.at(-1)?.body ?? "")).toMatchObject({
      after: "n1",
      limit: 3,
    });
    await ask(query, { after: page.edges[0]?.cursor });
    expect(JSON.parse(gateway.received.at(-1)?.body ?? "")).toMatchObject({
      after: "c1",
      limit: 3,
    });
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
        ... on RequestTransitionSuccess { status approvalIds topic { state pending history { from to at by { kind id } approvalIds } } } }
        importDefinitions(input: {source: "policy: {}", file: "a.yaml"}) {
        ... on ImportDefinitionsSuccess { definitions { kind id version } ignored { path } } } }`,
    );
    expect(answer.json["data"]).toEqual({
      requestTransition: {
        status: "BLOCKED",
        approvalIds: [id],
        topic: {
          state: "staging",
          pending: [id],
          history: [
            {
              from: "development",
              to: "staging",
              at: "2026-08-01T00:00:00.000Z",
              by: { kind: "AGENT", id: "ci" },
              approvalIds: ["apr_0"],
            },
          ],
        },
      },
      importDefinitions: {
        definitions: [{ kind: "WORKFLOW", id: "release", version: 1 }],
        ignored: [{ path: "hooks" }],
      },
    });
  });
});

test("somebody whom the directory no longer knows is 401", async () => {
  await using closed = await openUnderTest({
    viewer: () => ({ error: { code: "unauthenticated", message: "inactive" } }),
  });
  const answer = await closed.call("POST", "/graphql", { body: { query: "{ viewer { id } }" } });
  expect(answer.status).toBe(401);
});
