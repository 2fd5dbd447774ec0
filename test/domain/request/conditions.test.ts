import { describe, expect, test } from "vitest";
import { any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const leads = level(group(any, "qa_lead"));
const director = level(group(any, "director"), { conditions: when("priority", "critical") });
const both = world(policy([leads, director]));

describe("conditions of a level", () => {
  test("a level that applies opens and says why", () => {
    given(both, asked({ context: { priority: "critical" } }))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", [
        "LevelOpened",
        { level: 2, because: 'priority = "critical"' },
      ]);
  });

  test("a level that does not apply is skipped with the facts", () => {
    given(both, asked({ context: { priority: "low" } }))
      .when(approves("bo"))
      .yields(
        "VoteCast",
        "LevelApproved",
        ["LevelSkipped", { level: 2, because: 'priority = "low"', facts: { priority: "low" } }],
        ["RequestApproved", { by: { kind: "person", id: "bo" } }],
      );
  });

  test("a missing field counts as needing approval, and is named", () => {
    given(both, asked())
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", [
        "LevelOpened",
        { level: 2, because: "priority missing" },
      ]);
  });

  test("an expression that fails counts as needing approval", () => {
    const guarded = level(group(any, "director"), {
      conditions: { kind: "expression", text: "context.amount > 5" },
    });
    given(world(policy(guarded)))
      .when(asked())
      .yields("RequestSubmitted", "LevelOpened");
  });

  test("an expression that is false skips", () => {
    const guarded = level(group(any, "director"), {
      conditions: { kind: "expression", text: "context.amount > 5" },
    });
    const refuting = {
      ...world(policy([guarded, leads])),
      evaluateExpression: () => ({ value: false, why: null }),
    };
    given(refuting)
      .when(asked({ context: { amount: 3 } }))
      .yields("RequestSubmitted", ["LevelSkipped", { level: 1 }], ["LevelOpened", { level: 2 }]);
  });

  test("conditions see the action, the risk, the requester and the agent", () => {
    const conditions = {
      kind: "all",
      of: [
        when("action.parameters.replicas", 3),
        when("risk.score", 0.9),
        when("requester.owner", "ana"),
        when("agent.id", "deployment-bot"),
        when("run.id", "run-7"),
        when("namespace", "production"),
      ],
    } as const;
    given(world(policy([leads, level(group(any, "director"), { conditions })])))
      .and(asked({ riskSnapshot: { score: 0.9 }, links: { run: "run-7" } }))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", [
        "LevelOpened",
        {
          because:
            'action.parameters.replicas = 3; risk.score = 0.9; requester.owner = "ana"; agent.id = "deployment-bot"; run.id = "run-7"; namespace = "production"',
        },
      ]);
  });

  test("conditions of a transition see the topic and where it goes", () => {
    const conditions = {
      kind: "all",
      of: [
        when("priority", "critical"),
        when("issue.id", "REL-1"),
        when("case.state", "staging"),
        when("issue.status", "staging"),
        when("transition.to", "production"),
      ],
    } as const;
    const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
    const action = {
      type: "workflow:transition",
      parameters: { attributes: { priority: "critical" } },
    };
    given(world(policy([level(group(any, "director"), { conditions }), leads])))
      .when(asked({ topic, action }))
      .yields("RequestSubmitted", ["LevelOpened", { level: 1 }]);
  });
});

describe("when every level is skipped", () => {
  const only = [director];
  const low = asked({ context: { priority: "low" } });

  test("nothing is approved without a decision: the request is blocked", () => {
    const after = given(world(policy(only))).when(low);
    after.yields("RequestSubmitted", "LevelSkipped", ["LevelBlocked", { level: null, groups: [] }]);
    expect(after.view.blocked).toBe(true);
    expect(after.queue).toEqual({ now: [], later: [] });
  });

  test("nobody can vote on it", () => {
    given(world(policy(only)), low)
      .when(approves("hal"))
      .refused("level-not-open");
    given(world(policy(only)), low)
      .when(approves("bo"))
      .refused("not-an-approver");
  });

  test("on_all_skipped: approve lets it pass, in the system's name", () => {
    given(world(policy(only, { onAllSkipped: "approve" })))
      .when(low)
      .yields("RequestSubmitted", "LevelSkipped", [
        "RequestApproved",
        { by: { kind: "system", id: "on_all_skipped" } },
      ]);
  });

  test("a fallback opens as the last level", () => {
    const withFallback = policy(only, { fallback: leads });
    given(world(withFallback))
      .when(low)
      .yields("RequestSubmitted", "LevelSkipped", ["LevelOpened", { level: 2 }]);
    given(world(withFallback), low)
      .when(approves("bo"))
      .yields("VoteCast", ["LevelApproved", { level: 2 }], "RequestApproved");
  });

  test("a fallback comes before on_all_skipped: approve", () => {
    given(world(policy(only, { fallback: leads, onAllSkipped: "approve" })))
      .when(low)
      .yields("RequestSubmitted", "LevelSkipped", ["LevelOpened", { level: 2 }]);
  });

  test("a fallback is not used when some level was approved", () => {
    const withFallback = world(policy([leads, director], { fallback: level(group(any, "sre")) }));
    const { view } = given(withFallback, low, approves("bo"));
    expect(view.status).toBe("approved");
    expect(view.levels.map(({ status }) => status)).toEqual(["approved", "skipped", "waiting"]);
  });
});
