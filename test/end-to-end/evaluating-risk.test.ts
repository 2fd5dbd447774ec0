import { expect, test } from "vitest";
import { startStandalone } from "../testkit/processes/standalone.ts";
import { importFile } from "./asking.ts";
import { evaluate } from "./gating.ts";
import { guardSecret, startOutside } from "./outside-service.ts";

const risky = `
gates:
  - { id: risky, gate_type: high_risk, above: 0.5, approvers: [team_lead] }
`;

test("an agent does not lower its risk by what it says: the advisor's score counts before anything is allowed", async () => {
  await using advisor = await startOutside(() => ({ score: 0.7 }));
  await using server = await startStandalone({
    env: { COUNTERSIGN_RISK_ADVISOR_URL: advisor.url, COUNTERSIGN_GUARD_SECRET: guardSecret },
  });
  const harmless = {
    title: "Deploy",
    action: { type: "kubernetes:deploy", parameters: {} },
    risk_snapshot: { score: 0.1 },
  };
  expect((await evaluate(server, harmless)).body.decision).toBe("ALLOW");
  expect(advisor.questions).toEqual([]);
  const imported = await importFile(server, risky, "risky.yaml");
  expect(imported.status, imported.text).toBe(201);
  const { body } = await evaluate(server, harmless);
  expect(body).toMatchObject({
    decision: "ESCALATE",
    reasons: [{ code: "HIGH_RISK_ACTION", message: "The risk score is 0.7, above 0.5." }],
  });
  const asked = await server.as("deployment-bot").post("/approvals", harmless);
  expect(asked.body).toMatchObject({ gate_type: "high_risk", risk_snapshot: { score: 0.7 } });
  const { violations } = await server.finish();
  expect(violations).toEqual([]);
});
