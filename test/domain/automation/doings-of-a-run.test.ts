import { describe, expect, test } from "vitest";
import type { Actor } from "@countersign/domain/actor.ts";
import type { AutomationRun } from "@countersign/domain/automation/automation.ts";
import type { RecipeAction } from "@countersign/domain/automation/recipe.ts";
import { changeTopic } from "@countersign/domain/automation/topic-changes.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { plan, recipe, topic } from "./planning.ts";
import { agent, person, run } from "./runs.ts";

const made = (...args: Parameters<typeof plan>): AutomationRun => {
  const planned = plan(...args);
  if (planned === null) throw new Error("The recipe did not run.");
  return planned;
};

const role = (identifier: string) => ({ type: "role" as const, identifier });

const request: RecipeAction = {
  type: "request_approval",
  title: "{{case.tag}}?",
  reason: "Since {{case.day}}",
  approvers: [role("{{case.team}}_lead")],
  policy: "p-{{case.tag}}",
  timeout: "4h",
  urgency: "high",
};
const escalate: RecipeAction = {
  type: "escalate_approval",
  approvers: [role("{{case.team}}_lead")],
  level: 2,
  reason: "{{case.tag}} is late",
};
const amend: RecipeAction = {
  type: "modify_approval_chain",
  changes: [
    { kind: "skip-levels", levels: [2] },
    { kind: "add-approvers", level: null, group: null, approvers: [role("{{case.team}}")] },
  ],
};
const notify: RecipeAction = {
  type: "notify",
  channel: "{{case.tag}}",
  template: null,
  level: null,
  message: "{{case.tag}}!",
  recipients: ["{{case.team}}", "{{case.none}}"],
  mention: [],
};
const reassign: RecipeAction = {
  type: "reassign",
  to: [role("{{case.team}}")],
  assignee: "{{case.team}}-1",
  reason: "{{case.day}}",
};

describe("The texts of an action are filled in", () => {
  const seen = topic({ tag: "v2", day: "Monday", team: "qa" });
  const text = "x".repeat(5_000);

  test.each<[RecipeAction, object]>([
    [request, { ...request, title: "v2?", reason: "Since Monday", approvers: [role("qa_lead")] }],
    [
      { ...request, title: null, reason: null, approvers: [] },
      { ...request, title: null, reason: null, approvers: [] },
    ],
    [escalate, { ...escalate, approvers: [role("qa_lead")], reason: "v2 is late" }],
    [
      amend,
      {
        ...amend,
        changes: [
          { kind: "skip-levels", levels: [2] },
          { kind: "add-approvers", level: null, group: null, approvers: [role("qa")] },
        ],
      },
    ],
    [notify, { ...notify, message: "v2!", recipients: ["qa"] }],
    [reassign, { ...reassign, to: [role("qa")], assignee: "qa-1", reason: "Monday" }],
    [
      { type: "set_field", field: "note", value: ["{{case.tag}}", 7] },
      { type: "set_field", field: "note", value: ["v2", 7] },
    ],
    [
      { type: "add_label", label: "on-{{case.day}}" },
      { type: "add_label", label: "on-Monday" },
    ],
    [
      { type: "add_comment", body: "${case.tag} since ${case.day}" },
      { type: "add_comment", body: "v2 since Monday" },
    ],
  ])("%j", (action, expected) => {
    expect(made(recipe({ actions: [action] }), { topic: seen }).actions).toEqual([expected]);
  });

  test("up to the length that each kind of text may have", () => {
    const actions: readonly RecipeAction[] = [
      { ...request, title: text, approvers: [role(text)] },
      { type: "add_label", label: text },
      { type: "add_comment", body: text },
      { type: "set_field", field: "a", value: "x".repeat(16_382) },
      { type: "set_field", field: "b", value: "x".repeat(16_383) },
    ];
    const lengths = made(recipe({ actions }), { topic: seen }).actions.map((action) => {
      switch (action.type) {
        case "request_approval":
          return [action.title?.length, action.approvers[0]?.identifier.length];
        case "add_label":
          return action.label.length;
        case "add_comment":
          return action.body.length;
        default:
          return action.type === "set_field" ? action.field : null;
      }
    });
    expect(lengths).toEqual([[4_000, 300], 300, 2_000, "a"]);
  });

  test.each([
    [request, ["team"]],
    [escalate, ["team"]],
    [amend, ["team"]],
    [reassign, ["team"]],
    [notify, []],
  ])("and who set the names of its approvers is kept: %j", (action, names) => {
    const { namedBy } = made(recipe({ actions: [action] }), { topic: seen });
    expect(Object.keys(namedBy)).toEqual(names);
  });
});

