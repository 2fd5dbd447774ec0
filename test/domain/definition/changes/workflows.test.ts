import { describe, expect, test } from "vitest";
import { workflowChanges } from "@countersign/domain/definition/changes/workflow-changes.ts";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";
import { any, group, level, policy, when } from "../../../testkit/examples/policies.ts";
import { told } from "./telling.ts";

const asks = (name: string): LevelPlan => level(group(any, name.toLowerCase()), { name });

const transition = (from: string, to: string, fields: Partial<Transition> = {}): Transition => ({
  from,
  to,
  name: null,
  when: null,
  conditions: null,
  policy: policy(asks("QA"), { id: `release--${from}--${to}` }),
  requiresFields: [],
  rejection: false,
  message: null,
  urgency: null,
  ...fields,
});

const workflow = (
  transitions: readonly Transition[],
  fields: Partial<Workflow> = {},
): Workflow => ({ id: "release", version: 1, name: "Release", states: [], transitions, ...fields });

const ofWorkflow = (before: Workflow, after: Workflow): readonly string[] =>
  told(workflowChanges(before, after));

describe("a transition that changed", () => {
  const ready = when("ready", "yes");
  test.each<[Partial<Transition>, Partial<Transition>, readonly string[]]>([
    [{}, { policy: null }, ["LOOSENS …: a → b needs no approval any more"]],
    [{ policy: null }, {}, ["…: a → b now needs approval"]],
    [
      { policy: policy([asks("QA"), asks("SRE")]) },
      { policy: policy(asks("QA"), { name: "Fast" }) },
      [
        "LOOSENS ….approval_chain.chain: a → b: level 2 (SRE) of sre is gone",
        "….approval_chain.name: a → b: the name is now Fast instead of Release",
      ],
    ],
    [
      {},
      { when: ready },
      ["LOOSENS ….when: a → b now needs approval only if ready = yes instead of always"],
    ],
    [
      { when: ready },
      {},
      ["….when: a → b now needs approval always instead of only if ready = yes"],
    ],
    [
      {},
      { conditions: ready },
      ["….conditions: a → b is now possible only if ready = yes instead of always"],
    ],
    [
      { conditions: ready },
      {},
      ["LOOSENS ….conditions: a → b is now possible always instead of only if ready = yes"],
    ],
    [
      { requiresFields: ["notes", "owner", "link"] },
      { requiresFields: ["owner", "plan"] },
      [
        "LOOSENS ….metadata.requires_fields: a → b does not need notes, link any more",
        "….metadata.requires_fields: a → b now needs plan",
      ],
    ],
    [{}, { name: "Ship" }, ["….name: name of a → b is now Ship instead of nothing"]],
    [{ name: "Ship" }, {}, ["….name: name of a → b is now nothing instead of Ship"]],
    [{}, { rejection: true }, ["….rejection: rejection of a → b is now true instead of false"]],
    [{}, { message: "Look" }, ["….message: message of a → b is now Look instead of nothing"]],
    [{}, { urgency: "high" }, ["….urgency: urgency of a → b is now high instead of nothing"]],
    [{ policy: null }, { policy: null }, []],
  ])("%j, then %j", (before, after, lines) => {
    expect(
      ofWorkflow(
        workflow([transition("a", "b", before)]),
        workflow([transition("b", "a"), transition("a", "b", after)]),
      ),
    ).toEqual([
      "transitions[0]: b → a is new",
      ...lines.map((line) => line.replace("…", "transitions[1]")),
    ]);
  });
});

describe("a workflow that changed", () => {
  const [ab, bc] = [transition("a", "b"), transition("b", "c")];
  const state = (key: string, label = key) => ({ key, label, type: null });

  test("says its new name", () => {
    expect(ofWorkflow(workflow([ab]), workflow([ab], { name: "Train" }))).toEqual([
      "workflow.name: the name is now Train",
    ]);
  });

  test("a transition that is gone lets nothing pass", () => {
    expect(ofWorkflow(workflow([ab, bc]), workflow([bc]))).toEqual(["transitions: a → b is gone"]);
  });

  test.each<[string, Partial<Transition>, string]>([
    ["with approval leads around nobody", {}, "transitions[1]: b → c is new"],
    [
      "without approval may lead around those that need it",
      { policy: null },
      "LOOSENS transitions[1]: b → c is new, and needs no approval",
    ],
    [
      "taken at a denial is no way around",
      { policy: null, rejection: true },
      "transitions[1]: b → c is new, and needs no approval",
    ],
  ])("a new transition %s", (_, fields, line) => {
    expect(ofWorkflow(workflow([ab]), workflow([ab, transition("b", "c", fields)]))).toEqual([
      line,
    ]);
  });

  test("a transition is known by both of its states, however they are called", () => {
    const [one, other] = [transition("a b", "c"), transition("a", "b c")];
    expect(ofWorkflow(workflow([one]), workflow([other]))).toEqual([
      "transitions: a b → c is gone",
      "transitions[0]: a → b c is new",
    ]);
  });

  test("states come, go and are described otherwise, which loosens nothing", () => {
    expect(
      ofWorkflow(
        workflow([ab], { states: [state("a"), state("b"), state("c")] }),
        workflow([ab], { states: [state("a"), state("b", "Built"), state("d")] }),
      ),
    ).toEqual([
      "states: state c is gone",
      "states: state d is new",
      "states: state b is described otherwise",
    ]);
  });
});
