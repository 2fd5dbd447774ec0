import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPages, type Answer, type Api, type ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, deployAsk, importFile } from "./asking.ts";

const refusal = ({ status, text }: Answer<unknown>): [number, string] => [
  status,
  (JSON.parse(text) as ErrorBody).error.code,
];

describe("who may do what", () => {
  let server: Standalone;
  let bot: Api;
  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("a viewer reads everything and does nothing, even as member of a role", async () => {
    const { id } = await asked(bot);
    const vic = server.as("vic");
    await server.as("ana").put("/directory/roles/qa_lead", { members: ["bo", "cy", "vic"] });
    expect((await vic.get(`/approvals/${id}`)).status).toBe(200);
    expect((await vic.get("/audit")).status).toBe(200);
    expect(refusal(await vic.post("/approvals", deployAsk()))).toEqual([403, "forbidden"]);
    expect((await vic.post(`/approvals/${id}/approve`, {})).status).toBe(403);
    expect((await vic.post(`/approvals/${id}/deny`, { reason: "x" })).status).toBe(403);
    const { body } = await vic.get(`/approvals/${id}`);
    const people = body.levels[0]?.groups[0]?.slots.map(({ approver }) => approver);
    expect(people).toEqual(["bo", "cy"]);
  });

  test("agents see the requests they made, and those of others are absent", async () => {
    const own = await asked(bot);
    const other = server.as("ci");
    const foreign = await other.get(`/approvals/${own.id}`);
    const absent = await other.get("/approvals/apr_01JXXXXXXXXXXXXXXXXXXXXXXX");
    const withoutId = ({ text }: Answer<unknown>): string =>
      text.replace(/"correlation_id":"[^"]*"/, "");
    expect(foreign.status).toBe(404);
    expect(withoutId(foreign)).toBe(withoutId(absent));
    expect((await other.get(`/approvals/${own.id}/audit`)).status).toBe(404);
    expect((await other.post(`/approvals/${own.id}/cancel`, {})).status).toBe(404);
    expect(await allPages(other, "/approvals")).toEqual([]);
    expect((await allPages<{ id: string }>(bot, "/approvals")).map(({ id }) => id)).toContain(
      own.id,
    );
    const seen = new Set(
      (await allPages<{ request: string | null }>(other, "/audit")).map(({ request }) => request),
    );
    expect(seen).not.toContain(own.id);
  });

  test("an agent's credential never votes, whatever roles name it", async () => {
    const { id } = await asked(bot);
    expect((await bot.post(`/approvals/${id}/approve`, {})).status).toBe(403);
  });

  test("the requester does not vote, though the role is theirs; a colleague does", async () => {
    const bo = server.as("bo");
    const request = await asked(bo);
    const people = request.levels[0]?.groups[0]?.slots.map(({ approver }) => approver);
    expect(people).toEqual(["cy"]);
    const own = await bo.post(`/approvals/${request.id}/approve`, {});
    expect(refusal(own)).toEqual([403, "separation-of-duties"]);
    const deny = await bo.post(`/approvals/${request.id}/deny`, { reason: "x" });
    expect(refusal(deny)).toEqual([403, "separation-of-duties"]);
    const { body } = await server.as("cy").post(`/approvals/${request.id}/approve`, {});
    expect(body.status).toBe("approved");
  });

  test("the owner of the asking agent does not vote, though the role is theirs", async () => {
    const members = { members: ["ana", "ivy"] };
    await server.as("ivy").put("/directory/roles/release_board", members);
    const board = [{ type: "role", identifier: "release_board" }];
    const { id } = await asked(bot, { approvers: board });
    const owner = await server.as("ana").post(`/approvals/${id}/approve`, {});
    expect(refusal(owner)).toEqual([403, "separation-of-duties"]);
    const { body } = await server.as("ivy").post(`/approvals/${id}/approve`, {});
    expect(body.status).toBe("approved");
  });

  test("who one is comes from the credential alone", async () => {
    const { id } = await asked(bot, { approvers: [{ type: "user", identifier: "hal" }] });
    const bo = server.as("bo");
    const claims = { voted_by: "hal", approver: "hal", reviewer: "hal", on_behalf_of: "hal" };
    const headers = { "x-user": "hal", "x-forwarded-user": "hal", "countersign-principal": "hal" };
    const vote = await bo.post(`/approvals/${id}/approve`, claims, { headers });
    expect(refusal(vote)).toEqual([403, "not-an-approver"]);
    const toolWeaver = await bo.post(`//approval/${id}/approve`, claims);
    expect(toolWeaver.status).toBe(403);
    const { body } = await server.as("hal").post(`/approvals/${id}/approve`, claims);
    expect(body.resolution?.by).toMatchObject({ kind: "person", id: "hal" });
  });

  test("only admins change rules and people, and read tokens for others", async () => {
    const policy = "policy: { id: p, chain: [{ assignments: [{ type: user, identifier: bo }] }] }";
    for (const who of ["bo", "vic", "deployment-bot"]) {
      const caller = server.as(who);
      for (const answer of [
        await importFile({ as: () => caller }, policy),
        await caller.put("/directory/roles/qa_lead", { members: [who] }),
        await caller.put("/directory/people/zoe", { name: "Zoe", access: "admin" }),
        await caller.put("/directory/agents/evil", { name: "Evil", owner: "bo" }),
        await caller.delete("/directory/people/ana"),
        await caller.post("//dev/tokens", { sub: "ana" }),
      ]) {
        expect(refusal(answer)).toEqual([403, "forbidden"]);
      }
    }
    const issued = await server
      .as("ana")
      .post<{ token: string; sign_in_url: string }>("//dev/tokens", { sub: "bo" });
    expect(issued.status).toBe(200);
    expect(issued.body.sign_in_url).toContain(server.url);
  });

  test("whoever leaves is out at once: their token, their slots, their votes", async () => {
    const ana = server.as("ana");
    await ana.put("/directory/people/zoe", { name: "Zoe", access: "approver" });
    await ana.put("/directory/roles/qa_lead", { members: ["bo", "cy", "zoe"] });
    const { body: issued } = await ana.post<{ token: string }>("//dev/tokens", { sub: "zoe" });
    const zoe = { authorization: `Bearer ${issued.token}` };
    const { id } = await asked(bot);
    expect((await bot.get(`/approvals/${id}`, { headers: zoe })).status).toBe(200);
    expect((await ana.delete("/directory/people/zoe")).status).toBe(200);
    const vote = await bot.post(`/approvals/${id}/approve`, {}, { headers: zoe });
    expect(refusal(vote)).toEqual([401, "unauthenticated"]);
    expect((await bot.get(`/approvals/${id}`, { headers: zoe })).status).toBe(401);
    const { body } = await bot.get(`/approvals/${id}`);
    const open = body.levels[0]?.groups[0]?.slots.filter(({ status }) => status === "open");
    expect(open?.map(({ approver }) => approver)).toEqual(["bo", "cy"]);
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
