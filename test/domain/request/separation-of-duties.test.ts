import { describe, expect, test } from "vitest";
import { role } from "../../testkit/examples/directory.ts";
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
import { approves, asked, denies, people } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const plain = given(world(qaOnly), asked());

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
      .yields("VoteCast");
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
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("a level that is left without people by it blocks and approves nothing", () => {
    given(world(policy(level(group(any, "user:gus")))))
      .when(asked({ agent: null }, "gus"))
      .yields("RequestSubmitted", "LevelOpened", "LevelBlocked");
  });

  test("self_approval: allow lets the requester vote", () => {
    given(world(allowing), asked({ agent: null }, "gus"))
      .and(approves("bo"))
      .when(approves("gus"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("self_approval: allow lets the owner vote, and never the agent", () => {
    const open = given(world(allowing), asked());
    open.when(approves("ana")).yields("VoteCast");
    open.when(approves("deployment-bot")).refused("not-an-approver");
  });

  test("the org's self_approval counts where the policy says nothing", () => {
    const lenient = { ...world(own), defaults: { selfApproval: "allow" } } as const;
    given(lenient, asked()).when(approves("ana")).yields("VoteCast");
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
