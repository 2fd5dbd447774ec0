import { describe, expect, test } from "vitest";
import type { RecipeAction } from "@countersign/domain/automation/recipe.ts";
import type { Target } from "@countersign/domain/policy/policy.ts";
import { role } from "../../testkit/examples/directory.ts";
import { all, any, atLeast, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, people } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { adds, dueWithin, escalatesTo, reaches, run, skips } from "./runs.ts";

const chain = policy([
  level(group(any, "qa_lead"), { timeout: "4h", onTimeout: "deny" }),
  level(group(all, "sre"), { timeout: "8h", onTimeout: "approve" }),
  level(group(any, "manager")),
]);
const open = given(world(chain), asked());
const second = open.and(approves("bo"));

describe("which levels a run reaches", () => {
  const added = (number: number, name: string, ...who: readonly string[]) => ({
    level: number,
    group: name,
    approvers: who.map((identifier): Target => ({ type: "role", identifier })),
  });
  test("those that are to come are skipped, each once", () => {
    open
      .when(reaches(run([skips(3, 3, 0), skips(2)])))
      .yields("ContextAttached", ["ChainAmended", { skipLevels: [3, 2] }]);
  });

  test.each<readonly [string, RecipeAction, readonly { level: number; after: string }[]]>([
    [
      "all that are later",
      dueWithin("3h"),
      [1, 2].map((number) => ({ level: number, after: "3h" })),
    ],
    ["one that is named", dueWithin("3h", 2), [{ level: 2, after: "3h" }]],
    ["one that is as late already", dueWithin("4h", 1), []],
    ["one without a due mark", dueWithin("3h", 3), []],
    ["any by what is no duration", dueWithin("soon"), []],
  ])("of due marks it brings forward: %s", (_, action, shorten) => {
    const recorded = shorten.map((each) => ({ ...each, step: null }));
    const after = open.when(reaches(run([action])));
    expect(
      after.decision.events.flatMap((event) =>
        event.type === "ChainAmended" ? event.data.shorten : [],
      ),
    ).toEqual(recorded);
  });

  test("what is decided keeps its due mark", () => {
    second
      .when(reaches(run([dueWithin("1h")])))
      .yields(
        "ContextAttached",
        ["ChainAmended", { shorten: [{ level: 2, step: null, after: "1h" }] }],
        "TimersPlanned",
      );
  });

  test("approvers join the open level where none is named, and no level that is over", () => {
    second
      .when(reaches(run([adds("manager")])))
      .yields(
        "ContextAttached",
        ["ChainAmended", { addApprovers: [added(2, "sre", "manager")] }],
        "LevelOpened",
      );
    second.when(reaches(run([adds("manager", { to: 1 })]))).yields("ContextAttached");
    open.when(reaches(run([adds("manager", { to: 9 })]))).yields("ContextAttached");
    const critical = { conditions: when("priority", "critical") };
    const later = given(
      world(policy([level(group(any, "qa_lead"), critical), level(group(any, "sre"))])),
      asked({ context: { priority: "low" } }),
    );
    later.when(reaches(run([adds("manager", { to: 1 })]))).yields("ContextAttached");
    const nothing = given(
      world(policy(level(group(any, "qa_lead"), critical))),
      asked({ context: { priority: "low" } }),
    );
    nothing.when(reaches(run([adds("manager")]))).yields("ContextAttached");
  });

  test("who stands in a group already is not added to it, while a person is no role", () => {
    const named = given(
      world(policy(level(group(any, "user:gus", "qa_lead")))),
      people(role("gus", "hal")),
      asked(),
    );
    named.when(reaches(run([adds("user:gus")]))).yields("ContextAttached");
    named.when(reaches(run([adds("qa_lead")]))).yields("ContextAttached");
    named
      .when(reaches(run([adds("gus")])))
      .yields(
        "ContextAttached",
        ["ChainAmended", { addApprovers: [added(1, "gus", "gus")] }],
        "LevelOpened",
      );
  });

  test.each([
    ["the named one", ["sre"], adds("manager", { in: "sre" })],
    ["none that is not there", [], adds("manager", { in: "zoo" })],
    ["all in which anybody may answer for the others", ["qa-lead", "director"], adds("manager")],
  ])("of several groups approvers join %s", (_, groups, action) => {
    const several = given(
      world(
        policy(level([group(all, "sre"), group(any, "qa_lead"), group(atLeast(1), "director")])),
      ),
      asked(),
    );
    const { events } = several.when(reaches(run([action]))).decision;
    expect(
      events.flatMap((event) =>
        event.type === "ChainAmended" ? event.data.addApprovers.map((each) => each.group) : [],
      ),
    ).toEqual(groups);
  });

  test("of several groups that all count heads the first gets more", () => {
    given(world(policy(level([group(all, "sre"), group(all, "qa_lead")]))), asked())
      .when(reaches(run([adds("manager")])))
      .yields(
        "ContextAttached",
        ["ChainAmended", { addApprovers: [added(1, "sre", "manager")] }],
        "LevelOpened",
      );
  });

  test("the first reason that its actions give is the amendment's", () => {
    const gives: RecipeAction = {
      type: "reassign",
      to: [],
      assignee: null,
      reason: "Away",
    };
    open
      .when(reaches(run([escalatesTo("manager"), gives])))
      .yields("ContextAttached", ["ChainAmended", { reason: "Too slow" }], "LevelOpened");
    open
      .when(reaches(run([gives, escalatesTo("manager")])))
      .yields("ContextAttached", ["ChainAmended", { reason: "Away" }], "LevelOpened");
  });

  test("several changes are one amendment", () => {
    open.when(reaches(run([skips(3), escalatesTo("manager"), dueWithin("7h", 2)]))).yields(
      "ContextAttached",
      [
        "ChainAmended",
        {
          skipLevels: [3],
          addApprovers: [added(1, "qa-lead", "manager")],
          shorten: [{ level: 2, step: null, after: "7h" }],
        },
      ],
      "LevelOpened",
    );
    open
      .when(reaches(run([skips(3), dueWithin("7h", 2)])))
      .yields("ContextAttached", "ChainAmended");
    open
      .when(reaches(run([skips(3), escalatesTo("manager")])))
      .yields("ContextAttached", "ChainAmended", "LevelOpened");
  });
});
