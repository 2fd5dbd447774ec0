import { describe, expect, test } from "vitest";
import type { Actor } from "@countersign/domain/actor.ts";
import type { AutomationRun } from "@countersign/domain/automation/automation.ts";
import type { Recipe } from "@countersign/domain/automation/recipe.ts";
import { mayConcern } from "@countersign/domain/automation/rough-look.ts";
import { referenceOf, world } from "../../testkit/world.ts";
import { field, plan, recipe, topic } from "./planning.ts";

const gus: Actor = { kind: "person", id: "gus" };
const bot: Actor = { kind: "agent", id: "deployment-bot" };

const ran = (run: AutomationRun | null): AutomationRun => {
  if (run === null) throw new Error("The recipe did not run.");
  return run;
};

describe("what a recipe sees", () => {
  test.each([
    ["days_in_state", "=", 7],
    ["case.days_in_state", "=", 7],
    ["idle_hours", "=", 120],
    ["status", "=", "staging"],
    ["case.workflow", "=", "release"],
  ] as const)("%s %s %s", (name, operator, value) => {
    expect(plan(recipe({ conditions: field(name, operator, value) }))).not.toBeNull();
  });

  test("how many hours are left until a topic is due, and since its last activity where that is said", () => {
    const seen = topic({
      due_at: "2026-03-08T16:59:30.000Z",
      last_activity_at: "2026-03-08T08:00:00.000Z",
    });
    const due = field("due_in_hours", "<=", 8);
    expect(ran(plan(recipe({ conditions: due }), { topic: seen })).facts).toEqual({
      due_in_hours: 7.99,
    });
    const idle = field("idle_hours", "=", 1);
    expect(plan(recipe({ conditions: idle }), { topic: seen })).not.toBeNull();
  });

  test("how long an approval has been pending, never more than it has", () => {
    const approval = {
      id: "apr_1",
      createdAt: "2026-03-08T05:00:00.500Z",
      level: 1,
      facts: {},
    };
    const condition = field("approval.pending_duration_hours", ">=", 4);
    expect(plan(recipe({ conditions: condition }), { approval })).toBeNull();
    const older = { ...approval, createdAt: "2026-03-08T05:00:00.000Z" };
    expect(plan(recipe({ conditions: condition }), { approval: older })).not.toBeNull();
  });

  test.each([
    ["due_in_hours", {}, {}],
    ["due_in_hours", { due_at: 5 }, {}],
    ["due_in_hours", { due_at: "soon" }, {}],
    ["days_in_state", {}, { enteredAt: "" }],
    ["idle_hours", { last_activity_at: "never" }, { activeAt: "" }],
  ])("and nothing of %s where it cannot be said: %j %j", (name, attributes, fields) => {
    const conditions = field(name, "exists", false);
    expect(plan(recipe({ conditions }), { topic: topic(attributes, fields) })).not.toBeNull();
  });

  test("where a transition went", () => {
    const moved = { from: "production", to: "rollback" };
    const conditions = field("to_state", "=", "rollback");
    expect(plan(recipe({ conditions }), { moved })).not.toBeNull();
    expect(plan(recipe({ conditions }))).toBeNull();
    for (const [name, state] of Object.entries(moved)) {
      const there = field(`transition.${name}`, "=", state);
      expect(plan(recipe({ conditions: there }), { moved })).not.toBeNull();
      expect(plan(recipe({ conditions: there }))).toBeNull();
    }
  });

  test("an advisor's score before what the topic says of itself", () => {
    const seen = topic({ risk: { score: 0.1, budget: 5 } });
    const conditions = field("risk.score", ">", 0.8);
    expect(plan(recipe({ conditions }), { topic: seen, risk: { score: 0.9 } })).not.toBeNull();
    expect(plan(recipe({ conditions }), { topic: seen })).toBeNull();
    expect(
      plan(recipe({ conditions: field("risk.budget", "=", 5) }), { topic: seen }),
    ).not.toBeNull();
  });
});

