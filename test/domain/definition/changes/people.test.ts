import { describe, expect, test } from "vitest";
import { groupChanges } from "@countersign/domain/definition/changes/group-changes.ts";
import { levelChanges } from "@countersign/domain/definition/changes/level-changes.ts";
import type { GroupPlan, LevelPlan, Quorum } from "@countersign/domain/policy/policy.ts";
import { all, any, atLeast, group, level, percent } from "../../../testkit/examples/policies.ts";
import { told } from "./telling.ts";

const ofLevel = (before: LevelPlan, after: LevelPlan): readonly string[] =>
  told(levelChanges("chain[1]", "level 2", before, after));

describe("a quorum that changed", () => {
  const noCount: Quorum = { required: "threshold", count: null, percent: null };
  const noShare: Quorum = { required: "percent", count: null, percent: null };

  test.each<[Quorum, Quorum, string]>([
    [any, atLeast(2), "2 of sre instead of any"],
    [atLeast(2), any, "LOOSENS any of sre instead of 2"],
    [any, atLeast(1), "1 of sre instead of any"],
    [atLeast(1), any, "any of sre instead of 1"],
    [atLeast(3), atLeast(2), "LOOSENS 2 of sre instead of 3"],
    [atLeast(2), atLeast(3), "3 of sre instead of 2"],
    [all, any, "LOOSENS any of sre instead of all"],
    [all, atLeast(9), "LOOSENS 9 of sre instead of all"],
    [all, percent(100), "LOOSENS 100 % of sre instead of all"],
    [any, all, "all of sre instead of any"],
    [percent(50), all, "all of sre instead of 50 %"],
    [percent(50), percent(49), "LOOSENS 49 % of sre instead of 50 %"],
    [percent(50), percent(51), "51 % of sre instead of 50 %"],
    [any, percent(1), "1 % of sre instead of any"],
    [atLeast(1), percent(1), "1 % of sre instead of 1"],
    [atLeast(2), percent(99), "LOOSENS 99 % of sre instead of 2"],
    [percent(1), any, "LOOSENS any of sre instead of 1 %"],
    [percent(1), atLeast(9), "LOOSENS 9 of sre instead of 1 %"],
    [atLeast(2), noCount, "LOOSENS 1 of sre instead of 2"],
    [noCount, atLeast(2), "2 of sre instead of 1"],
    [percent(99), noShare, "100 % of sre instead of 99 %"],
    [noShare, percent(100), "100 % of sre instead of 100 %"],
    [noShare, percent(99), "LOOSENS 99 % of sre instead of 100 %"],
  ])("%j, then %j", (before, after, line) => {
    const [, loosens = "", words] = /^(LOOSENS )?(.*)$/.exec(line) ?? [];
    expect(ofLevel(level(group(before, "sre")), level(group(after, "sre")))).toEqual([
      `${loosens}chain[1].required: level 2 now needs ${words}`,
    ]);
  });

  test("names everybody who is asked, by what they are", () => {
    const people = ["sre", "user:bo", "workflow:deploy", "round_robin:qa"];
    expect(ofLevel(level(group(any, ...people)), level(group(atLeast(2), ...people)))).toEqual([
      "chain[1].required: level 2 now needs 2 of sre, bo, policy deploy, one of qa in turn instead of any",
    ]);
  });
});

describe("people who are asked", () => {
  test.each<[string, GroupPlan, GroupPlan, readonly string[]]>([
    [
      "who go might have denied",
      group(all, "sre", "ops"),
      group(all, "sre"),
      ["LOOSENS chain[1].assignments: level 2 does not ask ops any more"],
    ],
    [
      "who come may agree instead",
      group(any, "sre"),
      group(any, "sre", "ops", "qa"),
      ["LOOSENS chain[1].assignments: level 2 now also asks ops, qa"],
    ],
    [
      "who come where all must agree must agree too",
      group(all, "sre"),
      group(all, "sre", "ops"),
      ["chain[1].assignments: level 2 now also asks ops"],
    ],
    [
      "who come where all must agree no longer may agree instead",
      group(all, "sre"),
      group(any, "sre", "ops"),
      [
        "LOOSENS chain[1].assignments: level 2 now also asks ops",
        "LOOSENS chain[1].required: level 2 now needs any of sre, ops instead of all",
      ],
    ],
    [
      "who come where all must agree from now on cannot be told apart",
      group(any, "sre"),
      group(all, "sre", "ops"),
      [
        "LOOSENS chain[1].assignments: level 2 now also asks ops",
        "chain[1].required: level 2 now needs all of sre, ops instead of any",
      ],
    ],
    [
      "a person is not the role of the same name",
      group(any, "role:sre"),
      group(any, "user:sre"),
      [
        "LOOSENS chain[1].assignments: level 2 does not ask sre any more",
        "LOOSENS chain[1].assignments: level 2 now also asks sre",
      ],
    ],
  ])("%s", (_, before, after, lines) => {
    expect(ofLevel(level(before), level(after))).toEqual(lines);
  });

  test("a group that stands alone is called like its level, one of several by its name", () => {
    const [before, after] = [group(any, "sre"), { ...group(all, "ops"), message: "Look" }];
    const of = (alone: boolean): readonly string[] =>
      told(groupChanges("at", "level 2", before, { ...after, group: "sre" }, alone));
    expect(of(true)).toEqual([
      "LOOSENS at.assignments: level 2 does not ask sre any more",
      "LOOSENS at.assignments: level 2 now also asks ops",
      "at.required: level 2 now needs all of ops instead of any",
      "at.metadata.message: level 2 shows another message",
    ]);
    expect(of(false)).toEqual([
      "LOOSENS at.assignments: level 2, sre, does not ask sre any more",
      "LOOSENS at.assignments: level 2, sre, now also asks ops",
      "at.required: level 2 now needs all of sre instead of any",
      "at.metadata.message: level 2, sre, shows another message",
    ]);
  });
});

