import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPages, makeApi, type Answer, type Api, type ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";

interface GrantBody {
  readonly id: string;
  readonly actions: readonly string[];
  readonly agent: string | null;
  readonly when: unknown;
  readonly ends_at: string;
  readonly status: string;
  readonly created_by: string;
}

const answered = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];
const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();
const body = (over: object = {}): object => ({
  actions: ["kubernetes:*"],
  ends_at: hours(2),
  reason: "Release night",
  ...over,
});

describe("standing grants", () => {
  let server: Standalone;
  let ana: Api;
  beforeAll(async () => {
    server = await startStandalone();
    ana = server.as("ana");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const made = async (over: object = {}): Promise<GrantBody> => {
    const answer = await ana.post<GrantBody>("/standing-grants", body(over));
    expect(answer.status, answer.text).toBe(201);
    return answer.body;
  };

  test("are made by an admin, listed, and revoked for good", async () => {
    const grant = await made({ agent: "ci", when: "context.cost < 5" });
    expect(grant).toMatchObject({
      actions: ["kubernetes:*"],
      agent: "ci",
      when: "context.cost < 5",
      status: "active",
      created_by: "ana",
    });
    const list = await ana.get<{ items: GrantBody[] }>("/standing-grants");
    expect(list.body.items).toEqual([grant]);
    const revoked = await ana.delete<GrantBody>(`/standing-grants/${grant.id}`);
    expect(revoked.body).toMatchObject({ id: grant.id, status: "revoked" });
    expect((await ana.delete<GrantBody>(`/standing-grants/${grant.id}`)).status).toBe(200);
    expect(answered(await ana.delete("/standing-grants/sgr_1"))).toEqual([404, "not-found"]);
  });

  test("stand in the audit trail with their reason", async () => {
    await made({ reason: "For the audit" });
    const trail = await allPages<{ event: string; actor: object; reason: string | null }>(
      ana,
      "/audit",
    );
    expect(trail[0]).toMatchObject({
      event: "StandingGrantCreated",
      actor: { kind: "person", id: "ana" },
      reason: "For the audit",
    });
    expect(trail.map(({ event }) => event)).toContain("StandingGrantRevoked");
  });

  test("a repeat with the same idempotency key makes no second one", async () => {
    const headers = { "idempotency-key": "night" };
    const asked = body();
    const first = await ana.post<GrantBody>("/standing-grants", asked, { headers });
    const again = await ana.post<GrantBody>("/standing-grants", asked, { headers });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
  });

  test("conditions in every form of a file are taken, and shown as they are read", async () => {
    const grant = await made({
      when: [
        { field: "context.cost", operator: "lt", value: 5 },
        { any: [{ field: "action.tool", operator: "exists" }, "true"] },
      ],
    });
    expect(grant.when).toEqual({
      all: [
        { field: "context.cost", operator: "<", value: 5 },
        { any: [{ field: "action.tool", operator: "exists", value: true }, "true"] },
      ],
    });
  });

  test.each([
    ["no actions", { actions: [] }, "actions"],
    ["an action that is no text", { actions: [5] }, "actions[0]"],
    ["an unknown agent", { agent: "nobody" }, "agent"],
    ["an end that is over", { ends_at: "2026-01-01T00:00:00Z" }, "ends_at"],
    ["no end", { ends_at: undefined }, "ends_at"],
    ["no reason", { reason: " " }, "reason"],
    ["a guard that cannot be read", { when: "context.cost <" }, "when"],
    ["a condition with a slip", { when: { field: "a", operatr: "=", value: 1 } }, "when.operatr"],
    ["a checklist, which nobody would look at", { when: { checklist: "x" } }, "when.checklist"],
    ["a condition that is a number", { when: 5 }, "when"],
    ["an unknown field", { roles: ["sre"] }, "roles"],
  ])("%s is refused at its field", async (_, over, path) => {
    const answer = await ana.post<ErrorBody>("/standing-grants", body(over));
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body.error.details?.faults?.[0]?.path).toBe(path);
  });

  test.each(["bo", "vic", "ci"])("%s makes, lists and revokes none", async (who) => {
    const api = server.as(who);
    const { id } = await made();
    expect(answered(await api.post("/standing-grants", body()))).toEqual([403, "forbidden"]);
    expect(answered(await api.get("/standing-grants"))).toEqual([403, "forbidden"]);
    expect(answered(await api.delete(`/standing-grants/${id}`))).toEqual([403, "forbidden"]);
  });

  test("another organisation's are not there", async () => {
    const foreign = makeApi(server.url, server.token("ana"), "acme");
    expect(answered(await foreign.get("/standing-grants"))).toEqual([404, "not-found"]);
    expect(answered(await foreign.post("/standing-grants", body()))).toEqual([404, "not-found"]);
  });

  test("GraphQL makes, lists and revokes them as well", async () => {
    const graphql = server.graphql("ana");
    const { createStandingGrant } = await graphql.data<{
      createStandingGrant: { standingGrant: { id: string } };
    }>(
      `mutation ($input: CreateStandingGrantInput!) { createStandingGrant(input: $input) {
        ... on CreateStandingGrantSuccess { standingGrant { id actions agent when endsAt reason status createdBy } } } }`,
      {
        input: {
          actions: ["db:*"],
          when: { field: "context.cost", operator: "<", value: 5 },
          endsAt: hours(1),
          reason: "By GraphQL",
        },
      },
    );
    const { standingGrant } = createStandingGrant;
    expect(standingGrant).toMatchObject({
      actions: ["db:*"],
      agent: null,
      when: { field: "context.cost", operator: "<", value: 5 },
      status: "ACTIVE",
      createdBy: "ana",
    });
    const { standingGrants } = await graphql.data<{ standingGrants: object[] }>(
      "{ standingGrants { id reason } }",
    );
    expect(standingGrants[0]).toEqual({ id: standingGrant.id, reason: "By GraphQL" });
    const revoked = await graphql.data(
      `mutation ($id: ID!) { revokeStandingGrant(input: {id: $id}) {
        ... on RevokeStandingGrantSuccess { standingGrant { status } } } }`,
      { id: standingGrant.id },
    );
    expect(revoked).toEqual({ revokeStandingGrant: { standingGrant: { status: "REVOKED" } } });
  });

  test("the log of all this holds", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
