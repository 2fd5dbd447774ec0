import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseFile, type ParsedFile } from "@countersign/definitions/parse-file.ts";
import type { Recipe } from "@countersign/domain/automation/recipe.ts";

const parse = (text: string): ParsedFile =>
  parseFile({ text, mediaType: "yaml", file: "recipe.yaml" });

const folder = join(import.meta.dirname, "../../examples/kiket-release/automation_recipes");

const recipeOf = (parsed: ParsedFile): Recipe => {
  expect(parsed.faults).toEqual([]);
  const [definition] = parsed.definitions;
  if (definition?.kind !== "recipe") throw new Error("The file brings no recipe.");
  return definition.content;
};

const exampleOf = (name: string): { recipe: Recipe; ignored: ParsedFile["ignored"] } => {
  const parsed = parse(readFileSync(join(folder, name), "utf8"));
  return { recipe: recipeOf(parsed), ignored: parsed.ignored };
};

const faultsOf = (text: string): string[] =>
  parse(text).faults.map(({ code, path }) => `${code} ${path}`);

const recipe = (lines: string): string => `recipe:\n  key: r\n  trigger: case.updated\n${lines}`;

describe("the recipes of the release workflow", () => {
  test("a critical hotfix skips levels, is due sooner and brings in the SRE on call", () => {
    const { recipe: hotfix, ignored } = exampleOf("hotfix_fast_track.yaml");
    expect(hotfix).toMatchObject({
      id: "hotfix_fast_track",
      name: "Hotfix Fast Track",
      trigger: "case.updated",
      schedule: null,
      requiresApproval: false,
    });
    expect(hotfix.actions.map(({ type }) => type)).toEqual([
      "notify",
      "notify",
      "modify_approval_chain",
      "add_label",
    ]);
    expect(hotfix.actions[2]).toEqual({
      type: "modify_approval_chain",
      changes: [
        { kind: "skip-levels", levels: [3, 4] },
        { kind: "reduce-timeout", level: null, after: "1h" },
        {
          kind: "add-approvers",
          level: 1,
          group: null,
          approvers: [{ type: "role", identifier: "sre_oncall" }],
        },
      ],
    });
    expect(ignored).toMatchObject([{ path: "recipe.actions[4]" }]);
    expect(ignored[0]?.why).toContain("`set_priority` is not supported");
  });

  test("an approval that takes too long is escalated and marked", () => {
    const { recipe: escalation, ignored } = exampleOf("production_approval_escalation.yaml");
    expect(escalation.trigger).toBe("approval.timeout");
    expect(escalation.actions.slice(1)).toEqual([
      {
        type: "escalate_approval",
        approvers: [{ type: "role", identifier: "engineering_manager" }],
        level: null,
        reason: "Escalated due to approval SLA breach",
      },
      { type: "set_field", field: "escalated", value: true },
    ]);
    expect(ignored).toEqual([]);
  });

  test("a rollback asks the SREs, and the issue it cannot create is listed", () => {
    const { recipe: rollback, ignored } = exampleOf("rollback_incident.yaml");
    expect(rollback.trigger).toBe("workflow.after_transition");
    expect(rollback.actions).toContainEqual({
      type: "request_approval",
      title: null,
      reason: "SRE confirmation required to complete rollback procedure",
      approvers: [{ type: "role", identifier: "sre" }],
      policy: null,
      timeout: "1h",
      urgency: "critical",
    });
    expect(ignored.map(({ why }) => why)).toEqual([
      "`create_child_issue` is not supported: this action is not run here.",
    ]);
  });

  test("stale releases are looked for at nine on weekdays", () => {
    const { recipe: stale, ignored } = exampleOf("stale_release_followup.yaml");
    expect(stale.schedule).toEqual({ cron: "0 9 * * 1-5", zone: "UTC" });
    expect(stale.conditions).toMatchObject({ kind: "any" });
    expect(stale.actions.map(({ type }) => type)).toEqual(["notify", "add_comment", "add_label"]);
    expect(ignored).toEqual([]);
  });
});

describe("a recipe that cannot be meant", () => {
  test("says every fault at its place", () => {
    expect(
      faultsOf(
        `recipe:
  key: r
  trigger: scheduled
  schedule: "0 25 * * *"
  zone: Mars/Base
  actions:
    - type: notfy
    - channel: slack
    - type: escalate_approval
    - type: set_field
      field: "a b"
      value: 1
    - type: modify_approval_chain
      changes: [{ reduce_timeout: { all_levels: soon } }]
`,
      ),
    ).toEqual([
      "bad-schedule recipe.schedule",
      "unknown-zone recipe.zone",
      "not-one-of recipe.actions[0].type",
      "missing-key recipe.actions[1].type",
      "missing-key recipe.actions[2].add_approvers",
      "bad-id recipe.actions[3].field",
      "bad-duration recipe.actions[4].changes[0].reduce_timeout.all_levels",
    ]);
  });

  test.each([
    "0 9 * *",
    "0 9 * * 8",
    "60 9 * * 1",
    "0 9 * * MON-XYZ",
    "0 9 31 13 *",
    "*/0 9 * * *",
  ])("the schedule %s is none", (schedule) => {
    const text = `recipe: { key: r, trigger: scheduled, schedule: "${schedule}", actions: [] }`;
    expect(faultsOf(text)).toEqual(["bad-schedule recipe.schedule"]);
  });

  test.each(["0 9 * * 1-5", "*/15 8-18 1,15 jan-jun MON", "0 0 1 1 7"])(
    "the schedule %s is one",
    (schedule) => {
      const text = `recipe: { key: r, trigger: scheduled, schedule: "${schedule}", actions: [] }`;
      expect(recipeOf(parse(text)).schedule?.cron).toBe(schedule);
    },
  );

  test("a scheduled recipe without a schedule never runs, so it is refused", () => {
    expect(faultsOf("recipe: { key: r, trigger: scheduled, actions: [] }")).toEqual([
      "missing-key recipe.schedule",
    ]);
  });

  test("a policy that nobody has is found in a recipe too", () => {
    const text = recipe("  actions:\n    - { type: request_approval, policy: nowhere }\n");
    expect(recipeOf(parse(text)).actions).toMatchObject([{ policy: "nowhere" }]);
  });
});
