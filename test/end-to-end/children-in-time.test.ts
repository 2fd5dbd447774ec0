import { expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone } from "../testkit/processes/standalone.ts";
import { asked, idOf, importFile } from "./asking.ts";

const policies = `
policies:
  - id: security
    chain: [{ assignments: [{ type: role, identifier: security_team }] }]
  - id: by-security
    expires_in: 2h
    chain: [{ assignments: [{ type: workflow, identifier: security }] }]
`;

test("a child request gets the time that its parent is given", async () => {
  await using server = await startStandalone();
  expect((await importFile(server, policies, "children.yaml")).status).toBe(201);
  const bot = server.as("deployment-bot");
  const parent = await asked(bot, { policy: "by-security", approvers: undefined });
  const child = idOf(parent.children[0]);
  const childWith = (expiresAt: string | null) =>
    eventually("the child", async () => {
      const { status, body } = await bot.get<RequestView>(`/approvals/${child}`);
      return status === 200 && body.expires_at === expiresAt ? body : undefined;
    });
  await childWith(parent.expires_at);

  const later = new Date(Date.parse(parent.created_at) + 86_400_000).toISOString();
  const extension = { expires_at: later, reason: "The security team is away until tomorrow." };
  const extended = await server.as("ivy").post(`/approvals/${parent.id}/extend`, extension);
  expect(extended.status, extended.text).toBe(200);
  await childWith(later);

  const vote = await server.as("fay").post(`/approvals/${child}/approve`, {});
  expect(vote.status, vote.text).toBe(200);
  await eventually("the parent's approval", async () => {
    const { body } = await bot.get<RequestView>(`/approvals/${parent.id}`);
    return body.status === "approved" ? true : undefined;
  });
  expect((await server.finish()).violations).toEqual([]);
});
