import { describe, expect, test } from "vitest";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { type TransitionCommand } from "@countersign/domain/topic/transition.ts";
import { ask, changed, created, field, fold, policy, release, transition } from "./release.ts";

import { code, decide, refusal } from "./deciding.ts";

describe("required fields", () => {
  const at = (attributes: TransitionCommand["attributes"]) =>
    refusal(ask("staging", { attributes }));

  test("that are absent are all named", () => {
    expect(at({})).toMatchObject({
      code: "fields-missing",
      details: { missing: ["version_tag", "changelog"] },
    });
  });

  test.each([null, "", "  ", [], {}])("that are %j are missing", (empty) => {
    expect(at({ version_tag: empty, changelog: "…" })).toMatchObject({
      details: { missing: ["version_tag"] },
    });
  });

  test.each([0, false, "v1", ["a"], { a: 1 }])("that are %j are present", (value) => {
    expect(at({ version_tag: value, changelog: "…" })).toBe("completed");
  });

  test("are found along a path, also among the custom fields", () => {
    const workflow = release(
      transition("development", "production", { requiresFields: ["build.tag"] }),
    );
    const given = (attributes: TransitionCommand["attributes"]) =>
      code(ask("production", { attributes }), absentTopic, workflow);
    expect(given({ build: { tag: "v1" } })).toBe("completed");
    expect(given({ custom_fields: { build: { tag: "v1" } } })).toBe("completed");
    expect(given({ build: { tag: " " } })).toBe("fields-missing");
    expect(given({ build: { tag: null } })).toBe("fields-missing");
    expect(given({ build: "tag" })).toBe("fields-missing");
    expect(given({ build: ["tag"] })).toBe("fields-missing");
    expect(given({ build: null, "build.tag": "v1" })).toBe("fields-missing");
  });

  test("may stand among the custom fields", () => {
    expect(at({ custom_fields: { version_tag: "v1", changelog: "…" } })).toBe("completed");
    expect(at({ custom_fields: { version_tag: "", changelog: "…" } })).toMatchObject({
      details: { missing: ["version_tag"] },
    });
  });

  test("count when an earlier call gave them, and not when this one removes them", () => {
    const known = fold([created("development"), changed({ version_tag: "v1", changelog: "…" })]);
    expect(code(ask("staging"), known)).toBe("completed");
    expect(code(ask("staging", { attributes: { changelog: null } }), known)).toBe("fields-missing");
  });

  test("are not found on an object's prototype", () => {
    const workflow = release(
      transition("development", "production", { requiresFields: ["constructor"] }),
    );
    expect(code(ask("production"), absentTopic, workflow)).toBe("fields-missing");
  });
});

describe("conditions", () => {
  const need = (needed: string | null) =>
    release(
      transition("development", "production", {
        conditions: field("priority", "critical"),
        policy: needed === null ? null : policy(needed),
      }),
    );
  const to = (attributes: TransitionCommand["attributes"]) => ask("production", { attributes });

  test("that are false refuse, and say on which facts", () => {
    expect(refusal(to({ priority: "low" }), absentTopic, need("p"))).toEqual({
      code: "condition-not-met",
      message: 'The conditions of this transition do not hold: priority = "low".',
      details: { because: 'priority = "low"', facts: { priority: "low" }, missing: [] },
    });
  });

  test("that hold let it through", () => {
    expect(code(to({ priority: "critical" }), absentTopic, need(null))).toBe("completed");
    expect(code(to({ priority: "critical" }), absentTopic, need("p"))).toBe("needs-approval");
  });

  test("that are unknown ask people, and refuse where there is nobody to ask", () => {
    expect(decide(to({}), absentTopic, need("p"))).toMatchObject({
      kind: "needs-approval",
      because: "priority missing",
    });
    expect(refusal(to({}), absentTopic, need(null))).toEqual({
      code: "condition-not-met",
      message: "The conditions of this transition cannot be judged: priority missing.",
      details: { because: "priority missing", facts: { priority: null }, missing: ["priority"] },
    });
  });

  test("that are unknown ask people even where `when` says that none are needed", () => {
    const workflow = release(
      transition("development", "production", {
        conditions: field("priority", "critical"),
        when: field("kind", "major"),
        policy: policy("p"),
      }),
    );
    expect(code(to({ kind: "minor" }), absentTopic, workflow)).toBe("needs-approval");
    expect(code(to({ kind: "minor", priority: "critical" }), absentTopic, workflow)).toBe(
      "completed",
    );
  });

  test("see the topic's own id and state, whatever its attributes say", () => {
    const workflow = release(
      transition("development", "production", {
        conditions: {
          kind: "all",
          of: [field("issue.id", "R-42"), field("case.state", "development")],
        },
      }),
    );
    expect(code(to({ id: "R-1", state: "staging" }), absentTopic, workflow)).toBe("completed");
  });

  test("see who asks, for which action", () => {
    const of = [
      field("requester.id", "deployment-bot"),
      field("requester.kind", "agent"),
      field("requester.owner", "ana"),
      field("issue.status", "development"),
      field("transition.from", "development"),
      field("action.type", "workflow:transition"),
      field("agent.name", "Deployment Bot"),
      field("transition.to", "production"),
      field("action.parameters.attributes.priority", "low"),
    ];
    const workflow = release(
      transition("development", "production", { conditions: { kind: "all", of } }),
    );
    expect(code(to({ priority: "low" }), absentTopic, workflow)).toBe("completed");
  });
});

describe("`when`", () => {
  const workflow = release(
    transition("development", "production", {
      when: field("priority", "critical"),
      policy: policy("p"),
    }),
  );
  const to = (attributes: TransitionCommand["attributes"]) =>
    decide(ask("production", { attributes }), absentTopic, workflow);

  test("that is false means that nobody is asked", () => {
    expect(to({ priority: "low" }).kind).toBe("completed");
  });

  test("that is true asks, and says why", () => {
    expect(to({ priority: "critical" })).toMatchObject({
      kind: "needs-approval",
      because: 'priority = "critical"',
    });
  });

  test("that is unknown asks", () => {
    expect(to({})).toMatchObject({ kind: "needs-approval", because: "priority missing" });
  });
});
