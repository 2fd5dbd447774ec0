import { describe, expect, test } from "vitest";
import { changed, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
} from "../../testkit/examples/policies.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  given,
  morning,
  people,
  timerFires,
  world,
} from "../../testkit/given-when-then.ts";

const plain = given(world(qaOnly), asked());
const twoOfTwo = given(world(policy(level(group(all, "sre")))), asked());
const twoLevels = policy([level(group(any, "qa_lead")), level(group(all, "sre", "user:bo"))]);
const stepped = given(world(twoLevels), asked());

describe("voting", () => {
  test("a vote records who, at which level, on which payload, with which words", () => {
    plain.when(approves("bo", { notes: "looks fine" })).then(
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
      .then("VoteCast", "LevelApproved", "RequestApproved");
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
    twoOfTwo.and(approves("eli")).when(approves("eli")).thenNothing();
  });

  test("the same vote is answered after the end too", () => {
    plain.and(approves("bo")).when(approves("bo")).thenNothing();
    plain
      .and(denies("bo"))
      .when(denies("bo", { reason: "said twice" }))
      .thenNothing();
  });

  test("the same vote is answered after others cancelled the request", () => {
    twoOfTwo.and(approves("eli"), cancels("ana")).when(approves("eli")).thenNothing();
  });

  test("the same vote at its named level is answered after that level is over", () => {
    stepped
      .and(approves("bo"))
      .when(approves("bo", { level: 1 }))
      .thenNothing();
  });

  test("another decision withdraws the first, while the level is open", () => {
    twoOfTwo
      .and(approves("eli"))
      .when(denies("eli"))
      .then(
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
      .then(["VoteCast", { level: 2 }]);
  });

  test("without a vote before it, the open level is meant", () => {
    stepped
      .and(approves("cy"))
      .when(approves("bo"))
      .then(["VoteCast", { level: 2 }]);
  });

  test("a double click at one level votes once, though the person has a slot at the next", () => {
    stepped
      .and(approves("bo"))
      .when(approves("bo", { level: 1 }))
      .thenNothing();
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
      .then("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("no hash means the first payload version's", () => {
    plain
      .when(approves("bo"))
      .then(["VoteCast", { payloadHash: "sha256:aa" }], "LevelApproved", "RequestApproved");
  });
});

describe("separation of duties", () => {
  const own = policy(level(group(atLeast(2), "qa_lead", "user:ana", "user:gus")));
  const allowing = { ...own, selfApproval: "allow" } as const;

  test("the requester cannot vote, even when listed", () => {
    given(world(own), asked({ agent: null }, "gus"))
      .when(approves("gus"))
      .refused("separation-of-duties");
  });

  test("the requester cannot deny either", () => {
    given(world(own), asked({ agent: null }, "gus"))
      .when(denies("gus"))
      .refused("separation-of-duties");
  });

  test("the owner of the asking agent cannot vote, even when listed", () => {
    given(world(own), asked()).when(approves("ana")).refused("separation-of-duties");
  });

  test("the owner may vote on what somebody else's agent or another person asked", () => {
    given(world(own), asked({ agent: null }, "gus"))
      .when(approves("ana"))
      .then("VoteCast");
  });

  test("a requester who is listed nowhere is no approver, and learns nothing else", () => {
    given(world(qaOnly), asked({ agent: null }, "gus"))
      .when(approves("gus"))
      .refused("not-an-approver");
  });

  test("an owner of a role that votes later is told why already now", () => {
    const later = policy([level(group(any, "sre")), level(group(any, "qa_lead", "user:ana"))]);
    given(world(later), asked()).when(approves("ana")).refused("separation-of-duties");
  });

  test("neither gets a slot", () => {
    const { view } = given(world(own), asked());
    expect(view.levels[0]?.groups[0]?.slots.map((slot) => slot.approver)).toEqual([
      "gus",
      "bo",
      "cy",
    ]);
  });

  test("the requester does not count among the people of all", () => {
    given(world(policy(level(group(all, "qa_lead")))), asked({ agent: null }, "bo"))
      .when(approves("cy"))
      .then("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("a level that is left without people by it blocks and approves nothing", () => {
    given(world(policy(level(group(any, "user:gus")))))
      .when(asked({ agent: null }, "gus"))
      .then("RequestSubmitted", "LevelOpened", "LevelBlocked");
  });

  test("self_approval: allow lets the requester vote", () => {
    given(world(allowing), asked({ agent: null }, "gus"))
      .and(approves("bo"))
      .when(approves("gus"))
      .then("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("self_approval: allow lets the owner vote, and never the agent", () => {
    const open = given(world(allowing), asked());
    open.when(approves("ana")).then("VoteCast");
    open.when(approves("deployment-bot")).refused("not-an-approver");
  });

  test("the org's self_approval counts where the policy says nothing", () => {
    const lenient = { ...world(own), defaults: { selfApproval: "allow" } } as const;
    given(lenient, asked()).when(approves("ana")).then("VoteCast");
    const strict = policy(own.chain, { selfApproval: "forbid" });
    given({ ...lenient, policies: [strict] }, asked())
      .when(approves("ana"))
      .refused("separation-of-duties");
  });

  test("an agent never votes, whoever it is named like", () => {
    plain.when(approves("ci")).refused("not-an-approver");
  });

  test("a viewer never gets a slot, though a member of the role", () => {
    const after = plain.and(people(role("qa_lead", "bo", "vic")));
    after.when(approves("vic")).refused("not-an-approver");
    expect(after.view.levels[0]?.groups[0]?.slots.map((slot) => slot.approver)).toEqual(["bo"]);
  });
});

describe("which refusal wins", () => {
  const due = clockShows("2026-01-06T09:00:00.000Z");

  test("a repeat comes before everything else", () => {
    twoOfTwo.and(approves("eli"), due).when(approves("eli")).thenNothing();
  });

  test("the end comes before a missing reason and a missing right", () => {
    const ended = plain.and(approves("bo"));
    ended.when(denies("cy", { reason: null })).refused("already-resolved");
    ended.when(approves("gus")).refused("already-resolved");
  });

  test("a missing reason comes before a missing right", () => {
    plain.when(denies("gus", { reason: null })).refused("reason-required");
  });

  test("a missing right comes before a wrong level and a wrong hash", () => {
    plain.when(approves("gus", { level: 4, hash: "sha256:bb" })).refused("not-an-approver");
  });

  test("separation of duties comes before a wrong level and a wrong hash", () => {
    given(world(policy(level(group(any, "qa_lead", "user:ana")))), asked())
      .when(approves("ana", { level: 4, hash: "sha256:bb" }))
      .refused("separation-of-duties");
  });

  test("a wrong level comes before a wrong hash", () => {
    plain.when(approves("bo", { level: 2, hash: "sha256:bb" })).refused("level-not-open");
  });

  test("expiry comes before a missing right", () => {
    plain.and(due).when(approves("gus")).refused("already-resolved", {}, "RequestExpired");
  });

  test("after the timer nothing is recorded again", () => {
    plain
      .and(due, timerFires)
      .when(approves("bo"))
      .refused("already-resolved", {
        status: "expired",
        resolved_by: { kind: "timer", id: "expiry" },
      });
  });
});
