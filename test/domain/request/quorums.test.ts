import { describe, expect, test } from "vitest";
import { role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  percent,
  policy,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies, people } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const staff = ["bo", "cy", "dee", "eli", "fay"];
const under = (plan: ReturnType<typeof level>) =>
  given(world(policy(plan)), people(role("staff", ...staff)), asked());
const passes = ["VoteCast", "LevelApproved", "RequestApproved"] as const;
const fails = ["VoteCast", "LevelDenied", "RequestDenied"] as const;

describe("the quorum of one group", () => {
  test("any: the first approval is enough", () => {
    under(level(group(any, "staff")))
      .when(approves("dee"))
      .yields(...passes);
  });

  test("threshold: one short of the count leaves the level open", () => {
    under(level(group(atLeast(3), "staff")))
      .and(approves("bo"))
      .when(approves("cy"))
      .yields("VoteCast");
  });

  test("threshold: the count approves", () => {
    under(level(group(atLeast(3), "staff")))
      .and(approves("bo"), approves("cy"))
      .when(approves("dee"))
      .yields(...passes);
  });

  test("all by role: everybody recorded at the opening must approve", () => {
    const open = under(level(group(all, "staff"))).and(...staff.slice(1).map((id) => approves(id)));
    expect(open.status).toBe("pending");
    open.when(approves("bo")).yields(...passes);
  });

  test("all of named people wants each of them", () => {
    under(level(group(all, "user:bo", "user:gus")))
      .and(approves("bo"))
      .when(approves("gus"))
      .yields(...passes);
  });

  test.each([
    [50, 3],
    [60, 3],
    [61, 4],
    [100, 5],
    [1, 1],
  ])("percent: %i of five people are %i approvals, rounded up", (share, needed) => {
    const { view } = under(level(group(percent(share), "staff")));
    expect(view.levels[0]?.groups[0]?.needed).toBe(needed);
  });

  test("percent: the rounded number approves", () => {
    under(level(group(percent(50), "staff")))
      .and(approves("bo"), approves("cy"))
      .when(approves("dee"))
      .yields(...passes);
  });

  test("a person with two ways into a group has one slot and counts once", () => {
    const twice = under(level(group(atLeast(2), "staff", "user:bo", "qa_lead")));
    expect(twice.view.levels[0]?.groups[0]?.slots.map((slot) => slot.approver).toSorted()).toEqual(
      staff,
    );
    twice.when(approves("bo")).yields("VoteCast");
  });

  test("a person in two roles of all is wanted once", () => {
    const { view } = under(level(group(all, "qa_lead", "team_lead", "user:bo")));
    expect(view.levels[0]?.groups[0]).toMatchObject({
      needed: 2,
      slots: [{ approver: "bo" }, { approver: "cy" }],
    });
  });

  test("roles and people can stand in one group", () => {
    under(level(group(any, "staff", "user:gus")))
      .when(approves("gus"))
      .yields(...passes);
  });

  test("round robin gives the slot to one member", () => {
    const turn = under(level(group(any, "round_robin:staff")));
    expect(turn.view.levels[0]?.groups[0]?.slots.map((slot) => slot.approver)).toEqual(["bo"]);
    turn.when(approves("cy")).refused("not-an-approver");
  });
});

describe("a deny in one group", () => {
  test.each([
    ["any", any],
    ["threshold", atLeast(2)],
    ["percent", percent(40)],
    ["all", all],
  ] as const)("under %s it denies the level and the request, by default", (_, quorum) => {
    under(level(group(quorum, "staff")))
      .when(denies("bo", { reason: "the tests are red" }))
      .yields(
        "VoteCast",
        ["LevelDenied", { level: 1, group: "staff", by: { kind: "person", id: "bo" } }],
        ["RequestDenied", { by: { kind: "person", id: "bo" }, reason: "the tests are red" }],
      );
  });

  test("on_deny: unreachable leaves the level open while enough others are left", () => {
    under(level(group(atLeast(3), "staff"), { onDeny: "unreachable" }))
      .and(denies("bo"))
      .when(denies("cy"))
      .yields("VoteCast");
  });

  test("on_deny: unreachable denies as soon as too few are left", () => {
    under(level(group(atLeast(3), "staff"), { onDeny: "unreachable" }))
      .and(denies("bo"), denies("cy"))
      .when(denies("dee"))
      .yields(...fails);
  });

  test("on_deny: unreachable counts approvals already cast as still possible", () => {
    under(level(group(atLeast(2), "staff"), { onDeny: "unreachable" }))
      .and(approves("bo"), denies("cy"), denies("dee"), denies("eli"))
      .when(approves("fay"))
      .yields(...passes);
  });

  test("on_deny: unreachable still denies at once under all", () => {
    under(level(group(all, "staff"), { onDeny: "unreachable" }))
      .when(denies("bo"))
      .yields(...fails);
  });

  test("the open slots of a denied level are not required any more", () => {
    const after = under(level(group(atLeast(2), "staff")))
      .and(approves("bo"))
      .when(denies("cy"));
    expect(
      after.view.levels[0]?.groups[0]?.slots.map(({ approver, status }) => [approver, status]),
    ).toEqual([
      ["bo", "approved"],
      ["cy", "denied"],
      ["dee", "not_required"],
      ["eli", "not_required"],
      ["fay", "not_required"],
    ]);
  });
});

