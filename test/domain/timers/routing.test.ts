import { describe, expect, test } from "vitest";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import { ladderOfRouting } from "@countersign/domain/request/timers/routing.ts";
import { modifies } from "../../testkit/changing.ts";
import { any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, type Happening } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const routing = {
  primary: { role: "team_lead", timeout_minutes: 30 },
  escalation: { role: "manager", timeout_minutes: 60 },
  final: { action: "auto_reject", timeout_minutes: 120 },
};

const at = (time: string): Happening => clockShows(`2026-01-05T${time}:00.000Z`);

const orgRoutes = (by: JsonObject | null): Happening => ({
  kind: "world",
  change: (from) => ({ ...from, defaults: { ...from.defaults, routing: by } }),
});

const routed = (of: Policy, by: JsonObject | null = routing): Given =>
  given(world(of), orgRoutes(by), asked({ policy: "release" }));

const two = policy(level(group(atLeast(2), "qa_lead")));
const stepwise = policy([level(group(any, "qa_lead")), level(group(any, "tech_lead"))]);

describe("an org's routing as a ladder", () => {
  const toManager = { type: "role", identifier: "manager" };
  const step = (minutes: string, action: string, ...to: readonly object[]): object => ({
    after: minutes,
    action,
    to,
    channels: [],
    reason: null,
  });

  test.each<readonly [string, JsonObject, readonly object[]]>([
    [
      "adds the escalation's role, reminds, and ends it",
      routing,
      [step("30m", "escalate", toManager), step("60m", "reminder"), step("120m", "auto_deny")],
    ],
    ["of nothing has no step", {}, []],
    [
      "may end in an approval",
      { final: { action: "auto_approve", timeout_minutes: 5 } },
      [step("5m", "auto_approve")],
    ],
    ["knows no end without an action", { final: { timeout_minutes: 5 } }, []],
    ["knows no end without its minutes", { final: { action: "auto_reject" } }, []],
    [
      "escalates to nobody without a role",
      { primary: { timeout_minutes: 30 }, escalation: { timeout_minutes: 60 } },
      [step("60m", "reminder")],
    ],
    ["has no step for a role without minutes", { escalation: { role: "manager" } }, []],
    [
      "takes nothing but numbers above zero for minutes",
      { escalation: { timeout_minutes: 0 } },
      [],
    ],
    ["takes no text for minutes", { escalation: { timeout_minutes: "60" } }, []],
    ["takes no text for a stop", { primary: "team_lead", escalation: "manager", final: "end" }, []],
  ])("%s", (_, written, steps) => {
    expect(ladderOfRouting(written)).toEqual(steps);
  });
});

describe("a request that the org's routing drives", () => {
  test("is escalated, reminded of and denied by it, counted from the creation", () => {
    const open = routed(two);
    open
      .and(at("09:30"))
      .when(fires("escalate", { level: null }))
      .yields(["RequestEscalated", { level: null, told: ["gus"], openLevel: 1 }]);
    open
      .and(at("09:30"), fires("escalate", { level: null }), at("10:00"))
      .when(fires("reminder", { level: null, step: 2 }))
      .yields(["ReminderDue", { told: ["bo", "cy", "gus"] }]);
    open
      .and(at("11:00"))
      .when(fires("auto_deny", { level: null, step: 3 }))
      .yields("RequestEscalated", "ReminderDue", ["RequestDenied", { reason: null }]);
  });

  test("keeps the routing of its creation, whatever the org writes later", () => {
    const open = routed(two).and(orgRoutes(null));
    open
      .and(at("09:30"))
      .when(fires("escalate", { level: null }))
      .yields("RequestEscalated");
    const edited = open.and(at("09:40"), fires("escalate", { level: null })).when(modifies("bo"));
    const [plan] = edited.decision.events.filter(({ type }) => type === "TimersPlanned");
    expect(plan).toMatchObject({
      data: {
        payloadVersion: 2,
        generation: 1,
        startAt: "2026-01-05T09:00:00.000Z",
        timers: [
          { kind: "reminder", step: 2, dueAt: "2026-01-05T10:00:00.000Z" },
          { kind: "auto_deny", step: 3, dueAt: "2026-01-05T11:00:00.000Z" },
        ],
      },
    });
    open
      .and(at("09:40"), fires("escalate", { level: null }), modifies("bo"), at("10:00"))
      .when(fires("reminder", { level: null, step: 2, payloadVersion: 2 }))
      .yields(["ReminderDue", { told: ["cy", "gus"] }]);
  });

  test("gets none that the org writes later, not even when it is edited", () => {
    const open = routed(stepwise, null).and(orgRoutes(routing));
    open.when(approves("bo")).yields("VoteCast", "LevelApproved", "LevelOpened");
    const edited = open.and(approves("bo")).when(modifies("dee"));
    expect(edited.decision.events.map(({ type }) => type)).not.toContain("TimersPlanned");
    expect(edited.view.timeline.map(({ action }) => action)).toEqual(["approaching", "expiry"]);
  });

  test("is driven by its policy's ladder where the policy has one", () => {
    const own = policy(level(group(any, "qa_lead")), { escalation: [after("4h", "reminder")] });
    expect(routed(own).view.timeline[0]).toMatchObject({
      at: "2026-01-05T13:00:00.000Z",
      action: "reminder",
      level: null,
    });
  });

  test("only records a due mark for which nothing is written: it has a ladder", () => {
    const marked = policy(level(group(any, "qa_lead"), { timeout: "15m" }));
    routed(marked)
      .and(at("09:15"))
      .when(fires("due"))
      .yields(["LevelOverdue", { onTimeout: null }]);
    routed(marked, null)
      .and(at("09:15"))
      .when(fires("due"))
      .yields(["LevelOverdue", { onTimeout: "expire" }], "RequestExpired");
  });
});
