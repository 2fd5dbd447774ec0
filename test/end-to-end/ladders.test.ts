import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { Api, TrailEntry } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, importFile } from "./asking.ts";

const policies = `
defaults: { auto_approve: allow }
policies:
  - id: every-step
    chain:
      - assignments: [{ type: role, identifier: qa_lead }]
        required: all
        timeout: 2s
        on_timeout: pause_caller
        escalation:
          - { after: 1s, action: reminder, channels: [in_app, email] }
          - { after: 1s, action: escalate, to: [{ type: role, identifier: manager }] }
          - { after: 2s, action: notify_executive, to: [{ type: role, identifier: director }] }
          - { after: 2s, action: reassign, to: [{ type: role, identifier: sre }] }
          - { after: 3s, action: auto_approve }
          - { after: 3s, action: auto_deny, reason: nobody came }
  - id: by-itself
    auto_approve: allow
    risk_ceiling: 1
    chain:
      - assignments: [{ type: role, identifier: qa_lead }]
        escalation: [{ after: 1s, action: reminder }, { after: 1s, action: auto_approve }]
  - id: nobody-there
    chain:
      - assignments: [{ type: role, identifier: ghosts }]
        escalation: [{ after: 7d, action: escalate, to: [{ type: role, identifier: manager }] }]
  - id: out-of-time
    chain: [{ assignments: [{ type: role, identifier: qa_lead }], timeout: 1s }]
  - id: routed
    escalation:
      - { after: 30m, action: escalate, to: [{ type: role, identifier: director }] }
      - { after: 60m, action: reminder }
      - { after: 120m, action: auto_deny }
    chain: [{ assignments: [{ type: role, identifier: qa_lead }], timeout: 4h }]
`;

const gate = `
gates:
  - id: by-hand
    gate_type: require_approval
    actions: ["manual:*"]
    approvers: [team_lead]
    routing:
      primary: { role: team_lead, timeout_minutes: 30 }
      escalation: { role: admin, timeout_minutes: 60 }
      final: { action: auto_reject, timeout_minutes: 120 }
`;

