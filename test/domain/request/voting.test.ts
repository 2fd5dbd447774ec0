import { describe, test } from "vitest";
import { changed, role } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, cancels, denies, morning, people } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const plain = given(world(qaOnly), asked());
const twoOfTwo = given(world(policy(level(group(all, "sre")))), asked());
const twoLevels = policy([level(group(any, "qa_lead")), level(group(all, "sre", "user:bo"))]);
const stepped = given(world(twoLevels), asked());

describe("voting", () => {
  test("a vote records who, at which level, on which payload, with which words", () => {
    plain.when(approves("bo", { notes: "looks fine" })).yields(
      [
        "VoteCast",
        {
          level: 1,
          decision: "approve",
          votedBy: "bo",
          onBehalfOf: null,
          delegationId: null,
          payloadHash: "sha256:aa",
          notes: "looks fine",
          reason: null,
        },
      ],
      [
        "LevelApproved",
        {
          by: { kind: "person", id: "bo" },
          pools: {
            "qa-lead": [
              { approver: "bo", via: { type: "role", identifier: "qa_lead" } },
              { approver: "cy", via: { type: "role", identifier: "qa_lead" } },
            ],
          },
        },
      ],
      ["RequestApproved", { notes: "looks fine" }],
    );
  });

  test("nobody can vote on a request that does not exist", () => {
    given(world(qaOnly)).when(approves("bo")).refused("not-found");
  });

  test.each([null, "", "   "])("a deny needs a reason, and %j is none", (reason) => {
    plain.when(denies("bo", { reason })).refused("reason-required");
  });

  test("a newcomer to the role of a pool may vote at once", () => {
    plain
      .and(people(role("qa_lead", "bo", "cy", "hal")))
      .when(approves("hal"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("whoever left the role of a pool may not", () => {
    plain
      .and(people(role("qa_lead", "bo")))
      .when(approves("cy"))
      .refused("not-an-approver");
  });

  test("an inactive member may not vote", () => {
    plain
      .and(people(changed("cy", { active: false })))
      .when(approves("cy"))
      .refused("not-an-approver");
  });

  test("a newcomer to the role does not get into the recorded people of all", () => {
    twoOfTwo
      .and(people(role("sre", "eli", "fay", "hal")))
      .when(approves("hal"))
      .refused("not-an-approver");
  });
});

describe("voting again", () => {
  test("the same vote is answered and recorded once", () => {
    twoOfTwo.and(approves("eli")).when(approves("eli")).yieldsNothing();
  });

  test("the same vote is answered after the end too", () => {
    plain.and(approves("bo")).when(approves("bo")).yieldsNothing();
    plain
      .and(denies("bo"))
      .when(denies("bo", { reason: "said twice" }))
      .yieldsNothing();
  });

  test("the same vote is answered after others cancelled the request", () => {
    twoOfTwo.and(approves("eli"), cancels("ana")).when(approves("eli")).yieldsNothing();
  });

  test("the same vote at its named level is answered after that level is over", () => {
    stepped
      .and(approves("bo"))
      .when(approves("bo", { level: 1 }))
      .yieldsNothing();
  });

  test("another decision withdraws the first, while the level is open", () => {
    twoOfTwo
      .and(approves("eli"))
      .when(denies("eli"))
      .yields(
        ["VoteWithdrawn", { level: 1, votedBy: "eli" }],
        ["VoteCast", { decision: "deny" }],
        "LevelDenied",
        "RequestDenied",
      );
  });

  test("another decision is too late when the level is resolved", () => {
    plain
      .and(approves("bo"))
      .when(denies("bo"))
      .refused("already-resolved", {
        resolved_by: { kind: "person", id: "bo" },
        resolved_at: morning,
        status: "approved",
      });
  });

  test("a changed vote of a lower level is told who resolved it and when", () => {
    given(world(policy([level(group(any, "qa_lead")), level(group(any, "sre"))])), asked())
      .and(approves("bo"))
      .when(denies("bo"))
      .refused("level-resolved", {
        resolved_by: { kind: "person", id: "bo" },
        resolved_at: morning,
        status: "approved",
      });
  });

  test("an unnamed second vote of somebody with a slot at the next level must name its level", () => {
    stepped.and(approves("bo")).when(approves("bo")).refused("level-not-named", { open: 2 });
    stepped.and(approves("bo")).when(denies("bo")).refused("level-not-named", { open: 2 });
  });

  test("with the level named it counts there", () => {
    stepped
      .and(approves("bo"))
      .when(approves("bo", { level: 2 }))
      .yields(["VoteCast", { level: 2 }]);
  });

  test("without a vote before it, the open level is meant", () => {
    stepped
      .and(approves("cy"))
      .when(approves("bo"))
      .yields(["VoteCast", { level: 2 }]);
  });

  test("a double click at one level votes once, though the person has a slot at the next", () => {
    stepped
      .and(approves("bo"))
      .when(approves("bo", { level: 1 }))
      .yieldsNothing();
  });
});

describe("voting at the wrong level", () => {
  test("a level that is over answers who resolved it", () => {
    stepped
      .and(approves("bo"))
      .when(approves("cy", { level: 1 }))
      .refused("level-resolved", { level: 1, resolved_by: { kind: "person", id: "bo" } });
  });

  test("a late approver without a named level hears the same", () => {
    stepped.and(approves("bo")).when(approves("cy")).refused("level-resolved", { level: 1 });
  });

  test("a level to come is not open", () => {
    stepped.when(approves("eli", { level: 2 })).refused("level-not-open", { level: 2, open: 1 });
    stepped.when(approves("eli")).refused("level-not-open");
  });

  test("an approver of the open level who names the next is told that it is not open", () => {
    stepped.when(approves("bo", { level: 2 })).refused("level-not-open", { level: 2 });
  });

  test("a level that the chain does not have is not open", () => {
    stepped.when(approves("bo", { level: 7 })).refused("level-not-open", { level: 7 });
  });
});

describe("voting on another payload", () => {
  test("a hash that is not the current one is refused", () => {
    plain
      .when(approves("bo", { hash: "sha256:bb" }))
      .refused("payload-changed", { payload_hash: "sha256:aa", payload_version: 1 });
  });

  test("the hash that was shown is taken", () => {
    plain
      .when(approves("bo", { hash: "sha256:aa" }))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("no hash means the first payload version's", () => {
    plain
      .when(approves("bo"))
      .yields(["VoteCast", { payloadHash: "sha256:aa" }], "LevelApproved", "RequestApproved");
  });
});
