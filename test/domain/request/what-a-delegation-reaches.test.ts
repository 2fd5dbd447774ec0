import { describe, expect, test } from "vitest";
import { pathsTo } from "@countersign/domain/request/people/delegates.ts";
import { role } from "../../testkit/examples/directory.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { after, fires } from "../../testkit/firing.ts";
import {
  approves,
  asked,
  clockShows,
  command,
  denies,
  people,
  rechecked,
} from "../../testkit/happenings.ts";
import { modifies } from "../../testkit/changing.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const at = (...groups: readonly ReturnType<typeof group>[]): Given =>
  given(world(policy(level(groups))), asked());
const lends = (from: string, to: string, ...roles: readonly string[]) =>
  handedOver(handsOver(from, to, { roles }));

describe("a delegation for one role", () => {
  test("reaches to that role's pool, and to no other in which its giver stands", () => {
    at(group(any, "qa_lead"))
      .and(lends("bo", "gus", "qa_lead"))
      .when(approves("gus"))
      .yields(["VoteCast", { onBehalfOf: "bo" }], "LevelApproved", "RequestApproved");
    at(group(any, "qa_lead"))
      .and(lends("bo", "gus", "team_lead"))
      .when(approves("gus"))
      .refused("not-an-approver");
  });

  test("reaches to the slot that its giver was recorded for, not to those of others there", () => {
    at(group(all, "qa_lead", "sre"))
      .and(lends("bo", "gus", "qa_lead"))
      .when(approves("gus"))
      .yields(["VoteCast", { onBehalfOf: "bo" }]);
    at(group(all, "qa_lead", "sre"))
      .and(lends("bo", "gus", "sre"))
      .when(approves("gus"))
      .refused("not-an-approver");
  });

  test("reaches to a slot given in turn", () => {
    at(group(any, "round_robin:sre"))
      .and(lends("eli", "gus", "sre"))
      .when(approves("gus"))
      .yields(["VoteCast", { onBehalfOf: "eli" }], "LevelApproved", "RequestApproved");
  });

  test("does not take a person's name for a role", () => {
    at(group(all, "user:dee"))
      .and(lends("dee", "gus", "dee"))
      .when(approves("gus"))
      .refused("not-an-approver");
  });

  test("hands on no more than it has", () => {
    const first = handsOver("bo", "gus", { roles: ["team_lead"], redelegate: true });
    at(group(any, "qa_lead"))
      .and(handedOver(first, handsOver("gus", "hal", { roles: ["qa_lead"] })))
      .when(approves("hal"))
      .refused("not-an-approver");
  });
});

describe("a delegation for the role by which its giver was escalated to", () => {
  const ladder = [after("1h", "escalate", "manager")];
  const escalated = given(
    world(policy(level(group(all, "sre"), { escalation: ladder }))),
    asked(),
    clockShows("2026-01-05T10:00:00.000Z"),
    fires("escalate"),
  );

  test("reaches to what they may answer there, and one for another role does not", () => {
    escalated
      .and(lends("gus", "hal", "manager"))
      .when(approves("hal"))
      .yields(["VoteCast", { onBehalfOf: "gus" }]);
    escalated
      .and(lends("gus", "hal", "product_manager"))
      .when(approves("hal"))
      .refused("not-an-approver");
  });

  test("reaches to no slot that they lost with its role, nor to that of anybody else there", () => {
    const back = given(
      world(policy(level(group(all, "sre"), { escalation: [after("1h", "escalate", "on_call")] }))),
      people(role("on_call", "eli", "gus")),
      asked(),
      people(role("sre", "fay")),
      rechecked,
      clockShows("2026-01-05T10:00:00.000Z"),
      fires("escalate"),
    );
    back
      .and(lends("eli", "hal", "on_call"))
      .when(approves("hal"))
      .yields(["VoteCast", { onBehalfOf: "eli" }], "LevelApproved", "RequestApproved");
    back
      .and(lends("eli", "hal", "sre"))
      .when(approves("hal"))
      .refused("not-an-approver");
  });
});

test("no way to a slot leads over the same person twice", () => {
  const links = [
    ["gus", "bo"],
    ["bo", "gus"],
    ["hal", "gus"],
    ["gus", "hal"],
  ] as const;
  const around = handedOver(
    ...links.map(([from, to]) => handsOver(from, to, { redelegate: true })),
  );
  const { world: from } = given(world(), around).moment;
  const owners = pathsTo("bo", referenceOf(from), () => true).map(({ owner }) => owner);
  expect(owners).toEqual(["gus", "hal"]);
});

describe("a delegation", () => {
  test("is enough where its giver stands in one of several groups", () => {
    at(group(any, "sre"), group(any, "qa_lead"))
      .and(handedOver(handsOver("bo", "gus")))
      .when(approves("gus"))
      .yields(["VoteCast", { onBehalfOf: "bo" }]);
  });

  test("gives whoever edited the payload elsewhere nobody's vote", () => {
    const chain = policy([level(group(any, "user:eli")), level(group(any, "sre"))]);
    const edited = given(world(chain), asked(), approves("eli")).and(
      modifies("fay"),
      handedOver(handsOver("eli", "fay")),
    );
    expect(edited.view.levels[0]?.status).toBe("open");
    edited.when(denies("fay", { hash: "sha256:bb" })).refused("level-not-open");
  });
});

describe("a vote", () => {
  test("is cast by nobody of ours", () => {
    const said = { type: "approve", payloadHash: null, level: null, notes: null } as const;
    at(group(any, "qa_lead")).when(command(null, said)).refused("forbidden");
  });

  test("that takes a deny's place counts at once, without it", () => {
    const either = level([group(any, "qa_lead"), group(atLeast(2), "sre")], { logic: "OR" });
    given(world(policy(either)), asked(), denies("bo"))
      .when(approves("bo"))
      .yields("VoteWithdrawn", "VoteCast", "LevelApproved", "RequestApproved");
  });
});
