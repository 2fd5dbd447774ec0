import { describe, expect, test } from "vitest";
import type { Delegation } from "@countersign/domain/delegation/delegation.ts";
import { changed, leaves } from "../../testkit/examples/directory.ts";
import { handedOver, handsOver, revoked } from "../../testkit/examples/delegations.ts";
import { all, any, group, level, policy } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, denies, people } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const qa = policy(level(group(any, "qa_lead")));
const plain = given(world(qa), asked());
const both = given(world(policy(level(group(all, "qa_lead")))), asked());
const voteOf = (from: { readonly view: Given["view"] }, approver: string): unknown =>
  from.view.levels[0]?.groups[0]?.slots.find((slot) => slot.approver === approver)?.vote;

describe("acting for an absent approver", () => {
  test("the delegate's vote fills the other's slot, and both names stand", () => {
    plain
      .and(handedOver(handsOver("bo", "gus")))
      .when(approves("gus"))
      .yields(
        ["VoteCast", { votedBy: "gus", onBehalfOf: "bo", delegationId: "dlg_bo-gus" }],
        ["LevelApproved", { by: { kind: "person", id: "gus", onBehalfOf: "bo" } }],
        "RequestApproved",
      );
  });

  test("the view shows who voted and for whom", () => {
    const after = both.and(handedOver(handsOver("bo", "gus")), approves("gus"));
    expect(voteOf(after, "bo")).toMatchObject({
      voted_by: "gus",
      on_behalf_of: "bo",
      delegation_id: "dlg_bo-gus",
    });
  });

  test("without a delegation there is no right", () => {
    plain.when(approves("gus")).refused("not-an-approver");
  });

  test("a delegation of somebody without a slot lends nothing", () => {
    plain
      .and(handedOver(handsOver("hal", "gus")))
      .when(approves("gus"))
      .refused("not-an-approver");
  });

  test("it covers requests that were pending before it", () => {
    both
      .and(approves("cy"), handedOver(handsOver("bo", "gus")))
      .when(approves("gus"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("a deny of the delegate counts as the slot's", () => {
    plain
      .and(handedOver(handsOver("bo", "gus")))
      .when(denies("gus"))
      .yields(["VoteCast", { onBehalfOf: "bo" }], "LevelDenied", "RequestDenied");
  });

  test("the owner may still answer", () => {
    plain
      .and(handedOver(handsOver("bo", "gus")))
      .when(approves("bo"))
      .yields(
        ["VoteCast", { votedBy: "bo", onBehalfOf: null, delegationId: null }],
        "LevelApproved",
        "RequestApproved",
      );
  });

  test("a viewer acts for nobody", () => {
    plain
      .and(handedOver(handsOver("bo", "gus")), people(changed("gus", { access: "viewer" })))
      .when(approves("gus"))
      .refused("not-an-approver");
  });

  test("nobody acts for somebody who has left", () => {
    plain
      .and(handedOver(handsOver("bo", "gus")), people(leaves("bo")))
      .when(approves("gus"))
      .refused("not-an-approver");
  });
});

describe("the window", () => {
  const link = handsOver("bo", "gus", {
    startsAt: "2026-01-05T10:00:00.000Z",
    endsAt: "2026-01-05T12:00:00.000Z",
  });
  const waiting = both.and(handedOver(link));

  test.each(["2026-01-05T09:59:59.999Z", "2026-01-05T12:00:00.000Z"])(
    "at %s it is not open",
    (at) => {
      waiting.and(clockShows(at)).when(approves("gus")).refused("not-an-approver");
    },
  );
  test.each(["2026-01-05T10:00:00.000Z", "2026-01-05T11:59:59.999Z"])("at %s it is open", (at) => {
    waiting.and(clockShows(at)).when(approves("gus")).yields("VoteCast");
  });
  test("a revoked one ends at once", () => {
    waiting
      .and(clockShows("2026-01-05T11:00:00.000Z"), revoked("dlg_bo-gus"))
      .when(approves("gus"))
      .refused("not-an-approver");
  });
  test("what was voted inside it still counts after it", () => {
    waiting
      .and(clockShows("2026-01-05T11:00:00.000Z"), approves("gus"))
      .and(clockShows("2026-01-05T13:00:00.000Z"))
      .when(approves("cy"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });
  test("the same vote said again after it is answered and recorded once", () => {
    waiting
      .and(clockShows("2026-01-05T11:00:00.000Z"), approves("gus"))
      .and(clockShows("2026-01-05T13:00:00.000Z"))
      .when(approves("gus"))
      .yieldsNothing();
  });
});

describe("the scope", () => {
  test("another policy's levels are not covered", () => {
    plain
      .and(handedOver(handsOver("bo", "gus", { policies: ["other"] })))
      .when(approves("gus"))
      .refused("not-an-approver");
  });
  test("the policy's own levels are", () => {
    both
      .and(handedOver(handsOver("bo", "gus", { policies: ["release"] })))
      .when(approves("gus"))
      .yields("VoteCast");
  });
  test("inline approvers come from no policy", () => {
    given(world(), asked({ policy: null, approvers: [{ type: "role", identifier: "qa_lead" }] }))
      .and(handedOver(handsOver("bo", "gus", { policies: ["release"] })))
      .when(approves("gus"))
      .refused("not-an-approver");
  });
  test("a role narrows it to slots of that role", () => {
    const scoped = handsOver("bo", "gus", { roles: ["team_lead"] });
    plain.and(handedOver(scoped)).when(approves("gus")).refused("not-an-approver");
    given(world(policy(level(group(all, "team_lead")))), asked())
      .and(handedOver(scoped))
      .when(approves("gus"))
      .yields("VoteCast");
  });
  test("a slot of a named person comes from no role", () => {
    given(world(policy(level(group(all, "user:bo", "user:cy")))), asked())
      .and(handedOver(handsOver("bo", "gus", { roles: ["qa_lead"] })))
      .when(approves("gus"))
      .refused("not-an-approver");
  });
});

describe("handing over exclusively", () => {
  const away = plain.and(handedOver(handsOver("bo", "gus", { exclusive: true })));

  test("the owner does not answer while it lasts", () => {
    away.when(approves("bo")).refused("not-an-approver");
  });
  test("and does again when it is over", () => {
    away
      .and(clockShows("2026-01-05T20:00:00.000Z"), revoked("dlg_bo-gus"))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });
  test("outside its scope the owner answers as ever", () => {
    plain
      .and(handedOver(handsOver("bo", "gus", { exclusive: true, roles: ["team_lead"] })))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });
  test("a delegate who has gone takes nobody's right away", () => {
    away
      .and(people(leaves("gus")))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });
  test("who acts for another and hands on exclusively does not act any more", () => {
    const links = [
      handsOver("bo", "gus", { redelegate: true }),
      handsOver("gus", "hal", { exclusive: true }),
    ];
    plain
      .and(handedOver(...links))
      .when(approves("gus"))
      .refused("not-an-approver");
  });
});

describe("handing on", () => {
  const passesOn = (from: string, to: string): Delegation =>
    handsOver(from, to, { redelegate: true });

  test("a delegate's delegate acts when it may be handed on", () => {
    plain
      .and(handedOver(passesOn("bo", "gus"), handsOver("gus", "hal")))
      .when(approves("hal"))
      .yields(
        ["VoteCast", { votedBy: "hal", onBehalfOf: "bo", delegationId: "dlg_gus-hal" }],
        "LevelApproved",
        "RequestApproved",
      );
  });
  test("and does not when it may not", () => {
    plain
      .and(handedOver(handsOver("bo", "gus"), handsOver("gus", "hal")))
      .when(approves("hal"))
      .refused("not-an-approver");
  });
  test("every link's scope counts", () => {
    plain
      .and(handedOver(passesOn("bo", "gus"), handsOver("gus", "hal", { policies: ["other"] })))
      .when(approves("hal"))
      .refused("not-an-approver");
  });
  test("over three links and no more", () => {
    const links = [passesOn("bo", "gus"), passesOn("gus", "hal"), passesOn("hal", "eli")];
    both
      .and(handedOver(...links))
      .when(approves("eli"))
      .yields(["VoteCast", { onBehalfOf: "bo" }]);
    both
      .and(handedOver(...links, passesOn("eli", "fay")))
      .when(approves("fay"))
      .refused("not-an-approver");
  });
  test("somebody who left hands nothing on", () => {
    plain
      .and(handedOver(passesOn("bo", "gus"), handsOver("gus", "hal")), people(leaves("gus")))
      .when(approves("hal"))
      .refused("not-an-approver");
  });
});
