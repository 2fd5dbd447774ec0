import { describe, expect, test } from "vitest";
import { ladderChanges } from "@countersign/domain/definition/changes/ladder-changes.ts";
import { levelChanges } from "@countersign/domain/definition/changes/level-changes.ts";
import type { LadderStep, LevelPlan } from "@countersign/domain/policy/policy.ts";
import { any, group, level, when } from "../../../testkit/examples/policies.ts";
import { told } from "./telling.ts";

const ofLevel = (before: LevelPlan, after: LevelPlan): readonly string[] =>
  told(levelChanges("chain[1]", "level 2", before, after));

describe("what a level is besides its people", () => {
  test.each<[Partial<LevelPlan>, Partial<LevelPlan>, string]>([
    [{ name: "QA" }, { name: "SRE" }, "name: level 2 is now called SRE instead of QA"],
    [{}, { message: "Look" }, "metadata.message: level 2 now shows Look instead of nothing"],
    [{ message: "Look" }, {}, "metadata.message: level 2 now shows nothing instead of Look"],
    [{}, { timeout: "1h" }, "timeout: level 2 now has the timeout 1h instead of nothing"],
    [
      { onTimeout: "deny" },
      { onTimeout: "approve" },
      "LOOSENS on_timeout: level 2 has now on_timeout approve instead of deny",
    ],
    [
      { onTimeout: "approve" },
      { onTimeout: "deny" },
      "on_timeout: level 2 has now on_timeout deny instead of approve",
    ],
    [
      {},
      { onDeny: "unreachable" },
      "LOOSENS on_deny: level 2 has now on_deny unreachable instead of veto",
    ],
    [{ onDeny: "unreachable" }, {}, "on_deny: level 2 has now on_deny veto instead of unreachable"],
    [{}, { onEmpty: "skip" }, "LOOSENS on_empty: level 2 has now on_empty skip instead of block"],
    [
      { onEmpty: "skip" },
      { onEmpty: "deny" },
      "on_empty: level 2 has now on_empty deny instead of skip",
    ],
    [
      {},
      { distinctApprovers: false },
      "LOOSENS distinct_approvers: level 2 has now distinct_approvers false instead of true",
    ],
    [
      { distinctApprovers: false },
      {},
      "distinct_approvers: level 2 has now distinct_approvers true instead of false",
    ],
    [
      { unskippable: true },
      {},
      "LOOSENS unskippable: level 2 has now unskippable false instead of true",
    ],
    [{}, { unskippable: true }, "unskippable: level 2 has now unskippable true instead of false"],
    [{ stepUp: true }, {}, "LOOSENS step_up: level 2 has now step_up false instead of true"],
    [{}, { stepUp: true }, "step_up: level 2 has now step_up true instead of false"],
    [
      {},
      { calendar: "work" },
      "calendar: level 2 now follows the calendar work instead of nothing",
    ],
    [
      {},
      { conditions: when("priority", "low") },
      "LOOSENS conditions: level 2 now applies only if priority = low instead of always",
    ],
    [
      {},
      { deciders: ["bot", "ci"] },
      "LOOSENS deciders: level 2 may now be decided by the agents bot, ci",
    ],
    [
      { deciders: ["bot", "ci"] },
      { deciders: ["ci"] },
      "deciders: level 2 may not be decided by bot any more",
    ],
  ])("%j, then %j", (before, after, line) => {
    const sre = group(any, "sre");
    const [, loosens = "", rest] = /^(LOOSENS )?(.*)$/.exec(line) ?? [];
    expect(ofLevel(level(sre, before), level(sre, after))).toEqual([`${loosens}chain[1].${rest}`]);
  });

  test("its ladder is told at its own place", () => {
    const step: LadderStep = {
      after: "1h",
      action: "reminder",
      to: [],
      channels: [],
      reason: null,
    };
    const sre = group(any, "sre");
    expect(ofLevel(level(sre), level(sre, { escalation: [step] }))).toEqual([
      "chain[1].escalation[0]: level 2 will now reminder after 1h",
    ]);
  });
});

describe("a ladder", () => {
  const step = (
    action: LadderStep["action"],
    after: string,
    ...to: readonly string[]
  ): LadderStep => ({
    action,
    after,
    to: to.map((identifier) => ({ type: "role", identifier })),
    channels: [],
    reason: null,
  });
  const auto = (after: string): LadderStep => step("auto_approve", after);

  test.each<[string, readonly LadderStep[], readonly LadderStep[], readonly string[]]>([
    [
      "that hands the decision to others loosens",
      [],
      [step("reminder", "1h"), step("reassign", "2h", "ops", "qa")],
      [
        "at[0]: the request will now reminder after 1h",
        "LOOSENS at[1]: the request will now reassign to ops, qa after 2h",
      ],
    ],
    [
      "that loses a step loosens nothing",
      [auto("1h")],
      [],
      ["at: the request does not auto_approve after 1h any more"],
    ],
    [
      "that approves where none did loosens",
      [step("auto_deny", "1h")],
      [step("auto_deny", "1h"), auto("2h")],
      ["LOOSENS at[1]: the request will now auto_approve after 2h"],
    ],
    [
      "that approves sooner loosens",
      [auto("2h")],
      [auto("1h")],
      [
        "at: the request does not auto_approve after 2h any more",
        "LOOSENS at[0]: the request will now auto_approve after 1h",
      ],
    ],
    [
      "that approves later, or as soon in other words, does not",
      [auto("1h")],
      [auto("60m"), auto("2h")],
      [
        "at: the request does not auto_approve after 1h any more",
        "at[0]: the request will now auto_approve after 60m",
        "at[1]: the request will now auto_approve after 2h",
      ],
    ],
    [
      "that approves after working days cannot be told",
      [auto("1h")],
      [auto("2bd")],
      [
        "at: the request does not auto_approve after 1h any more",
        "LOOSENS at[0]: the request will now auto_approve after 2bd",
      ],
    ],
    [
      "that approves sooner than after working days cannot be told",
      [auto("2bd")],
      [auto("1h")],
      [
        "at: the request does not auto_approve after 2bd any more",
        "LOOSENS at[0]: the request will now auto_approve after 1h",
      ],
    ],
    [
      "that approves after as many working days as before does not",
      [auto("2bd")],
      [{ ...auto("2bd"), reason: "Holidays" }],
      [
        "at: the request does not auto_approve after 2bd any more",
        "at[0]: the request will now auto_approve after 2bd",
      ],
    ],
  ])("%s", (_, before, after, lines) => {
    expect(told(ladderChanges("at", "the request", before, after))).toEqual(lines);
  });
});
