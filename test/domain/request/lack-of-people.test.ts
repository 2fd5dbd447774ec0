import { describe, expect, test } from "vitest";
import { leaves } from "../../testkit/examples/directory.ts";
import {
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
  when,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, people } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const demo = world(qaOnly);

describe("asking under a policy that lacks people", () => {
  test("a quorum larger than its non-empty set is refused, naming level and role", () => {
    given(world(policy(level(group(atLeast(3), "qa_lead")))))
      .when(asked())
      .refused("quorum-unreachable", { level: 1, groups: ["qa-lead"], approvers: ["qa_lead"] });
  });

  test("a later level is held against today's people too", () => {
    given(world(policy([level(group(any, "qa_lead")), level(group(atLeast(4), "sre"))])))
      .when(asked())
      .refused("quorum-unreachable", { level: 2 });
  });

  test("a level that is false on the frozen facts is not", () => {
    const impossible = level(group(atLeast(4), "sre"), { conditions: when("priority", "high") });
    given(world(policy([level(group(any, "qa_lead")), impossible])))
      .when(asked({ context: { priority: "low" } }))
      .yields("RequestSubmitted", "LevelOpened");
  });

  test("two AND groups that share their only person are refused", () => {
    const shared = level([group(any, "engineering_lead"), group(any, "tech_lead")]);
    given(world(policy(shared)))
      .when(asked())
      .refused("quorum-unreachable", {
        groups: ["engineering-lead", "tech-lead"],
      });
  });

  test("they are taken when the policy lets one person count in both", () => {
    const shared = level([group(any, "engineering_lead"), group(any, "tech_lead")], {
      distinctApprovers: false,
    });
    given(world(policy(shared)), asked())
      .when(approves("dee"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("an OR level needs one reachable group, and shows the other as blocked", () => {
    const either = level([group(atLeast(5), "sre"), group(any, "qa_lead")], { logic: "OR" });
    const after = given(world(policy(either))).when(asked());
    after.yields("RequestSubmitted", "LevelOpened");
    expect(after.view.levels[0]?.groups.map(({ blocked }) => blocked)).toEqual([true, false]);
    expect(after.view.blocked).toBe(false);
  });

  test("an OR level without any reachable group is refused", () => {
    const neither = level([group(atLeast(5), "sre"), group(atLeast(3), "qa_lead")], {
      logic: "OR",
    });
    given(world(policy(neither)))
      .when(asked())
      .refused("quorum-unreachable");
  });

  test("an empty set loses no request: it is taken, and the level is blocked", () => {
    const after = given(world(policy(level(group(any, "legal"))))).when(asked());
    after.yields("RequestSubmitted", "LevelOpened", [
      "LevelBlocked",
      {
        level: 1,
        groups: ["legal"],
        reason: "Nobody can answer for group legal of level 1 (role legal).",
      },
    ]);
    expect(after.view.blocked).toBe(true);
    expect(after.status).toBe("pending");
  });

  test("an empty later level blocks only when it is reached", () => {
    const gap = world(policy([level(group(any, "qa_lead")), level(group(any, "legal"))]));
    given(gap)
      .and(asked())
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "LevelOpened", ["LevelBlocked", { level: 2 }]);
  });

  test("a group of two whose other group is empty is blocked as a whole", () => {
    const half = level([group(any, "qa_lead"), group(any, "legal")]);
    given(world(policy(half)))
      .when(asked())
      .yields("RequestSubmitted", "LevelOpened", ["LevelBlocked", { groups: ["legal"] }]);
  });

  test("on_empty: deny denies it", () => {
    given(world(policy(level(group(any, "legal"), { onEmpty: "deny" }))))
      .when(asked())
      .yields(
        "RequestSubmitted",
        "LevelOpened",
        ["LevelDenied", { level: 1, group: "legal", by: { kind: "system", id: "on_empty" } }],
        "RequestDenied",
      );
  });

  test("on_empty: skip goes on to the next level", () => {
    const skipping = policy([
      level(group(any, "legal"), { onEmpty: "skip" }),
      level(group(any, "qa_lead")),
    ]);
    given(world(skipping))
      .when(asked())
      .yields("RequestSubmitted", ["LevelSkipped", { level: 1 }], ["LevelOpened", { level: 2 }]);
  });

  test("on_empty: skip of every level never approves by itself", () => {
    given(world(policy(level(group(any, "legal"), { onEmpty: "skip" }))))
      .when(asked())
      .yields("RequestSubmitted", "LevelSkipped", ["LevelBlocked", { level: null }]);
  });

  test("a person who left is not missed when their role still has others", () => {
    given(demo, people(leaves("bo")))
      .when(asked())
      .yields("RequestSubmitted", "LevelOpened");
  });
});