describe("A run changes its topic", () => {
  const changes = (attributes: JsonObject, ...actions: readonly RecipeAction[]): JsonObject => {
    const { diff } = made(recipe({ actions }), { topic: topic(attributes) });
    return Object.fromEntries(diff.map(({ field: name, after }) => [name, after]));
  };

  test("by a comment with the run that made it, the last twenty of them kept", () => {
    const comment = {
      by: "watch",
      run: "run_1",
      at: "2026-03-08T09:00:00.000Z",
      body: "Look here",
    };
    const add: RecipeAction = { type: "add_comment", body: "Look here" };
    expect(changes({}, add)).toEqual({ comments: [comment] });
    expect(changes({ comments: "none" }, add)).toEqual({ comments: [comment] });
    const comments = Array.from({ length: 20 }, (_, index) => ({ body: `${index}` }));
    expect(changes({ comments }, add)).toEqual({ comments: [...comments.slice(1), comment] });
    expect(changes({ comments: comments.slice(1) }, add)).toEqual({
      comments: [...comments.slice(1), comment],
    });
  });

  test("by a label that it has not, beginning with none", () => {
    const add: RecipeAction = { type: "add_label", label: "late" };
    expect(changes({}, add)).toEqual({ labels: ["late"] });
    expect(changes({ labels: ["late"] }, add)).toEqual({});
  });

  test.each<[string, JsonObject]>([
    ["state_note", { state_note: 1 }],
    ["issue.state_note", { state_note: 1 }],
    ["case.a.b", { a: { b: 1, kept: true } }],
    ["text.b", { text: { b: 1 } }],
    ["my.case.b", { my: { case: { b: 1 } } }],
    ["a.toString.c", { a: { toString: { c: 1 }, kept: true } }],
  ])("by the field %s, as a part of what stands there", (name, changed) => {
    const attributes = { a: { kept: true }, text: "words" };
    expect(changes(attributes, { type: "set_field", field: name, value: 1 })).toEqual(changed);
  });

  test("by its assignee, who is named or else the first who would get the slots", () => {
    const to = [role("qa")];
    expect(changes({}, { ...reassign, to, assignee: "dee" })).toEqual({ assignee: "dee" });
    expect(changes({}, { ...reassign, to, assignee: null })).toEqual({ assignee: "qa" });
    expect(changes({}, { ...reassign, to: [], assignee: null })).toEqual({});
  });

  test("in an event of the recipe's own, as it stands when the run comes to it", () => {
    const at = "2026-03-08T09:00:00.000Z";
    const label: RecipeAction = { type: "add_label", label: "late" };
    const labels = run([label]);
    expect(changeTopic(topic({ labels: ["a"] }), labels, at)).toEqual([
      {
        type: "AttributesChanged",
        data: { patch: { labels: ["a", "late"] }, by: { kind: "system", id: "recipe:hotfix" } },
      },
    ]);
    expect(changeTopic(topic({ labels: ["late"] }), labels, at)).toEqual([]);
    expect(changeTopic(absentTopic, labels, at)).toEqual([]);
  });

  test("but not its assignee, while requests of it are pending whose slots go to them", () => {
    const given = { ...reassign, assignee: null };
    const at = "2026-03-08T09:00:00.000Z";
    expect(changeTopic(topic(), run([given], { requests: ["apr_1"] }), at)).toEqual([]);
    expect(changeTopic(topic(), run([given], { requests: [] }), at)).toHaveLength(1);
  });

  test("and a request without a topic shows no change", () => {
    const conditions = null;
    const actions: readonly RecipeAction[] = [{ type: "add_label", label: "late" }];
    const planned = made(recipe({ conditions, actions }), { topic: null }, { by: null });
    expect(planned).toMatchObject({ diff: [], topic: null, setBy: {}, because: "", facts: {} });
    expect(planned.askers).toEqual([person("ivy")]);
  });
});

describe("A run asks in the name of at most five", () => {
  const movedBy = (by: Actor) => ({
    from: "a",
    to: "b",
    at: "2026-03-01T09:00:00.000Z",
    by,
    approvalIds: [],
  });
  const askers = (history: readonly Actor[], setBy: Readonly<Record<string, Actor>> = {}) =>
    made(
      recipe(),
      { topic: topic({}, { history: history.map(movedBy), setBy }) },
      { by: null },
    ).askers.map(({ id }) => id);

  test("the latest movers first, then who set an attribute, and its author among them", () => {
    const movers = ["bo", "cy", "dee"].map(person);
    expect(askers(movers, { a: person("eli") })).toEqual(["dee", "cy", "bo", "eli", "ivy"]);
    expect(askers(movers, { a: person("eli"), b: person("fay") })).toEqual([
      "dee",
      "cy",
      "bo",
      "eli",
      "ivy",
    ]);
  });

  test("none of them a timer, a recipe or an agent that is not known", () => {
    const others: readonly Actor[] = [
      { kind: "timer", id: "bo" },
      { kind: "system", id: "ci" },
      agent("gone"),
      agent("ci"),
    ];
    expect(askers(others)).toEqual(["ci", "ivy"]);
  });

  test("looked for among the latest fifty only", () => {
    const gone = (count: number) => Array.from({ length: count }, () => person("gone"));
    expect(askers([person("bo"), ...gone(47)])).toEqual(["bo", "ivy"]);
    expect(askers([person("bo"), ...gone(48)])).toEqual(["ivy"]);
  });
});
