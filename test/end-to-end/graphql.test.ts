import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Graphql } from "../testkit/graphql.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, importFile, releaseFile } from "./asking.ts";

const ask = `mutation ($input: RequestApprovalInput!) {
  requestApproval(input: $input) {
    ... on RequestApprovalSuccess { request { id status payloadHash requester { kind id owner } } }
    ... on Refusal { code message details }
  }
}`;
const input = {
  title: "Deploy app:v2.0.0 to production",
  action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0" } },
  approvers: [{ type: "ROLE", identifier: "qa_lead" }],
};
interface Asked {
  readonly requestApproval: {
    readonly request?: { readonly id: string; readonly payloadHash: string };
    readonly code?: string;
    readonly details?: object;
  };
}

const decide = (
  name: string,
): string => `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
  ${name}(input: $input) {
    __typename
    ... on Refusal { code message details }
    ... on ${name[0]?.toUpperCase()}${name.slice(1)}Success { request { id status resolution { by { kind id } reason } } }
  }
}`;

/** A hundred requests with all their slots. */
const costly = (at: number): string =>
  `c${at}: approvalRequests(first: 100) { edges { node { levels { groups { slots { approver } } } } } }`;

describe("GraphQL", () => {
  let server: Standalone;
  let bot: Graphql;
  let bo: Graphql;
  beforeAll(async () => {
    server = await startStandalone();
    bot = server.graphql("deployment-bot");
    bo = server.graphql("bo");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const newRequest = async (): Promise<string> => {
    const { requestApproval } = await bot.data<Asked>(ask, { input });
    return requestApproval.request?.id ?? "";
  };

  test("takes approvers as a request shows them", async () => {
    const shown = { observers: [{ type: "role", identifier: "director" }] };
    const { requestApproval } = await bot.data<Asked>(ask, { input: { ...input, ...shown } });
    const again = `query ($id: ID!) { approvalRequest(id: $id) { observers { type identifier } } }`;
    expect(await bot.data(again, { id: requestApproval.request?.id })).toEqual({
      approvalRequest: shown,
    });
  });

  test("asks, approves, denies and cancels; a refusal is an answer like any other", async () => {
    const { requestApproval } = await bot.data<Asked>(ask, { input });
    const { id = "", payloadHash } = requestApproval.request ?? {};
    expect(requestApproval.request).toMatchObject({
      status: "PENDING",
      requester: { kind: "AGENT", id: "deployment-bot", owner: "ana" },
    });
    expect(await server.graphql("hal").data(decide("approve"), { input: { id } })).toMatchObject({
      approve: { __typename: "Refusal", code: "not-an-approver", message: expect.any(String) },
    });
    expect(
      await bo.data(decide("approve"), { input: { id, payloadHash, level: 1, notes: "Yes" } }),
    ).toMatchObject({
      approve: {
        __typename: "ApproveSuccess",
        request: { status: "APPROVED", resolution: { by: { kind: "PERSON", id: "bo" } } },
      },
    });
    expect(
      await server.graphql("cy").data(decide("deny"), { input: { id, reason: "No" } }),
    ).toMatchObject({
      deny: { code: "already-resolved", details: { resolved_by: { kind: "person", id: "bo" } } },
    });

    const second = await newRequest();
    expect(await bo.data(decide("deny"), { input: { id: second } })).toMatchObject({
      deny: { code: "reason-required" },
    });
    expect(
      await bo.data(decide("deny"), { input: { id: second, reason: "Freeze" } }),
    ).toMatchObject({
      deny: { request: { status: "DENIED", resolution: { reason: "Freeze" } } },
    });
    const third = await newRequest();
    expect(await bot.data(decide("cancel"), { input: { id: third } })).toMatchObject({
      cancel: { request: { status: "CANCELLED" } },
    });
    const { body } = await server
      .as("ana")
      .get<{ items: { channel: string }[] }>(`/approvals/${id}/audit`);
    expect(new Set(body.items.map(({ channel }) => channel))).toEqual(new Set(["graphql"]));
  });

  test("holds an idempotency key as REST does", async () => {
    const withKey = { ...input, idempotencyKey: "once" };
    const first = await bot.data<Asked>(ask, { input: withKey });
    expect(await bot.data<Asked>(ask, { input: withKey })).toEqual(first);
    const other = await bot.data<Asked>(ask, { input: { ...withKey, title: "Other" } });
    expect(other.requestApproval.code).toBe("conflict");
  });

  test("imports definitions and moves a topic", async () => {
    const imported = await server.graphql("ana").data(
      `mutation ($input: ImportDefinitionsInput!) { importDefinitions(input: $input) {
        ... on ImportDefinitionsSuccess { definitions { kind id version active } ignored { path line column why } }
        ... on Refusal { code details } } }`,
      { input: { source: releaseFile, file: "release.yaml" } },
    );
    expect(imported).toMatchObject({
      importDefinitions: {
        definitions: expect.arrayContaining([
          { kind: "WORKFLOW", id: "release", version: 1, active: true },
        ]),
      },
    });
    const move = `mutation ($input: RequestTransitionInput!) { requestTransition(input: $input) {
      ... on RequestTransitionSuccess { status approvalIds topic { id state pending } }
      ... on Refusal { code } } }`;
    const topic = { id: "v3", state: "staging" };
    const blocked = await bot.data<{ requestTransition: { approvalIds: string[] } }>(move, {
      input: { workflow: "release", topic, to: "pending_approval" },
    });
    expect(blocked).toMatchObject({
      requestTransition: { status: "BLOCKED", topic: { id: "v3", state: "staging" } },
    });
    expect(blocked.requestTransition.approvalIds).toHaveLength(1);
    expect(
      await bot.data(move, { input: { workflow: "release", topic: { id: "v3" }, to: "nowhere" } }),
    ).toMatchObject({ requestTransition: { code: expect.any(String) } });
    const definitions = `{ definitions(kind: WORKFLOW) { id kind version importedBy } }`;
    expect(await bo.data(definitions)).toMatchObject({
      definitions: [{ id: "release", version: 1, importedBy: "ana" }],
    });
  });

  test("answers every query", async () => {
    const id = await newRequest();
    const everything = await bo.data<{
      approvalRequests: { edges: { cursor: string }[]; pageInfo: { endCursor: string } };
    }>(
      `query ($id: ID!) {
        viewer { id kind org name access roles }
        queueCounts { mineNow mineLater asDelegate pending }
        approvalRequest(id: $id) { id title levels { number status groups { needed slots { approver status } } } }
        approvalRequests(filter: { mine: NOW, status: [PENDING] }, sort: OLDEST, first: 1) {
          edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalEstimate }
        stats { totals { pending approved denied cancelled } approvalRate byAgent { agent totals { approved } } }
        auditTrail(requestId: $id) { edges { node { event actor { kind id } channel at position requestId } } }
      }`,
      { id },
    );
    expect(everything).toMatchObject({
      viewer: { id: "bo", kind: "PERSON", org: "demo", access: "APPROVER" },
      queueCounts: { asDelegate: 0 },
      approvalRequest: {
        id,
        levels: [{ number: 1, status: "OPEN", groups: [{ needed: 1 }] }],
      },
      approvalRequests: { edges: [{}], pageInfo: { hasNextPage: true } },
      auditTrail: {
        edges: [
          { node: { event: "LevelOpened", requestId: id, actor: { kind: "AGENT" } } },
          { node: { event: "RequestSubmitted" } },
        ],
      },
    });
    const { endCursor } = everything.approvalRequests.pageInfo;
    const next = await bo.data<{ approvalRequests: { edges: { node: { id: string } }[] } }>(
      `query ($after: String) { approvalRequests(filter: { mine: NOW }, sort: OLDEST, after: $after) { edges { node { id } } } }`,
      { after: endCursor },
    );
    expect(next.approvalRequests.edges.at(-1)?.node.id).toBe(id);
    const missing = `{ approvalRequest(id: "apr_01JXXXXXXXXXXXXXXXXXXXXXXX") { id } }`;
    expect(await bo.data(missing)).toEqual({ approvalRequest: null });
  });

  test("tells changes of one request, beginning with how it stands", async () => {
    const id = await newRequest();
    using changes = await bo.subscribe(
      `subscription ($id: ID!) { approvalRequestChanged(id: $id) { status } }`,
      { id },
    );
    type Change = { data: { approvalRequestChanged: { status: string } } };
    const first = await changes.until<Change>(() => true);
    expect(first.data.approvalRequestChanged.status).toBe("PENDING");
    await bo.data(decide("approve"), { input: { id } });
    const last = await changes.until<Change>(
      ({ data }) => data.approvalRequestChanged.status !== "PENDING",
    );
    expect(last.data.approvalRequestChanged.status).toBe("APPROVED");
  });

  test("tells events by SSE and by websocket alike, resumable by position", async () => {
    const query = `subscription ($after: String) { events(after: $after) { id position event subject org at data } }`;
    interface Told {
      readonly data: { readonly events: { readonly position: string; readonly subject: string } };
    }
    const id = await newRequest();
    using whole = await bo.subscribe(query, { after: "0" });
    const told = await whole.until<Told>(({ data }) => data.events.subject === id);

    const client = createClient({
      url: `${server.url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${server.token("bo")}` },
      lazy: true,
    });
    const results = client.iterate<Told["data"]>({ query, variables: { after: "0" } });
    for await (const { data } of results) {
      if (data?.events.subject === id) {
        expect(data).toEqual(told.data);
        break;
      }
    }
    await client.dispose();
  });

  test("a websocket without a token is closed before it learns anything", async () => {
    const client = createClient({
      url: `${server.url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const results = client.iterate({ query: 'subscription { events(after: "0") { id } }' });
    await expect(results.next()).rejects.toMatchObject({ code: 4403 });
  });

  test("what passes a limit, or is no valid query, is a 400 that says so", async () => {
    const ofType = `${"ofType { ".repeat(10)}name${" }".repeat(10)}`;
    const aliases = Array.from({ length: 16 }, (_, at) => `a${at}: viewer { id }`).join(" ");
    for (const [query, message] of [
      [`{ viewer { id } __schema { types { fields { type { ${ofType} } } } } }`, /deeper than 12/],
      [`{ ${aliases} }`, /more than 15 aliases/],
      [`{ viewer { ${"id ".repeat(1000)} } }`, /token/i],
      ["{ viewer { id } } query B { viewer { id } }", /one operation/],
      [`{ ${Array.from({ length: 15 }, (_, at) => costly(at)).join(" ")} }`, /complex|cost/i],
      ["{ viewer", /syntax/i],
      ["{ nothing }", /nothing/],
      ["{ approvalRequests(first: 101) { edges { cursor } } }", /100/],
    ] as const) {
      const { status, text } = await bo.ask(query);
      expect([status, text], query.slice(0, 60)).toEqual([400, expect.stringMatching(message)]);
    }
    const batch = await server.as("bo").post("//graphql", [{ query: "{ viewer { id } }" }]);
    expect(batch.status).toBe(400);
  });

  test("describes itself in development", async () => {
    const schema = await bo.data<{ __schema: { types: unknown[] } }>(
      "{ __schema { types { name } } }",
    );
    expect(schema.__schema.types.length).toBeGreaterThan(50);
  });

  test("shows what REST shows", async () => {
    const request = await asked(server.as("ci"));
    await importFile(
      server,
      "policy: { id: p, chain: [{ assignments: [{ type: user, identifier: bo }] }] }",
    );
    expect(
      await bo.data(
        `query ($id: ID!) { approvalRequest(id: $id) { id payloadHash createdAt expiresAt position } }`,
        { id: request.id },
      ),
    ).toEqual({
      approvalRequest: {
        id: request.id,
        payloadHash: request.payload_hash,
        createdAt: request.created_at,
        expiresAt: request.expires_at,
        position: request.position,
      },
    });
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
