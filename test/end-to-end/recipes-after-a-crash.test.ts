import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone } from "../testkit/processes/standalone.ts";
import type { TransitionBody } from "../testkit/http.ts";
import { importFile, onlyApproval } from "./asking.ts";

const workflow = `
workflow:
  id: release
  transitions:
    - from: pending_approval
      to: production
      approval_chain:
        chain:
          - { assignments: [{ type: role, identifier: qa_lead }], timeout: 1s }
        escalation: [{ after: 2h, action: reminder }]
`;
const timeout = readFileSync(
  join(
    import.meta.dirname,
    "../../examples/kiket-release/automation_recipes/production_approval_escalation.yaml",
  ),
  "utf8",
).replace("value: 4", "value: 0");
const onSignal = `
recipe:
  key: watch
  trigger: case.updated
  conditions: [{ field: severity, operator: "=", value: high }]
  actions:
    - { type: add_comment, body: "severity {{case.severity}}" }
    - { type: escalate_approval, add_approvers: [{ type: role, identifier: director }] }
    - { type: request_approval, approvers: [security_team], reason: "Look at {{case.id}}" }
`;

test("a process killed between a signal and what its recipe does finishes it once when it is back", async () => {
  await using server = await startStandalone();
  for (const [text, name] of [
    [workflow, "release.yaml"],
    [onSignal, "watch.yaml"],
    [timeout, "timeout.yaml"],
  ] as const)
    expect((await importFile(server, text, name)).status).toBe(201);
  const read = async (id: string): Promise<RequestView> =>
    (await server.as("ana").get<RequestView>(`/approvals/${id}`)).body;
  const topics: string[] = [];
  for (let round = 0; round < 3; round++) {
    const topic = { workflow: "release", id: `r-${round}` };
    topics.push(topic.id);
    const id = onlyApproval(
      await server.as("deployment-bot").post<TransitionBody>("/transitions", {
        workflow: "release",
        topic: { id: topic.id, state: "pending_approval" },
        to: "production",
      }),
    );
    const facts = { severity: "high" };
    const signalled = await server.as("gus").post("/signals", { topic, facts });
    expect(signalled.status, signalled.text).toBe(200);
    // Acknowledged is stored; how far its recipe has come is a matter of luck.
    await server.stop("SIGKILL");
    await server.start();
    await eventually("both recipes on the request", async () => {
      const { automations } = await read(id);
      const recipes = automations.map((run) => run["recipe"]);
      return recipes.includes("watch") && recipes.includes("production_approval_escalation")
        ? true
        : undefined;
    });
  }
  await eventually("all requests of the recipe", async () => {
    const { body } = await server
      .as("ana")
      .get<{ items: RequestView[] }>("/approvals?status=pending&limit=100");
    const asked = body.items.filter(({ automations }) => automations[0]?.["outcome"] === "asked");
    return asked.length === topics.length ? true : undefined;
  });
  const { log, violations } = await server.finish();
  expect(violations).toEqual([]);
  for (const topic of topics) {
    const runs = log.filter(
      ({ type, data }) =>
        type === "AutomationRan" && (data as { topic: { id: string } }).topic.id === topic,
    );
    expect(runs.map(({ data }) => (data as { recipe: string }).recipe).toSorted()).toEqual([
      "production_approval_escalation",
      "watch",
    ]);
    const stream = `topic-demo.release.${Buffer.from(topic).toString("base64url")}`;
    const comments = log.filter(
      (entry) => entry.stream === stream && entry.metadata.actor.id === "recipe:watch",
    );
    expect(comments).toHaveLength(1);
  }
});
