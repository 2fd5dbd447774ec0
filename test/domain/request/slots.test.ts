import { describe, expect, test } from "vitest";
import type { Quorum } from "@countersign/domain/policy/policy.ts";
import { isAlternate, neededOf, rosterOf } from "@countersign/domain/request/people/slots.ts";
import type { GroupState } from "@countersign/domain/request/state.ts";
import { leaves, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, people, rechecked } from "../../testkit/happenings.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const opened = (...who: readonly string[]) =>
  given(world(policy(level(group(any, ...who))))).when(asked());
const slot = (approver: string, identifier = "sre") => ({
  approver,
  via: { type: "role", identifier } as const,
});

describe("how many approvals a quorum wants of five people", () => {
  test.each<readonly [Quorum, number]>([
    [{ required: "any", count: 3, percent: 80 }, 1],
    [{ required: "threshold", count: 3, percent: 100 }, 3],
    [{ required: "threshold", count: null, percent: null }, 1],
    [{ required: "threshold", count: 0, percent: null }, 1],
    [{ required: "all", count: 2, percent: 20 }, 5],
    [{ required: "percent", count: 1, percent: 41 }, 3],
    [{ required: "percent", count: null, percent: null }, 5],
  ])("%o: %i", (quorum, needed) => {
    expect(neededOf(quorum, 5)).toBe(needed);
  });

  test("and of nobody it still wants one, because an empty set approves nothing", () => {
    for (const quorum of [any, atLeast(1), all, { ...all, required: "percent" as const }]) {
      expect(neededOf(quorum, 0)).toBe(1);
    }
  });
});

describe("what a level records of a group", () => {
  test("each role of a pool once", () => {
    opened("qa_lead", "sre", "qa_lead").yields("RequestSubmitted", [
      "LevelOpened",
      { groups: [{ group: "qa-lead", needed: 1, pools: ["qa_lead", "sre"], slots: [] }] },
    ]);
  });

  test("each child request once", () => {
    const security = policy(level(group(any, "security_team")), { id: "security" });
    const twice = policy(level(group(any, "workflow:security", "workflow:security")));
    const { view } = given(world(twice, security), asked());
    expect(view.levels[0]?.groups[0]?.slots).toHaveLength(1);
    expect(view.children).toHaveLength(1);
  });

  test("the role that a fact names, written with or without spaces", () => {
    const named = given(world(policy(level(group(any, "${ team }")))));
    named
      .when(asked({ context: { team: "sre" } }))
      .yields("RequestSubmitted", [
        "LevelOpened",
        { groups: [expect.objectContaining({ pools: ["sre"] })] },
      ]);
  });

  test("one person for two ways into it, who is not enough where two are wanted", () => {
    given(world(policy(level(group(atLeast(2), "user:bo", "content_team")))))
      .when(asked())
      .refused("quorum-unreachable");
  });
});

describe("people who were escalated to where heads are counted", () => {
  const { state, world: around } = given(world(qaOnly), asked()).moment;
  if (state.status === "absent") throw new Error("there is no request");
  const sres: GroupState = {
    group: "sre",
    needed: 2,
    pools: [],
    slots: [slot("eli"), slot("fay")],
    voided: ["fay"],
    closedPool: null,
    cancelled: [slot("cy"), slot("dee")],
    alternates: [
      slot("gus", "manager"),
      slot("hal", "manager"),
      slot("eli", "security_team"),
      slot("fay", "security_team"),
      slot("cy", "qa_lead"),
      slot("ana", "admin"),
    ],
  };

  test.each([
    ["holds no slot there", "gus", true],
    ["lost the slot by leaving", "fay", true],
    ["holds a slot there", "eli", false],
    ["lost the slot to somebody else", "cy", false],
    ["was not escalated to", "bo", false],
  ])("who %s: %s", (_, person, isOne) => {
    expect(isAlternate(sres, person)).toBe(isOne);
  });

  test("answer as long as they hold the role, did not ask, and edited nothing elsewhere", () => {
    const roster = rosterOf(state.submitted, referenceOf(around));
    const holders = (of: GroupState) => roster.holders(of).map(({ approver }) => approver);
    // Hal is no manager, and ana owns the asking agent.
    expect(holders(sres)).toEqual(["eli", "gus", "fay"]);
    expect(holders({ ...sres, apart: ["gus"] })).toEqual(["eli", "fay"]);
  });
});

describe("a level that waits for people", () => {
  test("is skipped where its policy says so, and what was approved before it is enough", () => {
    const chain = [
      level(group(any, "qa_lead")),
      level(group(any, "director"), { onEmpty: "skip" }),
    ];
    given(world(policy(chain)), asked(), approves("bo"), people(leaves("hal")))
      .when(rechecked)
      .yields(
        ["LevelSkipped", { level: 2, facts: {} }],
        ["RequestApproved", { by: { kind: "system", id: "on_empty" }, notes: null }],
      );
  });

  test("is skipped where its policy says so, and nothing passes when nobody approved anything", () => {
    given(world(policy(level(group(any, "director"), { onEmpty: "skip" }))), asked())
      .and(people(role("director")))
      .when(rechecked)
      .yields(["LevelSkipped", { level: 1 }], ["LevelBlocked", { level: null }]);
  });
});