describe("a recipe runs", () => {
  test("only when its conditions are true: what is unknown changes nothing", () => {
    expect(plan(recipe({ conditions: field("severity", "=", "high") }))).toBeNull();
    expect(plan(recipe({ conditions: field("severity", "!=", "high") }))).toBeNull();
  });

  test("with who set what it read, and what it compared", () => {
    const seen = topic(
      { severity: "high", labels: ["a"], due_at: "2026-03-09T00:00:00.000Z" },
      { setBy: { severity: gus, labels: bot, due_at: gus } },
    );
    const conditions = {
      kind: "all" as const,
      of: [
        field("case.severity", "=", "high"),
        field("due_in_hours", "<", 100),
        field("status", "=", "staging"),
      ],
    };
    const run = ran(plan(recipe({ conditions }), { topic: seen }));
    expect(run.setBy).toEqual({ severity: [gus], due_at: [gus] });
    expect(run.because).toContain('case.severity = "high"');
    expect(run.topic).toEqual({ workflow: "release", id: "r-1", revision: 4 });
    expect(run.version).toBe(2);
  });

  test("with everybody who set anything, when an expression may have read it all", () => {
    const seen = topic({ a: 1, b: 2, c: 3 }, { setBy: { a: gus, b: bot, c: gus } });
    const conditions = { kind: "expression" as const, text: "true" };
    expect(plan(recipe({ conditions }), { topic: seen })).toBeNull();
    const either = { kind: "any" as const, of: [conditions, field("a", "=", 1)] };
    expect(ran(plan(recipe({ conditions: either }), { topic: seen })).setBy["*"]).toEqual([
      gus,
      bot,
    ]);
  });

  test("in the name of who brought it about, then of who moved the topic, its author last", () => {
    expect(ran(plan(recipe(), {}, { by: gus })).askers).toEqual([
      gus,
      bot,
      { kind: "person", id: "ivy" },
    ]);
    const stranger: Actor = { kind: "person", id: "nobody" };
    const viewer: Actor = { kind: "person", id: "vic" };
    expect(ran(plan(recipe(), {}, { by: stranger })).askers[0]).toEqual(bot);
    expect(ran(plan(recipe(), {}, { by: viewer })).askers[0]).toEqual(bot);
    expect(ran(plan(recipe(), {}, { by: { kind: "system", id: "x" } })).askers[0]).toEqual(bot);
  });

  test("after people agreed, when it needs permission", () => {
    expect(ran(plan(recipe({ requiresApproval: true }))).phase).toBe("asked");
    expect(ran(plan(recipe())).phase).toBe("ran");
  });
});

describe("its actions", () => {
  const seen = topic({
    assignee: "dee",
    custom_fields: { version_tag: "v2", deputy: "gus" },
    labels: ["a"],
  });

  test("have their texts filled in, whole values as they are, and nothing for what is missing", () => {
    const actions = [
      {
        type: "notify" as const,
        channel: "in_app",
        template: null,
        level: null,
        message:
          "{{case.custom_fields.version_tag}} for {{ case.days_in_state }} days{{case.none}}",
        recipients: ["{{case.assignee}}", "{{case.none}}"],
        mention: [],
      },
      { type: "set_field" as const, field: "copy", value: { labels: "{{case.labels}}" } },
    ];
    const run = ran(plan(recipe({ actions }), { topic: seen }));
    expect(run.actions).toMatchObject([
      { message: "v2 for 7 days", recipients: ["dee"] },
      { value: { labels: ["a"] } },
    ]);
  });

  test("remember who set the names of approvers they were filled in from", () => {
    const actions = [
      {
        type: "escalate_approval" as const,
        approvers: [{ type: "user" as const, identifier: "{{case.custom_fields.deputy}}" }],
        level: null,
        reason: null,
      },
    ];
    const run = ran(plan(recipe({ actions }), { topic: seen }));
    expect(run.actions).toMatchObject([{ approvers: [{ identifier: "gus" }] }]);
    expect(run.namedBy).toEqual({ custom_fields: [bot] });
    expect(run.setBy).toEqual({});
  });

  test("change each attribute once, and show what it was and what it becomes", () => {
    const actions = [
      { type: "add_label" as const, label: "b" },
      { type: "add_label" as const, label: "b" },
      { type: "set_field" as const, field: "case.custom_fields.state", value: "late" },
      { type: "set_field" as const, field: "assignee", value: "dee" },
    ];
    expect(ran(plan(recipe({ actions }), { topic: seen })).diff).toEqual([
      { field: "labels", before: ["a"], after: ["a", "b"] },
      {
        field: "custom_fields",
        before: { version_tag: "v2", deputy: "gus" },
        after: { version_tag: "v2", deputy: "gus", state: "late" },
      },
    ]);
  });

  test("give a topic to somebody, where no approval of it is pending whose slots could be given", () => {
    const actions = [
      {
        type: "reassign" as const,
        to: [{ type: "user" as const, identifier: "cy" }],
        assignee: null,
        reason: null,
      },
    ];
    expect(ran(plan(recipe({ actions }), { topic: seen })).diff).toEqual([
      { field: "assignee", before: "dee", after: "cy" },
    ]);
    expect(ran(plan(recipe({ actions }), { topic: seen }, { requests: ["apr_1"] })).diff).toEqual(
      [],
    );
  });
});

