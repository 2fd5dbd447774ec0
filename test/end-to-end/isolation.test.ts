import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { makeGraphql } from "../testkit/graphql.ts";
import { allPages, makeApi, type Answer, type Api } from "../testkit/http.ts";
import { startIssuer, type TestIssuer, type TokenClaims } from "../testkit/issuer.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { openStream } from "../testkit/sse.ts";
import { asked, deployAsk, importFile } from "./asking.ts";

const ABSENT = "apr_01JXXXXXXXXXXXXXXXXXXXXXXX";

const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

/** All that an answer shows, without what names this very answer. */
const shown = ({ status, text, headers }: Answer<unknown>): object => ({
  status,
  text: text.replace(/"correlation_id":"[^"]*"/, '"correlation_id":"…"'),
  headers: [...headers].filter(([name]) => !["date", "x-correlation-id"].includes(name)),
});

describe("two organisations on one server", () => {
  let issuer: TestIssuer;
  let server: Standalone;
  let alice: Api;
  let gina: Api;
  let secret: RequestView;

  const api = async (claims: TokenClaims, org = claims.org): Promise<Api> =>
    makeApi(server.url, await issuer.token(claims), org);

  beforeAll(async () => {
    issuer = await startIssuer();
    server = await startStandalone({
      env: { ...issuer.env, COUNTERSIGN_BOOTSTRAP_ADMIN: "acme:alice" },
    });
    await server.stop();
    await server.start({ COUNTERSIGN_BOOTSTRAP_ADMIN: "globex:gina" });
    alice = await api({ org: "acme", sub: "alice" });
    gina = await api({ org: "globex", sub: "gina" });
    for (const admin of [alice, gina]) {
      await admin.put("/directory/people/bob", { name: "Bob", access: "approver" });
      await admin.put("/directory/roles/qa_lead", { members: ["bob"] });
      await admin.put("/directory/agents/ci", { name: "CI", owner: "bob" });
    }
    const people = [{ type: "user", identifier: "bob" }];
    secret = await asked(alice, { title: "The secret of acme", approvers: people });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  test("with an identity provider there is neither the org demo nor development tokens", async () => {
    expect(server.program.output()).not.toContain("sign-in");
    const answer = await alice.post("//dev/tokens", { sub: "bob" });
    expect(answer.status).toBe(404);
    expect(server.readLog().map(({ stream }) => stream)).not.toContain("directory-demo.main");
  });

  test.each(["get", "audit", "approve", "deny", "cancel"])(
    "%s: another org's request and one that never was answer the same bytes",
    async (operation) => {
      const ask = (id: string): Promise<Answer<unknown>> => {
        const path = `/approvals/${id}`;
        if (operation === "get") return gina.get(path);
        if (operation === "audit") return gina.get(`${path}/audit`);
        return gina.post(`${path}/${operation}`, { reason: "x" });
      };
      const foreign = shown(await ask(secret.id));
      expect(foreign).toEqual(shown(await ask(ABSENT)));
      expect(foreign).toMatchObject({ status: 404 });
    },
  );

  test("another org in the path and one that never was answer the same bytes", async () => {
    const token = gina.token ?? "";
    const acme = makeApi(server.url, token, "acme");
    const nowhere = makeApi(server.url, token, "nowhere");
    for (const path of [
      `/approvals/${secret.id}`,
      "/approvals",
      "/audit",
      "/events",
      "/definitions",
      "/directory/people/bob",
      "/topics/release/v1",
    ]) {
      const answer = shown(await acme.get(path));
      expect(answer).toEqual(shown(await nowhere.get(path)));
      expect(answer).toMatchObject({ status: 404 });
    }
    const asks = await acme.post("/approvals", deployAsk());
    expect(shown(asks)).toEqual(shown(await nowhere.post("/approvals", deployAsk())));
    expect(asks.status).toBe(404);
  });

  test("lists, counts, trails and definitions hold one's own org only", async () => {
    await importFile(
      { as: () => alice },
      "policy: { id: acme-only, chain: [{ assignments: [{ type: user, identifier: bob }] }] }",
    );
    expect(await allPages(gina, "/approvals")).toEqual([]);
    const { body } = await gina.get<{ page: { total_estimate: number } }>("/approvals");
    expect(body.page.total_estimate).toBe(0);
    const everything = [
      (await gina.get("/definitions")).text,
      JSON.stringify(await allPages(gina, "/audit")),
      (await gina.get("/approvals/stats")).text,
      (await gina.get("/approvals?q=secret")).text,
    ].join();
    expect(everything).not.toMatch(/acme|secret/);
    const graphql = makeGraphql(server.url, gina.token ?? "");
    const query = `{
      approvalRequest(id: "${secret.id}") { id }
      auditTrail(requestId: "${secret.id}") { edges { node { event } } }
      queueCounts { pending }
      stats { totals { pending } }
    }`;
    expect(await graphql.data(query)).toEqual({
      approvalRequest: null,
      auditTrail: { edges: [] },
      queueCounts: { pending: 0 },
      stats: { totals: { pending: 0 } },
    });
  });

  test("streams hold one's own org only, also from the beginning", async () => {
    const token = gina.token ?? "";
    using events = await openStream(`${server.url}/api/v1/orgs/globex/events?after=0`, { token });
    using changes = await makeGraphql(server.url, token).subscribe(
      `subscription { queueChanged(filter: { status: PENDING }) { request { id org } } }`,
    );
    const foreign = await asked(alice, { approvers: [{ type: "user", identifier: "bob" }] });
    const own = await asked(gina, { approvers: [{ type: "user", identifier: "bob" }] });
    const seen: string[] = [];
    await events.until<{ org: string; subject?: string }>((event) => {
      seen.push(event.org);
      return event.subject === own.id;
    });
    expect(new Set(seen)).toEqual(new Set(["globex"]));
    const { data } = await changes.nextData();
    expect(data).toContain(own.id);
    expect(data).not.toContain(foreign.id);
  });

  test("keys, standing grants, topics and runs of another org are not there", async () => {
    const key = await alice.post<{ id: string; key: string }>("/api-keys", { agent: "ci" });
    const grant = await alice.post<{ id: string }>("/standing-grants", {
      actions: ["*"],
      ends_at: hours(24),
      reason: "The secret reason of acme",
    });
    expect([key.status, grant.status]).toEqual([201, 201]);
    const absent = "01JXXXXXXXXXXXXXXXXXXXXXXX";
    for (const [path, id, none] of [
      ["/api-keys", key.body.id, `key_${absent}`],
      ["/standing-grants", grant.body.id, `sgr_${absent}`],
    ] as const) {
      const foreign = shown(await gina.delete(`${path}/${id}`));
      expect(foreign).toEqual(shown(await gina.delete(`${path}/${none}`)));
      expect(foreign).toMatchObject({ status: 404 });
      expect((await gina.get(path)).text).toBe('{"items":[]}');
    }
    const own = makeApi(server.url, key.body.key, "acme");
    expect((await own.get("/approvals")).status).toBe(200);
    const elsewhere = makeApi(server.url, key.body.key, "globex");
    expect(shown(await elsewhere.get("/approvals"))).toMatchObject({ status: 404 });
    const forged = makeApi(server.url, key.body.key.replace("csk.acme.", "csk.globex."), "globex");
    expect((await forged.get("/approvals")).status).toBe(401);
    const spend = { run: "r-1", facts: { cost_usd: 1 } };
    expect((await alice.post("/signals", spend)).status).toBe(200);
    const run = { id: "r-1", spent_usd: 1, reserved_usd: 0 };
    expect((await gina.post<object>("/signals", spend)).body).toEqual({ run });
    expect(JSON.stringify(await allPages(gina, "/audit"))).not.toMatch(/acme|secret/);
  });

  test("the same person id in two orgs is two people", async () => {
    const bobOfGlobex = await api({ org: "globex", sub: "bob" });
    const bobOfAcme = await api({ org: "acme", sub: "bob" });
    expect((await bobOfGlobex.post(`/approvals/${secret.id}/approve`, {})).status).toBe(404);
    expect((await bobOfAcme.post(`/approvals/${secret.id}/approve`, {})).status).toBe(200);
  });

  test.each<[string, () => Promise<string>]>([
    ["no token", async () => ""],
    ["garbage", async () => "garbage"],
    ["three parts of garbage", async () => "a.b.c"],
    ["a token that is over", () => issuer.token({ org: "acme", sub: "alice", expiresInS: -60 })],
    ["one for another audience", () => issuer.token({ org: "acme", sub: "alice", audience: "x" })],
    ["one for an unknown org", () => issuer.token({ org: "initech", sub: "alice" })],
    ["one for an unknown person", () => issuer.token({ org: "acme", sub: "mallory" })],
    [
      "an agent's of a person's id",
      () => issuer.token({ org: "acme", sub: "alice", kind: "agent" }),
    ],
    [
      "another issuer's",
      async () => {
        await using other = await startIssuer();
        return await other.token({ org: "acme", sub: "alice" });
      },
    ],
    [
      "an unsigned one",
      async () => {
        const [, payload = ""] = (alice.token ?? "").split(".");
        const header = Buffer.from('{"alg":"none"}').toString("base64url");
        return `${header}.${payload}.`;
      },
    ],
  ])("%s is unauthenticated everywhere", async (_name, token) => {
    const before = server.readLog().length;
    const org = _name.includes("unknown org") ? "initech" : "acme";
    const caller = makeApi(server.url, (await token()) || undefined, org);
    for (const answer of [
      await caller.get("/approvals"),
      await caller.post("/approvals", deployAsk()),
      await caller.post("//graphql", { query: "{ viewer { id } }" }),
    ]) {
      expect(answer.status, answer.text).toBe(401);
      expect(answer.text).toContain("unauthenticated");
    }
    // Whoever the issuer vouches for, but the org does not know, is kept in the org's security log; nothing else is.
    const written = server.readLog().slice(before);
    expect(written.filter(({ type }) => type !== "AttemptRefused")).toEqual([]);
  });

  test("the log of all this breaks no invariant, and the audit trails tell all of it", async () => {
    expect((await server.finish([alice, gina])).violations).toEqual([]);
  });
});