describe("ladders", () => {
  let server: Standalone;
  let bot: Api;

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    await server.as("ana").put("/directory/roles/ghosts", { members: [] });
    const { status, text } = await importFile(server, policies, "ladders.yaml");
    expect(status, text).toBe(201);
  });
  afterAll(async () => {
    const { violations } = await server.finish();
    await server[Symbol.asyncDispose]();
    expect(violations).toEqual([]);
  });

  const ask = (policy: string): Promise<RequestView> =>
    asked(bot, { policy, approvers: undefined });
  const read = async (id: string, query = ""): Promise<RequestView> =>
    (await bot.get<RequestView>(`/approvals/${id}${query}`)).body;
  const trail = async (id: string): Promise<readonly TrailEntry[]> =>
    (await server.as("ana").get<{ items: readonly TrailEntry[] }>(`/approvals/${id}/audit`)).body
      .items;
  const ended = (id: string): Promise<RequestView> =>
    eventually("the end of the request", async () => {
      const request = await read(id, "?wait=10s&wait_for=terminal");
      return request.status === "pending" ? undefined : request;
    });

  test("take every step once, in order, and the last one ends the request", async () => {
    const { id } = await ask("every-step");
    const request = await ended(id);
    expect(request).toMatchObject({
      status: "denied",
      resolution: { by: { kind: "timer", id: "auto_deny" }, reason: "nobody came" },
      timeline: [],
    });
    const due = request.resolution?.due_at ?? "";
    expect(Date.parse(request.resolved_at ?? "")).toBeGreaterThanOrEqual(Date.parse(due));
    const events = (await trail(id)).map(({ event }) => event);
    expect(events).toEqual([
      "RequestSubmitted",
      "LevelOpened",
      "TimersPlanned",
      "ReminderDue",
      "RequestEscalated",
      "ExecutivesNotified",
      "RequestReassigned",
      "LevelOpened",
      "LevelOverdue",
      "CallerPaused",
      "TimerSuppressed",
      "RequestDenied",
    ]);
    const slots = request.levels[0]?.groups[0]?.slots ?? [];
    expect(slots.map(({ approver, status }) => `${approver} ${status}`)).toEqual([
      "eli not_required",
      "fay not_required",
      "bo cancelled",
      "cy cancelled",
      "gus cancelled",
    ]);
  });

  test("wake a caller who waits, once, when it is to pause", async () => {
    const { id } = await ask("every-step");
    const paused = await read(id, "?wait=30s");
    expect(paused).toMatchObject({ status: "pending", caller_paused: true });
    expect(paused.levels[0]).toMatchObject({ overdue: true });
    const after = await read(id, "?wait=30s");
    expect(after).toMatchObject({ status: "denied", caller_paused: false });
  });

  test("approve by themselves only where policy and org allow it, and say that a timer did", async () => {
    const { id } = await ask("by-itself");
    const request = await ended(id);
    expect(request).toMatchObject({
      status: "approved",
      resolution: { by: { kind: "timer", id: "auto_approve" } },
      execution: { status: "granted" },
    });
    expect((await trail(id)).map(({ event }) => event).slice(3)).toEqual([
      "ReminderDue",
      "LevelAutoApproved",
      "LevelApproved",
      "RequestApproved",
    ]);
  });

  test("do not wait where nobody can decide, and whom they call has it in their queue", async () => {
    const { id, blocked, levels } = await ask("nobody-there");
    expect(blocked).toBe(false);
    expect(levels[0]?.groups[0]?.slots).toMatchObject([{ approver: "gus", status: "open" }]);
    const mine = await server
      .as("gus")
      .get<{ items: readonly { id: string }[] }>("/approvals?mine=now");
    expect(mine.body.items.map((item) => item.id)).toContain(id);
    const { body } = await server.as("gus").post<RequestView>(`/approvals/${id}/approve`, {});
    expect(body.status).toBe("approved");
  });

  test("call whoever comes into the role later, too", async () => {
    const { id } = await ask("nobody-there");
    await server.as("ana").put("/directory/roles/manager", { members: ["gus", "hal"] });
    await eventually("the request in hal's queue", async () => {
      const { body } = await server
        .as("hal")
        .get<{ items: readonly { id: string }[] }>("/approvals?mine=now");
      return body.items.some((item) => item.id === id) ? true : undefined;
    });
    const { body } = await server.as("hal").post<RequestView>(`/approvals/${id}/approve`, {});
    expect(body.status).toBe("approved");
  });

  test("let a level without one expire the request at its due mark", async () => {
    const { id } = await ask("out-of-time");
    expect(await ended(id)).toMatchObject({
      status: "expired",
      resolution: { by: { kind: "timer", id: "expiry" } },
      levels: [{ overdue: true }],
    });
  });

  test("show what will happen, when and to whom, over REST and GraphQL alike", async () => {
    const { id, created_at: created, timeline } = await ask("routed");
    const minutes = ({ at }: { readonly at: string }): number =>
      (Date.parse(at) - Date.parse(created)) / 60_000;
    expect(timeline.map((each) => [each.action, each.level, each.step, minutes(each)])).toEqual([
      ["escalate", null, 1, 30],
      ["reminder", null, 2, 60],
      ["auto_deny", null, 3, 120],
      ["due", 1, null, 240],
      ["approaching", null, null, 1_296],
      ["expiry", null, null, 1_440],
    ]);
    expect(timeline.slice(0, 3).map(({ to }) => to)).toEqual([["hal"], ["bo", "cy"], []]);
    expect(timeline.slice(3).every(({ suppressed }) => suppressed !== undefined)).toBe(true);
    expect((await read(id)).timeline).toEqual(timeline);
    const { approvalRequest } = await server.graphql("ana").data<{
      approvalRequest: { timeline: readonly object[] };
    }>("query ($id: ID!) { approvalRequest(id: $id) { timeline { at action to suppressed } } }", {
      id,
    });
    expect(approvalRequest.timeline).toMatchObject(
      timeline.map(({ at, action, to, suppressed }) => ({
        at,
        action,
        to,
        suppressed: suppressed ?? null,
      })),
    );
  });

  test("of a gate's routing count from the creation, beside the chain that the gate brings", async () => {
    const { status, text } = await importFile(server, gate, "by-hand.yaml");
    expect(status, text).toBe(201);
    const { created_at: created, timeline } = await asked(bot, {
      action: { type: "manual:deploy", parameters: {} },
      approvers: undefined,
    });
    const shown = timeline.map(({ at, action, level, to }) => [
      action,
      level,
      (Date.parse(at) - Date.parse(created)) / 60_000,
      to,
    ]);
    expect(shown.slice(0, 3)).toEqual([
      ["escalate", null, 30, ["ivy"]],
      ["reminder", null, 60, ["bo", "cy"]],
      ["auto_deny", null, 120, []],
    ]);
  });

  test("show people with a zone of their own what their clock will show", async () => {
    const person = { name: "Cy", access: "approver", zone: "Asia/Kolkata" };
    const { status } = await server.as("ana").put("/directory/people/cy", person);
    expect(status).toBe(200);
    const { id } = await ask("routed");
    const { body } = await server.as("cy").get<RequestView>(`/approvals/${id}`);
    const [first] = body.timeline;
    expect(first?.at_local).toMatch(/\+05:30$/);
    const seconds = (at = ""): number => Math.floor(Date.parse(at) / 1_000);
    expect(seconds(first?.at_local)).toBe(seconds(first?.at));
    const { approvalRequest } = await server.graphql("cy").data<{
      approvalRequest: { timeline: readonly object[] };
    }>("query ($id: ID!) { approvalRequest(id: $id) { timeline { atLocal } } }", { id });
    expect(approvalRequest.timeline[0]).toEqual({ atLocal: first?.at_local });
    expect((await read(id)).timeline[0]).not.toHaveProperty("at_local");
  });

  test("outlive a kill of the process", async () => {
    const { id } = await ask("every-step");
    await server.stop("SIGKILL");
    await server.start();
    const request = await ended(id);
    expect(request.resolution?.by).toEqual({ kind: "timer", id: "auto_deny" });
    const events = (await trail(id)).map(({ event }) => event);
    expect(events.filter((event) => event === "RequestEscalated")).toHaveLength(1);
    expect(events.filter((event) => event === "RequestReassigned")).toHaveLength(1);
  });
});
