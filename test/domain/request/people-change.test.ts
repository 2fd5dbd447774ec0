import { describe, expect, test } from "vitest";
import { changed, leaves, role } from "../../testkit/examples/directory.ts";
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
import { approves, asked, denies, people, rechecked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const under = (...levels: readonly ReturnType<typeof level>[]) =>
  given(world(policy(levels)), people(role("crew", "bo", "cy", "dee")), asked());
const everyone = under(level(group(all, "crew")));
const passes = ["VoteCast", "LevelApproved", "RequestApproved"] as const;

describe("people who leave", () => {
  test("a recheck voids the slot of whoever left the directory", () => {
    everyone
      .and(people(leaves("dee")))
      .when(rechecked)
      .yields(["SlotVoided", { level: 1, group: "crew", approver: "dee" }]);
  });

  test.each([
    ["the role", role("crew", "bo", "cy")],
    ["activity", changed("dee", { active: false })],
    ["the right to approve", changed("dee", { access: "viewer" })],
  ])("it voids the slot of whoever lost %s", (_, change) => {
    everyone
      .and(people(change))
      .when(rechecked)
      .yields(["SlotVoided", { approver: "dee" }]);
  });

  test("a voided slot is voided once", () => {
    everyone
      .and(people(leaves("dee")), rechecked)
      .when(rechecked)
      .yieldsNothing();
  });

  test("nothing is written when a member of a pool leaves and others stay", () => {
    under(level(group(any, "crew")))
      .and(people(leaves("dee")))
      .when(rechecked)
      .yieldsNothing();
  });

  test("the bar of all is the people recorded minus the leavers", () => {
    everyone
      .and(approves("bo"), people(leaves("dee")), rechecked)
      .when(approves("cy"))
      .yields(...passes);
  });

  test("a vote records missing leavers first", () => {
    everyone
      .and(approves("bo"), people(leaves("dee")))
      .when(approves("cy"))
      .yields(["SlotVoided", { approver: "dee" }], ...passes);
  });

  test("a leaver's vote is voided with the slot", () => {
    const after = everyone.and(approves("dee"), people(leaves("dee")), rechecked);
    expect(after.view.levels[0]?.groups[0]?.slots).toMatchObject([
      { approver: "bo", status: "open", vote: null },
      { approver: "cy", status: "open", vote: null },
      { approver: "dee", status: "voided", vote: null },
    ]);
    after
      .and(approves("bo"))
      .when(approves("cy"))
      .yields(...passes);
  });

  test("a leaver of a pool does not count any more", () => {
    under(level(group(atLeast(2), "crew")))
      .and(approves("dee"), people(leaves("dee")))
      .when(approves("bo"))
      .yields("VoteCast");
  });

  test("a leaver's deny goes with them", () => {
    under(level(group(atLeast(2), "crew"), { onDeny: "unreachable" }))
      .and(denies("dee"), people(leaves("dee")), approves("bo"))
      .when(approves("cy"))
      .yields(...passes);
  });

  test("percent is taken of those who stay", () => {
    under(level(group(percent(67), "crew")))
      .and(people(leaves("dee")), rechecked, approves("bo"))
      .when(approves("cy"))
      .yields(...passes);
  });

  test("a person who comes back finds the slot void", () => {
    everyone
      .and(people(role("crew", "bo", "cy")), rechecked, people(role("crew", "bo", "cy", "dee")))
      .when(approves("dee"))
      .refused("not-an-approver");
  });

  test("whoever left the role cannot repeat the vote that went with the slot", () => {
    everyone
      .and(approves("dee"), people(role("crew", "bo", "cy")), rechecked)
      .when(approves("dee"))
      .refused("not-an-approver");
  });

  test("a branch of all stays denied when somebody else leaves it", () => {
    const branches = [group(all, "crew"), group(any, "director")];
    const { view } = under(level(branches, { logic: "OR", onDeny: "unreachable" })).and(
      denies("bo"),
      people(leaves("dee")),
    );
    expect(view.levels[0]?.groups[0]?.status).toBe("denied");
  });

  test("newcomers do not raise the bar of all", () => {
    everyone
      .and(people(role("crew", "bo", "cy", "dee", "gus")), approves("bo"), approves("cy"))
      .when(approves("dee"))
      .yields(...passes);
  });
});

describe("leaving never resolves a level", () => {
  const left = everyone.and(approves("bo"), approves("cy"), people(leaves("dee")));

  test("it is blocked when no vote is left to come", () => {
    const after = left.when(rechecked);
    after.yields("SlotVoided", ["LevelBlocked", { level: 1 }]);
    expect(after.status).toBe("pending");
    expect(after.view.blocked).toBe(true);
  });

  test("the alarm is given once", () => {
    left.and(rechecked).when(rechecked).yieldsNothing();
  });

  test("a changed vote resolves it", () => {
    left
      .and(rechecked)
      .when(denies("bo"))
      .yields("VoteWithdrawn", "VoteCast", "LevelDenied", "RequestDenied");
  });

  test("a branch of OR whose people left, with the other denied, waits for people", () => {
    const either = under(level([group(any, "crew"), group(any, "director")], { logic: "OR" }));
    either
      .and(people(leaves("hal"), role("crew", "bo")))
      .when(denies("bo"))
      .yields("VoteCast", ["LevelBlocked", { level: 1 }]);
  });
});

describe("a level without people", () => {
  const pooled = under(level(group(any, "legal")));
  const recorded = under(level(group(all, "legal")));

  test("people of a pool can vote as soon as they come", () => {
    pooled
      .and(people(role("legal", "hal")))
      .when(approves("hal"))
      .yields(...passes);
  });

  test("it is not shown as blocked any more as soon as they come", () => {
    expect(pooled.view.blocked).toBe(true);
    expect(pooled.and(people(role("legal", "hal"))).view.blocked).toBe(false);
  });

  test("all records its people when they come", () => {
    const after = recorded.and(people(role("legal", "hal", "gus"))).when(rechecked);
    after.yields([
      "LevelOpened",
      {
        level: 1,
        groups: [
          {
            group: "legal",
            needed: 2,
            pools: [],
            slots: [
              { approver: "hal", via: { type: "role", identifier: "legal" } },
              { approver: "gus", via: { type: "role", identifier: "legal" } },
            ],
          },
        ],
      },
    ]);
    expect(after.view.blocked).toBe(false);
  });

  test("and then goes on by itself", () => {
    recorded
      .and(people(role("legal", "hal", "gus")), rechecked, approves("hal"))
      .when(approves("gus"))
      .yields(...passes);
  });

  test("a recheck that finds nobody says nothing again", () => {
    pooled.when(rechecked).yieldsNothing();
    recorded.when(rechecked).yieldsNothing();
  });

  test("a level that loses its last person is blocked", () => {
    under(level(group(any, "director")))
      .and(people(leaves("hal")))
      .when(rechecked)
      .yields(["LevelBlocked", { level: 1, groups: ["director"] }]);
  });

  test("a set that became too small for its quorum counts as empty", () => {
    under(level(group(atLeast(3), "crew")))
      .and(people(leaves("dee")))
      .when(rechecked)
      .yields(["LevelBlocked", { level: 1, groups: ["crew"] }]);
  });

  test("it goes on when people came, and alarms again when they leave again", () => {
    const again = under(level(group(any, "director")))
      .and(people(leaves("hal")), rechecked)
      .and(people(role("director", "gus")));
    again.when(rechecked).yields("LevelOpened");
    again
      .and(rechecked, people(leaves("gus")))
      .when(rechecked)
      .yields("LevelBlocked");
  });

  test("votes given before stay when a level is recorded again", () => {
    under(level([group(any, "crew"), group(all, "legal")]))
      .and(approves("bo"), people(role("legal", "hal")), rechecked)
      .when(approves("hal"))
      .yields(...passes);
  });

  test("on_empty: deny denies when its people left", () => {
    under(level(group(any, "director"), { onEmpty: "deny" }))
      .and(people(leaves("hal")))
      .when(rechecked)
      .yields("LevelDenied", ["RequestDenied", { by: { kind: "system", id: "on_empty" } }]);
  });

  test("on_empty: skip goes on when its people left", () => {
    under(level(group(any, "director"), { onEmpty: "skip" }), level(group(any, "crew")))
      .and(people(leaves("hal")))
      .when(rechecked)
      .yields(["LevelSkipped", { level: 1 }], ["LevelOpened", { level: 2 }]);
  });

  test("on_empty: skip does not skip votes that stand", () => {
    under(level(group(atLeast(2), "crew"), { onEmpty: "skip" }))
      .and(approves("bo"), people(leaves("cy"), leaves("dee")))
      .when(rechecked)
      .yields("LevelBlocked");
  });

  test("a recheck of a request that ended is refused and changes nothing", () => {
    under(level(group(any, "crew")))
      .and(approves("bo"))
      .when(rechecked)
      .refused("already-resolved");
  });
});