test("a request without a topic is seen by its own facts, all of them its requester's", () => {
  const approval = {
    id: "apr_1",
    createdAt: "2026-03-08T05:00:00.000Z",
    level: 1,
    facts: { context: { amount: 7 }, action: { type: "x", parameters: {} } },
  };
  const conditions = {
    kind: "all" as const,
    of: [field("amount", "=", 7), field("approval.pending_duration_hours", ">=", 4)],
  };
  const requester = { kind: "agent" as const, id: "ci", owner: "ana" };
  const run = ran(
    plan(
      recipe({ conditions, trigger: "approval.timeout" }),
      { topic: null, approval },
      { requester, requests: ["apr_1"], by: null },
    ),
  );
  expect(run.topic).toBeNull();
  expect(run.setBy).toEqual({ amount: [{ kind: "agent", id: "ci" }] });
  expect(run.askers[0]).toEqual({ kind: "agent", id: "ci" });
});

describe("what is too long", () => {
  const huge = "x".repeat(100_000);
  const seen = topic({ note: huge, labels: [] });

  test("is cut where it is shown, and where a recipe writes text", () => {
    const actions = [
      { type: "add_comment" as const, body: "{{case.note}}" },
      { type: "add_label" as const, label: "{{case.note}}" },
      { type: "set_field" as const, field: "note", value: "short" },
    ];
    const conditions = field("note", "contains", "x");
    const run = ran(plan(recipe({ actions, conditions }), { topic: seen }));
    expect(JSON.stringify(run).length).toBeLessThan(20_000);
    expect(run.diff.find((change) => change.field === "note")?.after).toBe("short");
  });

  test("is not copied whole into a field", () => {
    const actions = [{ type: "set_field" as const, field: "copy", value: "{{case.note}}" }];
    expect(ran(plan(recipe({ actions }), { topic: seen })).actions).toEqual([]);
  });
});

describe("a schedule passes over a topic without reading it whole", () => {
  const late = "2026-03-08T09:00:00.000Z";
  const concerns = (conditions: Recipe["conditions"]): boolean =>
    mayConcern(recipe({ conditions }).recipe, topic({ a: 1 }), late, referenceOf(world()));

  test("where its attributes and the time say that nothing is done", () => {
    expect(concerns(field("a", "=", 2))).toBe(false);
    expect(concerns(field("days_in_state", ">", 7))).toBe(false);
    expect(concerns(field("missing", "=", 2))).toBe(false);
  });

  test("but not where they say something else, or what they cannot know decides", () => {
    expect(concerns(null)).toBe(true);
    expect(concerns(field("days_in_state", ">=", 7))).toBe(true);
    expect(concerns(field("approval.pending_duration_hours", ">", 4))).toBe(true);
    expect(concerns(field("case.approval", "exists", true))).toBe(true);
    expect(concerns(field("risk.score", ">", 0.8))).toBe(true);
    expect(concerns({ kind: "all", of: [field("a", "=", 2), field("risk.x", "=", 1)] })).toBe(true);
    expect(concerns({ kind: "expression", text: "case.a == 2" })).toBe(true);
  });
});
