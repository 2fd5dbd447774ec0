import { readFile } from "node:fs/promises";
import { makeClient } from "@countersign/client/client.ts";

/**
 * An agent that may not deploy before somebody agrees. Start Countersign (`npm start`), run this from the same folder
 * with `npx node examples/agent/ask-and-wait.ts`, and answer as `bo`. Stop and start Countersign meanwhile: it goes on waiting.
 */
const tokens: Readonly<Record<string, string>> = JSON.parse(
  await readFile("data/dev-tokens.json", "utf8"),
);
const agent = makeClient({
  url: process.env["COUNTERSIGN_URL"] ?? "http://127.0.0.1:4400",
  org: "demo",
  token: tokens["deployment-bot"] ?? "",
});

const asked = await agent.ask({
  title: "Deploy app:v2.0.0 to production",
  action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0", replicas: 3 } },
  approvers: [{ type: "role", identifier: "qa_lead" }],
});
console.log(`asked: ${asked.id}`);

let request = await agent.wait(asked.id);
while (request.status === "pending") {
  for (const { text, answer } of request.questions)
    if (answer === null) console.log(`asked back: ${text}`);
  request = await agent.wait(asked.id);
}

const { status, resolution, execution } = request;
const by = resolution === null ? "nobody" : `${resolution.by.kind} ${resolution.by.id}`;
console.log(`${status} by ${by}${resolution?.reason ? `: ${resolution.reason}` : ""}`);
console.log(`grant: ${execution?.status ?? "none"}`);
