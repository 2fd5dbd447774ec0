import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeGraphql } from "../testkit/graphql.ts";
import { allPages, makeApi, type Answer, type Api, type ErrorBody } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { openStream } from "../testkit/sse.ts";
import { asked, deployAsk, importFile } from "./asking.ts";

interface KeyBody {
  readonly id: string;
  readonly key: string | null;
  readonly agent: string;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
  readonly status: string;
}

const answered = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];
const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

describe("keys of agents", () => {
  let server: Standalone;
  let ana: Api;
  beforeAll(async () => {
    server = await startStandalone();
    ana = server.as("ana");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const issued = async (body: object = {}, by = ana): Promise<KeyBody> => {
    const answer = await by.post<KeyBody>("/api-keys", { agent: "ci", ...body });
    expect(answer.status, answer.text).toBe(201);
    return answer.body;
  };
  const withKey = ({ key }: Pick<KeyBody, "key">, org = "demo"): Api =>
    makeApi(server.url, key ?? "", org);

  test("a key asks as its agent, and is told once", async () => {
    const made = await issued();
    expect(made).toMatchObject({ agent: "ci", scopes: [], expires_at: null, status: "active" });
    expect(made.key).toMatch(/^csk\.demo\.key_[0-9A-Z]{26}\.[\w-]{43}$/);
    const request = await asked(withKey(made));
    expect(request.requester).toEqual({ kind: "agent", id: "ci", owner: "ana" });
    const list = await ana.get<{ items: KeyBody[] }>("/api-keys");
    expect(list.body.items[0]).toEqual({
      id: made.id,
      agent: "ci",
      scopes: [],
      expires_at: null,
      status: "active",
    });
    expect(list.text).not.toContain(made.key);
    const viewer = await server.graphql("ana").ask("{ viewer { id } }");
    expect(viewer.status).toBe(200);
    expect((await withKey(made).get<{ items: object[] }>("/approvals")).body.items).toHaveLength(1);
  });

  test("nowhere in the log but as its SHA-256", async () => {
    const { id, key } = await issued({ scopes: ["metrics", "metrics"], expires_at: hours(1) });
    const log = server.readLog();
    const event = log.find(
      ({ type, data }) => type === "ApiKeyIssued" && (data as { id: string }).id === id,
    );
    const hash = `sha256:${createHash("sha256")
      .update(key ?? "")
      .digest("hex")}`;
    expect(event?.data).toMatchObject({ agent: "ci", scopes: ["metrics"], hash });
    const written = JSON.stringify(log.map(({ data, metadata }) => [data, metadata]));
    expect(written).not.toContain(key?.split(".")[3]);
  });

  test("a repeat with the same idempotency key issues no second one, and tells it no second time", async () => {
    const headers = { "idempotency-key": "key-for-ci" };
    const first = await ana.post<KeyBody>("/api-keys", { agent: "ci" }, { headers });
    const again = await ana.post<KeyBody>("/api-keys", { agent: "ci" }, { headers });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual({ ...first.body, key: null });
    expect(answered(await ana.post("/api-keys", { agent: "deployment-bot" }, { headers }))).toEqual(
      [409, "conflict"],
    );
  });

  test("a revoked one is nobody's at once, and its use is written into the security log", async () => {
    const made = await issued();
    const api = withKey(made);
    expect((await api.get("/approvals")).status).toBe(200);
    const stream = await openStream(`${server.url}/api/v1/orgs/demo/events`, {
      token: made.key ?? "",
    });
    const revoked = await ana.delete<KeyBody>(`/api-keys/${made.id}`);
    expect(revoked.body).toMatchObject({ id: made.id, status: "revoked" });
    expect(answered(await api.get("/approvals"))).toEqual([401, "unauthenticated"]);
    expect(answered(await api.post("/approvals", deployAsk()))).toEqual([401, "unauthenticated"]);
    expect(answered(await api.post("/approvals/bulk-approve", { approval_ids: [] }))).toEqual([
      401,
      "unauthenticated",
    ]);
    expect((await ana.delete<KeyBody>(`/api-keys/${made.id}`)).body.status).toBe("revoked");
    await eventually("the stream's end", async () =>
      stream.nextData().then(
        () => undefined,
        () => true,
      ),
    );
    const attempts = await eventually("the refused attempts", async () => {
      const all = await allPages<{ event: string; code?: string; actor: object }>(ana, "/audit");
      const found = all.filter(({ code }) => code === "unauthenticated");
      return found.length >= 2 ? found : undefined;
    });
    expect(attempts[0]).toMatchObject({
      event: "AttemptRefused",
      actor: { kind: "agent", id: "ci" },
    });
  });

  test("one that was revoked before a restart stays so, and the others go on", async () => {
    const [kept, gone] = [await issued(), await issued()];
    await ana.delete(`/api-keys/${gone.id}`);
    await server.stop();
    await server.start();
    expect((await withKey(kept).get("/approvals")).status).toBe(200);
    expect(answered(await withKey(gone).get("/approvals"))).toEqual([401, "unauthenticated"]);
  });

  test("unknown, forged and malformed ones are nobody's, and write nothing", async () => {
    const { key } = await issued();
    const [, , id] = key?.split(".") ?? [];
    const before = server.readLog().length;
    const secret = "A".repeat(43);
    for (const wrong of [
      `csk.demo.${id}.${secret}`,
      `csk.acme.${id}.${secret}`,
      `csk.demo.key_01JXXXXXXXXXXXXXXXXXXXXXXX.${secret}`,
      `csk.demo.${id}`,
      `csk.*.${id}.${secret}`,
      `csk.demo.>.${secret}`,
      "csk.",
      `${key}x`,
    ])
      expect(answered(await withKey({ key: wrong }).get("/approvals"))).toEqual([
        401,
        "unauthenticated",
      ]);
    expect(server.readLog()).toHaveLength(before);
  });

  test("another organisation's paths are not there for it", async () => {
    const made = await issued();
    expect(answered(await withKey(made, "acme").get("/approvals"))).toEqual([404, "not-found"]);
    expect(answered(await withKey(made, "acme").post("/api-keys", { agent: "ci" }))).toEqual([
      404,
      "not-found",
    ]);
  });

  test.each([
    ["an unknown agent", { agent: "nobody" }, "agent"],
    ["a person for an agent", { agent: "bo" }, "agent"],
    ["no agent", { agent: undefined }, "agent"],
    ["an unknown scope", { scopes: ["execute", "everything"] }, "scopes[1]"],
    ["an end that is over", { expires_at: "2026-01-01T00:00:00Z" }, "expires_at"],
    ["an end that is no time", { expires_at: "tomorrow" }, "expires_at"],
    ["an unknown field", { name: "ci" }, "name"],
  ])("%s is refused at its field", async (_, body, path) => {
    const answer = await ana.post<ErrorBody>("/api-keys", { agent: "ci", ...body });
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body.error.details?.faults?.[0]?.path).toBe(path);
  });

  describe("rights", () => {
    test.each(["bo", "vic", "deployment-bot"])("%s issues, lists and revokes none", async (who) => {
      const made = await issued();
      const api = server.as(who);
      expect(answered(await api.post("/api-keys", { agent: "ci" }))).toEqual([403, "forbidden"]);
      expect(answered(await api.get("/api-keys"))).toEqual([403, "forbidden"]);
      expect(answered(await api.delete(`/api-keys/${made.id}`))).toEqual([403, "forbidden"]);
    });

    test("a key has its agent's rights and no more: no vote, no administration", async () => {
      const api = withKey(await issued());
      const { id } = await asked(server.as("deployment-bot"));
      expect((await api.post(`/approvals/${id}/approve`, {})).status).toBe(404);
      for (const [method, path, body] of [
        ["post", "/api-keys", { agent: "ci" }],
        ["post", "/standing-grants", {}],
        ["put", "/directory/people/zoe", { name: "Zoe", access: "admin" }],
      ] as const)
        expect(answered(await api[method](path, body))).toEqual([403, "forbidden"]);
      expect((await importFile({ as: () => api }, "gates: []")).status).toBe(403);
    });

    test("scopes widen them, each for its own", async () => {
      const directory = withKey(await issued({ scopes: ["directory:write"] }));
      const put = await directory.put("/directory/people/zoe", { name: "Zoe", access: "approver" });
      expect(put.status, put.text).toBe(200);
      expect((await directory.post("/api-keys", { agent: "ci" })).status).toBe(403);
      const author = withKey(await issued({ scopes: ["definitions:write"] }));
      const imported = await importFile({ as: () => author }, "defaults: { expires_in: 12h }");
      expect(imported.status, imported.text).toBe(201);
    });

    test("a key gives on no scope that it does not have", async () => {
      const issuer = withKey(await issued({ scopes: ["api-keys:write", "execute"] }));
      expect((await issued({ scopes: ["execute"] }, issuer)).scopes).toEqual(["execute"]);
      expect(
        answered(await issuer.post("/api-keys", { agent: "ci", scopes: ["definitions:write"] })),
      ).toEqual([403, "forbidden"]);
    });

    test("the security log is for admins, and for keys with the scope for it", async () => {
      await server.as("gus").get("/audit");
      const [plain, guard] = [
        withKey(await issued()),
        withKey(await issued({ scopes: ["security:read"] })),
      ];
      const events = async (api: Api): Promise<Set<string>> =>
        new Set((await allPages<{ category: string }>(api, "/audit")).map((each) => each.category));
      expect(await events(plain)).toEqual(new Set(["request"]));
      expect(await events(guard)).toEqual(new Set(["request", "security"]));
    });

    test("metrics are read from elsewhere with the scope for them", async () => {
      const ask = async (scopes: string[]): Promise<number> => {
        const { key } = await issued({ scopes });
        const headers = { authorization: `Bearer ${key}`, "x-forwarded-for": "192.0.2.1" };
        return (await fetch(`${server.url}/metrics`, { headers })).status;
      };
      expect(await ask([])).toBe(403);
      expect(await ask(["metrics"])).toBe(200);
    });

    test("a task's own approval level loosens with the scope for it, and only then", async () => {
      const levels =
        "gates: [{ id: all, gate_type: approval_level, level: always, approvers: [sre] }]";
      expect((await importFile(server, levels)).status).toBe(201);
      const decision = async (scopes: string[]): Promise<unknown> =>
        (
          await withKey(await issued({ scopes })).post<{ decision: string }>("/evaluate", {
            action: { type: "tool:run", parameters: {} },
            context: { approval: "none" },
          })
        ).body.decision;
      expect(await decision([])).toBe("ESCALATE");
      expect(await decision(["approval-level"])).toBe("ALLOW");
      expect((await server.as("ana").delete("/definitions/gate/all")).status).toBe(200);
    });

    test("one with the scope execute spends the grant of another agent's request", async () => {
      const bot = server.as("deployment-bot");
      const { id, payload_hash } = await asked(bot);
      await server.as("bo").post(`/approvals/${id}/approve`, {});
      const { grant } = (await bot.get<{ grant: string }>(`/approvals/${id}`)).body;
      const spend = { grant, payload_hash };
      const plain = withKey(await issued());
      expect((await plain.post(`/approvals/${id}/consume`, spend)).status).toBe(404);
      const runner = withKey(await issued({ scopes: ["execute"] }));
      expect((await runner.post(`/approvals/${id}/consume`, spend)).status).toBe(200);
    });
  });

  test("GraphQL issues, lists and revokes them as well", async () => {
    const graphql = server.graphql("ana");
    const { issueApiKey } = await graphql.data<{
      issueApiKey: { apiKey: { id: string }; key: string };
    }>(
      `mutation { issueApiKey(input: {agent: "ci", scopes: ["execute"]}) {
        ... on IssueApiKeySuccess { key apiKey { id agent scopes status expiresAt } } } }`,
    );
    const { apiKey, key } = issueApiKey;
    expect(apiKey).toMatchObject({ agent: "ci", scopes: ["execute"], status: "ACTIVE" });
    const asKey = makeGraphql(server.url, key);
    expect(await asKey.data("{ viewer { id kind } }")).toEqual({
      viewer: { id: "ci", kind: "AGENT" },
    });
    const { apiKeys } = await graphql.data<{ apiKeys: object[] }>("{ apiKeys { id status } }");
    expect(apiKeys[0]).toEqual({ id: apiKey.id, status: "ACTIVE" });
    const revoked = await graphql.data(
      `mutation ($id: ID!) { revokeApiKey(input: {id: $id}) {
        ... on RevokeApiKeySuccess { apiKey { status } } } }`,
      { id: apiKey.id },
    );
    expect(revoked).toEqual({ revokeApiKey: { apiKey: { status: "REVOKED" } } });
    expect((await asKey.ask("{ viewer { id } }")).status).toBe(401);
    const refused = await server
      .graphql("bo")
      .data(`mutation { issueApiKey(input: {agent: "ci"}) { ... on Refusal { code } } }`);
    expect(refused).toEqual({ issueApiKey: { code: "forbidden" } });
  });

  test("the log of all this holds", async () => {
    const { violations } = await server.finish();
    expect(violations).toEqual([]);
  });
});
