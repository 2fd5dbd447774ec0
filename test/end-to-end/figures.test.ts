import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { makeApi, type Api } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, idOf, importFile } from "./asking.ts";

const policies = `
policies:
  - id: judged
    chain: [{ assignments: [{ type: role, identifier: sre }], deciders: [{ type: agent, identifier: judge }] }]
  - id: security
    chain: [{ assignments: [{ type: role, identifier: security_lead }] }]
  - id: by-security
    chain: [{ assignments: [{ type: workflow, identifier: security }] }]
`;

interface Stats {
  readonly by_reviewer: readonly { readonly reviewer: string; readonly approved: number }[];
}

describe("the figures by reviewer", () => {
  let server: Standalone;
  let bot: Api;

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    await server.as("ana").put("/directory/agents/judge", { name: "Judge", owner: "gus" });
    const { status, text } = await importFile(server, policies);
    expect(status, text).toBe(201);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("name people and agents by their ids, and no child request", async () => {
    const ana = server.as("ana");
    const issued = await ana.post<{ key: string }>("/api-keys", { agent: "judge" });
    const judge = makeApi(server.url, issued.body.key, "demo");
    const judged = await asked(bot, { policy: "judged", approvers: undefined });
    expect((await judge.post(`/approvals/${judged.id}/approve`, {})).status).toBe(200);
    const parent = await asked(bot, { policy: "by-security", approvers: undefined });
    const child = idOf(parent.children[0]);
    await eventually("the child's approval", async () => {
      const { status } = await server.as("fay").post(`/approvals/${child}/approve`, {});
      return status === 200 ? status : undefined;
    });
    await eventually("the parent's approval", async () => {
      const { body } = await bot.get<RequestView>(`/approvals/${parent.id}`);
      return body.status === "approved" ? body : undefined;
    });
    const { body } = await ana.get<Stats>("/approvals/stats");
    expect(body.by_reviewer.map(({ reviewer, approved }) => `${reviewer} ${approved}`)).toEqual([
      "judge 1",
      "fay 1",
    ]);
  });
});