describe("groups of a level", () => {
  const [qa, ops, sre] = [group(any, "qa"), group(any, "ops"), group(any, "sre")];
  const or = { logic: "OR" } as const;

  test.each<[string, LevelPlan, LevelPlan, readonly string[]]>([
    [
      "one that is gone need not agree any more",
      level([qa, ops, sre]),
      level([qa, sre]),
      ["LOOSENS chain[1].parallel: level 2 does not ask the group ops any more"],
    ],
    [
      "a branch that is gone was one way to be approved",
      level([qa, ops, sre], or),
      level([qa, sre], or),
      ["chain[1].parallel: level 2 does not ask the group ops any more"],
    ],
    [
      "one that came must agree as well",
      level([qa, sre]),
      level([qa, ops, sre]),
      ["chain[1].parallel[1]: level 2 now asks the group ops as well"],
    ],
    [
      "a branch that came is one more way to be approved",
      level([qa, sre], or),
      level([qa, ops, sre], or),
      ["LOOSENS chain[1].parallel[1]: level 2 now asks the group ops as well"],
    ],
    [
      "the first branches of a level that asked nobody are no way around anybody",
      level([], or),
      level([qa, sre], or),
      [
        "chain[1].parallel[0]: level 2 now asks the group qa as well",
        "chain[1].parallel[1]: level 2 now asks the group sre as well",
      ],
    ],
    [
      "one that asked nobody has nobody to miss",
      level([]),
      level(qa),
      ["chain[1].parallel[0]: level 2 now asks the group qa as well"],
    ],
    [
      "a second one is told by name",
      level(qa),
      level([ops, qa]),
      ["chain[1].parallel[0]: level 2 now asks the group ops as well"],
    ],
    [
      "one that is left of two is told by name",
      level([qa, ops]),
      level(ops),
      ["LOOSENS chain[1].parallel: level 2 does not ask the group qa any more"],
    ],
    [
      "each says its own changes at its own place",
      level([qa, sre]),
      level([qa, { ...sre, quorum: atLeast(2) }]),
      ["chain[1].parallel[1].required: level 2 now needs 2 of sre instead of any"],
    ],
    [
      "each is called by its own name, not by its people's",
      level([qa, { ...sre, group: "on-call" }]),
      level([qa, { ...sre, group: "on-call", quorum: atLeast(2) }]),
      ["chain[1].parallel[1].required: level 2 now needs 2 of on-call instead of any"],
    ],
    [
      "the last one that is gone leaves nobody to agree",
      level(qa),
      level([]),
      ["LOOSENS chain[1].parallel: level 2 does not ask the group qa any more"],
    ],
    [
      "joined by OR, one of them is enough",
      level([qa, sre]),
      level([qa, sre], or),
      ["LOOSENS chain[1].logic: level 2 now joins its groups with OR instead of AND"],
    ],
    [
      "joined by AND, all of them must agree",
      level([qa, sre], or),
      level([qa, sre]),
      ["chain[1].logic: level 2 now joins its groups with AND instead of OR"],
    ],
    ["a single one is not joined with anything", level(qa), level(qa, or), []],
    ["another name of a single one says nothing", level(qa), level({ ...qa, group: "x" }), []],
  ])("%s", (_, before, after, lines) => {
    expect(ofLevel(before, after)).toEqual(lines);
  });
});
