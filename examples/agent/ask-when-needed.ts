import { readFile } from "node:fs/promises";
import { makeClient } from "@countersign/client/client.ts";

/**
 * An agent that asks people only where the organisation's gates want it. Start Countersign (`npm start`) and run this
 * from the same folder with `npx node examples/agent/ask-when-needed.ts`. Without gates every action is allowed.
 */
const tokens: Readonly<Record<string, string>> = JSON.parse(
  await readFile("data/dev-tokens.json", "utf8"),
);
const agent = makeClient({
  url: process.env["COUNTERSIGN_URL"] ?? "http://127.0.0.1:4400",
  org: "demo",
  token: tokens["deployment-bot"] ?? "",
});

const action = { type: "refund:issue", parameters: { order: "42", amount: 900 } };
const evaluation = await agent.evaluate({ title: "Refund order 42", action, ask: true });
const { decision, reasons, approval_id: id } = evaluation;
console.log(`${decision}${reasons[0] === undefined ? "" : `: ${reasons[0].message}`}`);

if (decision === "ALLOW") console.log("running", action);
if (id !== undefined) {
  console.log(`waiting for ${id}`);
  const { status, grant, payload_hash } = await agent.wait(id, { terminalOnly: true });
  console.log(status);
  if (status === "approved" && grant !== undefined) {
    // An approver may have edited it: what runs is what the grant was given for.
    const { payload } = await agent.consume(id, { grant, payload_hash });
    console.log("running", payload);
    await agent.reportExecution(id, { status: "executed", payload_hash });
  }
}
