import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone } from "../testkit/processes/standalone.ts";
import { asked, deployAsk, importFile, moveRelease, onlyApproval, releaseFile } from "./asking.ts";
import { guardSecret, signatureOf, startOutside, type Reply } from "./outside-service.ts";

const highRisk = readFileSync(
  join(import.meta.dirname, "../../examples/recipes/high-risk-issue-alert.yaml"),
  "utf8",
);

test("an advisor scores what is asked: the higher score counts, and its own stands apart", async () => {
  let reply: Reply = { score: 0.7 };
  await using advisor = await startOutside(() => reply);
  await using server = await startStandalone({
    env: {
      COUNTERSIGN_RISK_ADVISOR_URL: advisor.url,
      COUNTERSIGN_RISK_ADVISOR_TIMEOUT: "500ms",
      COUNTERSIGN_GUARD_SECRET: guardSecret,
    },
  });
  const bot = server.as("deployment-bot");
  const read = async (id: string): Promise<RequestView> =>
    (await server.as("ana").get<RequestView>(`/approvals/${id}`)).body;

  const lowered = await asked(bot, {
    risk_snapshot: { score: 0.2, advisor_score: 0.1, budget: 5 },
  });
  expect(lowered.risk_snapshot).toEqual({ score: 0.7, advisor_score: 0.7, budget: 5 });
  const raised = await asked(bot, { risk_snapshot: { score: 0.9 } });
  expect(raised.risk_snapshot).toEqual({ score: 0.9, advisor_score: 0.7 });
  const [question] = advisor.questions;
  if (question === undefined) throw new Error("the advisor was not asked");
  expect(question.body).toMatchObject({
    type: "approval.requested",
    org: "demo",
    requester: { kind: "agent", id: "deployment-bot" },
    action: { type: "kubernetes:deploy" },
    risk_snapshot: { score: 0.2, budget: 5 },
  });
  expect(question.headers["webhook-signature"]).toBe(signatureOf(question));

  // The same ask again is answered from what is stored.
  const headers = { "idempotency-key": "once" };
  expect((await bot.post("/approvals", deployAsk(), { headers })).status).toBe(201);
  const before = advisor.questions.length;
  expect((await bot.post("/approvals", deployAsk(), { headers })).status).toBe(200);
  expect(advisor.questions).toHaveLength(before);

  for (const silence of [null, 500, { score: 7 }, { score: "low" }]) {
    reply = silence;
    const unknown = await asked(bot, { risk_snapshot: { score: 0.3 } });
    expect(unknown.risk_snapshot).toEqual({ score: 0.3, advisor_score: null });
  }

  // Transitions that people are asked about are scored likewise, and recipes see the score of a topic.
  reply = { score: 0.85 };
  await importFile(server, releaseFile, "release.yaml");
  await importFile(server, highRisk, "risk.yaml");
  const where = { id: "r-1", state: "pending_approval", attributes: {} };
  const moved = await read(onlyApproval(await moveRelease(bot, where, "production")));
  expect(moved.risk_snapshot).toEqual({ score: 0.85, advisor_score: 0.85 });
  const alert = await eventually("the alert", async () => {
    const { body } = await server
      .as("ana")
      .get<{ items: RequestView[] }>("/approvals?status=pending&limit=100");
    return body.items.find(({ title }) => title === "Risk 0.85 of r-1");
  });
  expect(alert.levels[0]?.groups[0]?.slots[0]?.approver).toBe("gus");

  const { violations } = await server.finish();
  expect(violations).toEqual([]);
});

test("without an advisor nobody can bring a score of one along", async () => {
  await using server = await startStandalone();
  const request = await asked(server.as("deployment-bot"), {
    risk_snapshot: { score: 0.2, advisor_score: 0.1 },
  });
  expect(request.risk_snapshot).toEqual({ score: 0.2 });
});
