import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "@countersign/check/check.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { AutomationView, RequestView } from "@countersign/domain/request/view/wire.ts";
import type { TopicBody } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import {
  asked,
  importFile,
  levelStatuses,
  moveRelease,
  onlyApproval,
  releaseFile,
} from "./asking.ts";

const recipeFile = (name: string): string =>
  readFileSync(
    join(import.meta.dirname, "../../examples/kiket-release/automation_recipes", name),
    "utf8",
  );

/** One of the three that Kiket describes, run by what happens here rather than by the clock. */
const exampleFile = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../../examples/recipes", name), "utf8").replace(
    /trigger: scheduled\n {2}schedule: .*\n/,
    "trigger: case.updated\n",
  );

interface RunBody {
  readonly event: string;
  readonly recipe?: string;
  readonly phase?: string;
  readonly topic?: { readonly id: string } | null;
  readonly reason: string | null;
}

describe("recipes", () => {
  let server: Standalone;
  let topics = 0;
  let topicId = "";

  beforeAll(async () => {
    server = await startStandalone();
    const files = [
      [releaseFile, "release.yaml"],
      [recipeFile("hotfix_fast_track.yaml"), "hotfix_fast_track.yaml"],
      [recipeFile("rollback_incident.yaml"), "rollback_incident.yaml"],
      [exampleFile("sla-breach-escalation.yaml"), "sla.yaml"],
      [exampleFile("silent-issue-follow-up.yaml"), "silent.yaml"],
    ] as const;
    for (const [text, name] of files) {
      const { status, text: answer } = await importFile(server, text, name);
      expect(status, answer).toBe(201);
    }
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    topicId = `release-${++topics}`;
  });

  const signal = async (by: string, facts: object): Promise<void> => {
    const topic = { workflow: "release", id: topicId };
    const answer = await server.as(by).post("/signals", { topic, facts });
    expect(answer.status, answer.text).toBe(200);
  };
  const request = async (id: string): Promise<RequestView> =>
    (await server.as("ana").get<RequestView>(`/approvals/${id}`)).body;
  const topic = async (): Promise<TopicBody> =>
    (await server.as("ana").get<TopicBody>(`/topics/release/${topicId}`)).body;
  const blockedHotfix = async (): Promise<string> => {
    const attributes = { priority: "critical", labels: ["fix"] };
    const where = { id: topicId, state: "pending_approval", attributes };
    return onlyApproval(await moveRelease(server.as("deployment-bot"), where, "production"));
  };
  /** A topic of which nothing has to be agreed yet. */
  const inDevelopment = async (attributes: object = {}): Promise<void> => {
    const where = { id: topicId, state: "staging", attributes };
    const { status, text } = await moveRelease(server.as("deployment-bot"), where, "development");
    expect(status, text).toBe(200);
  };
  const seenRun = (id: string, recipe: string): Promise<AutomationView> =>
    eventually(`a run of ${recipe}`, async () =>
      (await request(id)).automations.find((run) => run.recipe === recipe),
    );
  const pendingOf = (recipe: string): Promise<RequestView> =>
    eventually(`a request by ${recipe}`, async () => {
      const { body } = await server
        .as("ana")
        .get<{ items: RequestView[] }>("/approvals?status=pending&limit=100");
      return body.items.find(
        ({ automations, links }) =>
          automations[0]?.["recipe"] === recipe &&
          automations[0]["outcome"] === "asked" &&
          links["issue"] === topicId,
      );
    });

  test("a critical hotfix skips two levels on what somebody else found out", async () => {
    const id = await blockedHotfix();
    await signal("gus", { case_type: "Hotfix", custom_fields: { severity: "critical" } });
    expect(await seenRun(id, "hotfix_fast_track")).toMatchObject({
      trigger: "case.updated",
      outcome: "amended",
      facts: {
        case_type: "Hotfix",
        "custom_fields.severity": "critical",
        status: "pending_approval",
      },
      diff: [{ field: "labels", before: ["fix"], after: ["fix", "fast-track"] }],
    });
    expect((await topic()).attributes).toMatchObject({ labels: ["fix", "fast-track"] });
    const shown = await server
      .graphql("ana")
      .data(
        `query ($id: ID!) { approvalRequest(id: $id) { automations { recipe outcome trigger because diff } } }`,
        { id },
      );
    expect(JSON.stringify(shown)).toContain('"recipe":"hotfix_fast_track","outcome":"amended"');
    // The on-call SRE came in at level 1, and levels 3 and 4 are not asked.
    for (const person of ["eli", "dee", "fay"]) {
      const { status, text } = await server.as(person).post(`/approvals/${id}/approve`, {});
      expect(status, text).toBe(200);
    }
    await server.as("eli").post(`/approvals/${id}/approve`, { level: 2 });
    const done = await request(id);
    expect(levelStatuses(done)).toEqual(["approved", "approved", "skipped", "skipped"]);
    expect(done.status).toBe("approved");
  });

  test("the same facts from the requester skip nothing, and that stands on the request", async () => {
    const id = await blockedHotfix();
    await signal("deployment-bot", {
      case_type: "Hotfix",
      custom_fields: { severity: "critical" },
    });
    expect(await seenRun(id, "hotfix_fast_track")).toMatchObject({ outcome: "refused" });
    const { body } = await server.as("ana").get<{ items: RunBody[] }>(`/approvals/${id}/audit`);
    expect(body.items.map(({ event }) => event)).toContain("AmendmentRefused");
    const amended = body.items.filter(({ event }) => event === "ChainAmended");
    expect(amended).toHaveLength(1);
    for (const person of ["bo", "dee", "eli", "fay"])
      await server.as(person).post(`/approvals/${id}/approve`, {});
    expect((await request(id)).levels[2]?.status).toBe("open");
  });

  test("eight hours before it is due an approval of the operations manager is asked for, once", async () => {
    await inDevelopment();
    const dueAt = new Date(Date.parse((await topic()).history[0]?.at ?? "") + 7 * 3_600_000);
    await signal("bo", { priority: "high", due_at: dueAt.toISOString() });
    const raised = await pendingOf("sla_breach_escalation");
    expect(raised).toMatchObject({
      urgency: "high",
      requester: { kind: "person", id: "bo" },
      levels: [{ groups: [{ slots: [{ approver: "gus" }] }] }],
    });
    expect(raised.title).toMatch(new RegExp(`^${topicId} is due in 6.9\\d hours$`));
    await signal("cy", { note: "still late" });
    await signal("deployment-bot", { note: "later still" });
    const { status } = await server.as("gus").post(`/approvals/${raised.id}/approve`, {});
    expect(status).toBe(200);
    const done = await request(raised.id);
    expect(done).toMatchObject({ status: "approved", execution: null });
  });

  test("a run that needs permission changes nothing before people agree", async () => {
    await inDevelopment({ assignee: "bo" });
    await signal("gus", { last_activity_at: "2026-01-01T00:00:00.000Z" });
    const raised = await pendingOf("silent_issue_follow_up");
    expect(raised.title).toBe(`Run Silent Issue Follow-up on ${topicId}`);
    expect((await topic()).attributes).toMatchObject({ assignee: "bo" });
    await server.as("bo").post(`/approvals/${raised.id}/approve`, {});
    await eventually("the new assignee", async () =>
      (await topic()).attributes["assignee"] === "cy" ? true : undefined,
    );
  });

  test("a rollback asks the SREs, and is shown in the audit trail of the org", async () => {
    const where = { id: topicId, state: "production", attributes: {} };
    const id = onlyApproval(await moveRelease(server.as("gus"), where, "rollback"));
    await server.as("eli").post(`/approvals/${id}/approve`, {});
    const raised = await pendingOf("rollback_incident");
    expect(raised).toMatchObject({
      urgency: "critical",
      requester: { kind: "person", id: "gus" },
      title: "SRE confirmation required to complete rollback procedure",
    });
    await eventually("the label", async () =>
      (await topic()).attributes["labels"] !== undefined ? true : undefined,
    );
    const { body } = await server.as("ana").get<{ items: RunBody[] }>("/audit?limit=100");
    expect(
      body.items.some(
        ({ event, recipe, phase, topic: about }) =>
          event === "AutomationRan" &&
          recipe === "rollback_incident" &&
          phase === "ran" &&
          about?.id === topicId,
      ),
    ).toBe(true);
  });

  test("an overdue request that is about no topic is escalated by what it says itself", async () => {
    const slow = `
policy:
  id: slow
  chain: [{ assignments: [{ type: role, identifier: qa_lead }], timeout: 1s }]
  escalation: [{ after: 2h, action: reminder }]
`;
    const escalation = `
recipe:
  key: slow_asks
  trigger: approval.timeout
  conditions: [{ field: context.customer, operator: "=", value: big }]
  actions: [{ type: escalate_approval, add_approvers: [{ type: role, identifier: director }] }]
`;
    await importFile(server, slow, "slow.yaml");
    await importFile(server, escalation, "slow-asks.yaml");
    const ask = { policy: "slow", approvers: undefined };
    const { id } = await asked(server.as("ci"), { ...ask, context: { customer: "big" } });
    const other = await asked(server.as("ci"), { ...ask, context: { customer: "small" } });
    expect(await seenRun(id, "slow_asks")).toMatchObject({
      trigger: "approval.timeout",
      outcome: "amended",
      facts: { "context.customer": "big" },
    });
    const { status, text } = await server.as("hal").post(`/approvals/${id}/approve`, {});
    expect(status, text).toBe(200);
    expect((await request(other.id)).automations).toEqual([]);
  });

  test("the log of all this keeps every invariant, and one that breaks them is found out", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    const found = (planted: readonly LogEntry[]): string[] =>
      check(planted, { guard: evaluateExpression }).map(({ message }) => message);
    const changed = (
      type: string,
      change: (data: JsonObject, entry: LogEntry) => JsonObject | null,
    ): LogEntry[] =>
      log.flatMap((entry) => {
        if (entry.type !== type) return [entry];
        const data = change(entry.data as JsonObject, entry);
        return data === null ? [] : [{ ...entry, data }];
      });

    // The requester itself says that it is a critical hotfix, and levels are skipped all the same.
    const byRequester = changed("AttributesChanged", (data) => ({
      ...data,
      by: { kind: "agent", id: "deployment-bot" },
    }));
    expect(found(byRequester)).toContainEqual(
      expect.stringMatching(/weakens the approval on .*, which the asking side set/),
    );
    const forgotten = changed("AutomationRan", (data) =>
      data["recipe"] === "hotfix_fast_track" ? null : data,
    );
    expect(found(forgotten)).toContain("a recipe changes the approval by a run that never was.");
    expect(found(forgotten)).toContain("a recipe changes a topic without a run that was recorded.");
    const elsewhere = changed("AutomationRan", (data) => ({ ...data, requests: [] }));
    expect(found(elsewhere)).toContainEqual(
      expect.stringContaining("changes an approval that it did not reach"),
    );
    const unasked = changed("AutomationRan", (data) =>
      data["phase"] === "ran" && data["approvalId"] !== null
        ? { ...data, approvalId: "apr_other" }
        : data,
    );
    expect(found(unasked)).toContainEqual(
      expect.stringContaining("goes on without the approval that it asked for"),
    );
    const again = changed("AutomationRan", (data) => ({ ...data, cause: "one", topic: null }));
    expect(found(again)).toContainEqual(expect.stringContaining("runs a second time on one"));
  });
});
