import { describe, expect, test } from "vitest";
import { reassigns } from "../../testkit/changing.ts";
import { after, fires } from "../../testkit/firing.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { changed, leaves, role } from "../../testkit/examples/directory.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  clockShows,
  denies,
  people,
  rechecked,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const passes = ["VoteCast", "LevelApproved", "RequestApproved"] as const;
const both = (other: ReturnType<typeof group>) =>
  given(
    world(policy(level([group(all, "sre"), other], { distinctApprovers: false }))),
    people(role("crew", "bo", "eli"), role("qa_lead", "bo", "eli")),
    asked(),
    approves("eli"),
    people(role("sre", "fay")),
  );

describe("the vote of somebody who lost a slot in one group", () => {
  test("stays where a slot in another group is theirs, and counts there", () => {
    const kept = both(group(all, "crew"));
    kept.when(rechecked).yields(["SlotVoided", { group: "sre", approver: "eli" }]);
    const open = kept.and(rechecked);
    expect(
      open.view.levels[0]?.groups.map(({ slots }) =>
        slots.map(({ approver, status }) => `${approver} ${status}`),
      ),
    ).toEqual(
      [
        ["eli voided", "fay open"],
        ["bo open", "eli approved"],
      ].map((slots) => expect.arrayContaining(slots)),
    );
    open
      .and(approves("bo"))
      .when(approves("fay"))
      .yields(...passes);
  });

  test("stays where another group asks a role that they still have", () => {
    both(group(any, "qa_lead"))
      .and(rechecked)
      .when(approves("fay"))
      .yields(...passes);
  });

  test("goes where the other group has nothing to do with them", () => {
    both(group(all, "manager")).and(rechecked).when(approves("eli")).refused("not-an-approver");
  });
});

test("the vote of a delegate who left goes alone: the others' still count", () => {
  const three = policy(
    level(group(atLeast(2), "qa_lead", "user:dee", "user:eli"), { onDeny: "unreachable" }),
  );
  given(world(three), asked())
    .and(handedOver(handsOver("bo", "gus")), approves("gus"), denies("cy"), denies("dee"))
    .and(people(leaves("gus")))
    .when(denies("eli"))
    .yields(
      ["VoteWithdrawn", { level: 1, votedBy: "gus" }],
      "VoteCast",
      "LevelDenied",
      "RequestDenied",
    );
});

describe("what is kept of a pool when its level closes", () => {
  const mixed = given(world(policy(level(group(any, "user:dee", "qa_lead")))), asked());
  const kept = (names: readonly string[]) => ({
    pools: {
      dee: names.map((approver) => ({
        approver,
        via: { type: "role", identifier: "qa_lead" } as const,
      })),
    },
  });

  test("its members, without people who have a slot of their own", () => {
    mixed
      .when(approves("dee"))
      .yields("VoteCast", ["LevelApproved", kept(["bo", "cy"])], "RequestApproved");
    mixed
      .and(people(role("qa_lead", "bo", "cy", "dee")))
      .when(approves("bo"))
      .yields("VoteCast", ["LevelApproved", kept(["bo", "cy"])], "RequestApproved");
  });

  test("with those whose slot is void and who are in the role now", () => {
    mixed
      .and(people(changed("dee", { active: false })), rechecked)
      .and(people(changed("dee", { active: true }), role("qa_lead", "bo", "cy", "dee")))
      .when(approves("bo"))
      .yields("VoteCast", ["LevelApproved", kept(["bo", "cy", "dee"])], "RequestApproved");
  });
});

describe("a group of any or of a threshold that is blocked for want of people", () => {
  const back = (id: string) => people(changed(id, { active: true }));
  const gone = (id: string) => people(changed(id, { active: false }));
  const inTurn = given(
    world(policy(level(group(atLeast(2), "director", "round_robin:sre")))),
    asked(),
  );
  const two = given(world(policy(level(group(atLeast(2), "director", "user:dee")))), asked());

  test("goes on when the person that it names comes back", () => {
    const blocked = two.and(gone("dee"), rechecked);
    expect(blocked.view.blocked).toBe(true);
    const open = blocked.and(back("dee")).when(rechecked);
    open.yields([
      "LevelOpened",
      {
        level: 1,
        groups: [
          {
            group: "director",
            needed: 2,
            pools: ["director"],
            slots: [{ approver: "dee", via: { type: "user", identifier: "dee" } }],
          },
        ],
      },
    ]);
    expect(open.view.blocked).toBe(false);
    blocked
      .and(back("dee"), rechecked, approves("dee"))
      .when(approves("hal"))
      .yields(...passes);
  });

  test("goes on when the person that it names comes for the first time", () => {
    given(world(policy(level(group(any, "legal", "user:zoe")))), asked())
      .and(people(changed("zoe", {})), rechecked)
      .when(approves("zoe"))
      .yields(...passes);
  });

  test("goes on with the next in turn where the one who was chosen left", () => {
    inTurn
      .and(gone("eli"))
      .when(rechecked)
      .yields("SlotVoided", [
        "LevelOpened",
        {
          groups: [
            {
              group: "director",
              needed: 2,
              pools: ["director"],
              slots: [{ approver: "fay", via: { type: "round_robin", identifier: "sre" } }],
            },
          ],
        },
      ]);
  });

  test.each([
    ["of roles", "role:manager", "director"],
    ["of people", "user:gus", "user:hal"],
  ])("keeps whoever was escalated to, and their votes: %s", (_, to, other) => {
    const ladder = [after("1h", "escalate", to.replace("role:", ""))];
    const asks = group(atLeast(3), "user:dee", "user:bo", other);
    const blocked = given(world(policy(level(asks, { escalation: ladder }))), asked())
      .and(clockShows("2026-01-05T10:00:00.000Z"), fires("escalate"), approves("gus"))
      .and(gone("dee"), gone("hal"), rechecked);
    expect(blocked.view.blocked).toBe(true);
    const open = blocked.and(back("dee"), rechecked);
    expect(open.view.blocked).toBe(false);
    open
      .and(approves("bo"))
      .when(approves("dee"))
      .yields(...passes);
  });

  test("gives nobody a turn beside the one who was chosen", () => {
    inTurn
      .and(people(role("director")))
      .when(rechecked)
      .yields(["LevelBlocked", { groups: ["director"] }]);
  });

  test("stays blocked where nobody came but whose slot was given away", () => {
    two
      .and(reassigns("ivy", { from: "dee", to: ["eli"] }), gone("eli"))
      .when(rechecked)
      .yields("SlotVoided", "LevelBlocked");
  });
});

describe("the bar of all", () => {
  test("is that of the people who stay, when a level goes on", () => {
    const crew = given(
      world(policy(level([group(all, "crew"), group(any, "director")]))),
      people(role("crew", "bo", "cy", "dee")),
      asked(),
      people(leaves("dee"), leaves("hal")),
      rechecked,
    );
    const slot = (approver: string) => ({
      approver,
      via: { type: "role", identifier: "crew" } as const,
    });
    crew
      .and(people(role("director", "gus")))
      .when(rechecked)
      .yields([
        "LevelOpened",
        {
          groups: [
            { group: "crew", needed: 2, pools: [], slots: [slot("bo"), slot("cy")] },
            { group: "director", needed: 1, pools: ["director"], slots: [] },
          ],
        },
      ]);
  });
});