describe("several groups joined by AND", () => {
  const both = level([group(any, "engineering_lead"), group(all, "sre")]);

  test("every group must reach its quorum, in any order", () => {
    const one = under(both).and(approves("eli"), approves("dee"));
    expect(one.status).toBe("pending");
    one.when(approves("fay")).yields(...passes);
  });

  test("a group with its quorum stays open, and a deny there still counts", () => {
    const pairs = level([group(any, "qa_lead"), group(all, "sre")]);
    under(pairs)
      .and(approves("bo"))
      .when(denies("cy"))
      .yields("VoteCast", ["LevelDenied", { group: "qa-lead" }], "RequestDenied");
  });

  test("a deny of one group denies the level", () => {
    under(both)
      .and(approves("dee"))
      .when(denies("fay"))
      .yields(...fails);
  });

  test("one person in two groups counts once, so a second person must follow", () => {
    const leads = level([group(any, "qa_lead"), group(any, "team_lead")]);
    const one = under(leads).and(approves("bo"));
    expect(one.status).toBe("pending");
    one.when(approves("cy")).yields(...passes);
  });

  test("the matching finds the place that leaves room for the other, whoever votes first", () => {
    const plan = level([group(any, "qa_lead"), group(any, "user:bo", "user:dee")]);
    under(plan)
      .and(approves("bo"))
      .when(approves("cy"))
      .yields(...passes);
    under(plan)
      .and(approves("cy"))
      .when(approves("bo"))
      .yields(...passes);
  });

  test("distinct_approvers: false lets one approval stand for both", () => {
    const lenient = level([group(any, "qa_lead"), group(any, "team_lead")], {
      distinctApprovers: false,
    });
    under(lenient)
      .when(approves("bo"))
      .yields(...passes);
  });

  test("a deny counts in every group its voter belongs to", () => {
    const leads = level([group(any, "qa_lead"), group(any, "team_lead")]);
    const { view } = under(leads).when(denies("bo"));
    expect(view.levels[0]?.groups.map(({ status }) => status)).toEqual(["denied", "denied"]);
  });

  test("an approval shows on each slot of its person and is counted in one", () => {
    const three = level([group(any, "qa_lead"), group(any, "team_lead")]);
    const { view } = under(three).and(approves("bo"));
    const bo = view.levels[0]?.groups.map((each) => each.slots.find((s) => s.approver === "bo"));
    expect(bo?.map((slot) => slot?.status)).toEqual(["approved", "approved"]);
    expect(bo?.map((slot) => slot?.counted)).toEqual([true, false]);
  });

  test("unreachable is judged over all groups together", () => {
    const sharing = level([group(any, "qa_lead"), group(any, "team_lead")], {
      onDeny: "unreachable",
    });
    under(sharing)
      .when(denies("cy"))
      .yields(...fails);
  });
});

describe("several groups joined by OR", () => {
  const either = level([group(all, "sre"), group(atLeast(2), "qa_lead")], { logic: "OR" });

  test("one group's quorum approves the level, the other is not required", () => {
    const after = under(either).and(approves("eli"), approves("bo")).when(approves("fay"));
    after.yields(...passes);
    expect(after.view.levels[0]?.groups.map(({ status }) => status)).toEqual([
      "approved",
      "not_required",
    ]);
  });

  test("a deny closes its branch only", () => {
    const after = under(either).when(denies("eli"));
    after.yields("VoteCast");
    expect(after.view.levels[0]?.groups.map(({ status }) => status)).toEqual(["denied", "open"]);
    expect(
      after.view.levels[0]?.groups[0]?.slots.map(({ approver, status }) => [approver, status]),
    ).toEqual([
      ["eli", "denied"],
      ["fay", "not_required"],
    ]);
  });

  test("the level is denied when all branches are", () => {
    under(either)
      .and(denies("eli"))
      .when(denies("bo"))
      .yields(...fails);
  });

  test("the denier of a branch may still change, which reopens it", () => {
    under(either)
      .and(denies("eli"), approves("eli"))
      .when(approves("fay"))
      .yields(...passes);
  });

  test("a vote counts in each group of its voter", () => {
    const overlapping = level([group(atLeast(2), "qa_lead"), group(any, "user:bo")], {
      logic: "OR",
    });
    under(overlapping)
      .when(approves("bo"))
      .yields(...passes);
  });

  test("a denied branch cannot be completed by its remaining approvals", () => {
    const branches = level([group(atLeast(2), "staff"), group(all, "sre_lead", "director")], {
      logic: "OR",
    });
    under(branches).and(approves("bo"), denies("cy")).when(approves("eli")).yields("VoteCast");
  });
});
