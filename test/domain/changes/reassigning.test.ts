import { describe, expect, test } from "vitest";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { changed, leaves, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
} from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  people,
  rechecked,
} from "../../testkit/happenings.ts";
import { reassigns } from "../../testkit/changing.ts";
import { world } from "../../testkit/world.ts";

const open = given(world(qaOnly), asked());
const everySre = given(world(policy(level(group(all, "sre")))), asked());
const slots = (of: Pick<Given, "view">) =>
  of.view.levels[0]?.groups[0]?.slots.map(({ approver, status }) => `${approver} ${status}`);

describe("reassigning", () => {
  test("a slot's holder gives their own to somebody else", () => {
    const after = open.when(reassigns("bo", { from: "bo", to: ["hal"] }));
    after.yields(
      ["RequestReassigned", { level: 1, from: "bo", reason: "on leave" }],
      ["LevelOpened", { level: 1 }],
    );
    expect(slots(after)).toEqual(["hal open", "cy open", "bo cancelled"]);
    open
      .and(reassigns("bo", { from: "bo", to: ["hal"] }))
      .when(approves("bo"))
      .refused("not-an-approver");
    open
      .and(reassigns("bo", { from: "bo", to: ["hal"] }))
      .when(approves("hal"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("an admin gives anybody's, or all that are open", () => {
    expect(slots(open.when(reassigns("ivy", { from: "cy", to: ["hal"] })))).toEqual([
      "hal open",
      "bo open",
      "cy cancelled",
    ]);
    expect(slots(open.when(reassigns("ivy", { to: ["role:director"] })))).toEqual([
      "hal open",
      "bo cancelled",
      "cy cancelled",
    ]);
  });

  test("nobody else does, and nobody gives away what is not theirs", () => {
    open.when(reassigns("gus", { from: "bo", to: ["hal"] })).refused("forbidden");
    open.when(reassigns("bo", { from: "cy", to: ["hal"] })).refused("forbidden");
    open.when(reassigns("bo", { to: ["hal"] })).refused("forbidden");
  });

  test("whoever voted and has nothing left to give away picks no second approver", () => {
    const alone = given(
      world(policy(level(group(atLeast(2), "qa_lead")))),
      asked(),
      approves("bo"),
      people(leaves("cy")),
    );
    alone.when(reassigns("bo", { to: ["hal"] })).refused("forbidden");
    alone.when(reassigns("ivy", { to: ["hal"] })).yields("RequestReassigned", "LevelOpened");
  });

  test("whoever may answer for every open slot gives them all away, and a delegate the owner's", () => {
    const alone = given(world(qaOnly), people(role("qa_lead", "bo")), asked());
    alone.when(reassigns("bo", { to: ["hal"] })).yields("RequestReassigned", "LevelOpened");
    const away = given(world(qaOnly), asked(), handedOver(handsOver("bo", "hal")));
    away
      .when(reassigns("hal", { from: "bo", to: ["gus"] }))
      .yields(["RequestReassigned", { from: "bo" }], "LevelOpened");
    away.when(reassigns("hal", { to: ["gus"] })).refused("forbidden");
    away.when(reassigns("hal", { from: "hal", to: ["gus"] })).refused("forbidden");
  });

  test("slots of child requests and of agents stay with them", () => {
    const children = world(
      policy(level([group(any, "qa_lead"), group(any, "workflow:security")])),
      policy(level(group(any, "sre")), { id: "security" }),
    );
    const child = "workflow security security";
    const after = given(children, asked()).when(reassigns("ivy", { to: ["hal", "gus"] }));
    after.yields("RequestReassigned", "LevelOpened");
    expect(
      after.decision.events.flatMap((event) =>
        event.type === "RequestReassigned" ? event.data.cancelled : [],
      ),
    ).toEqual(
      ["bo", "cy"].map((approver) => ({
        group: "qa-lead",
        slot: { approver, via: { type: "role", identifier: "qa_lead" } },
      })),
    );
    expect(after.view.levels[0]?.groups[1]?.slots[0]).toMatchObject({ status: "open" });
    const agents = { ...world(policy(level(group(any, "qa_lead"), { deciders: ["ci"] }))) };
    const decided = given(
      { ...agents, defaults: { agentDeciders: "allow" } },
      asked({ agent: null }, "gus"),
    );
    decided.when(reassigns("ivy", { from: "agent ci", to: ["hal"] })).refused("unprocessable");
    given(children, asked())
      .when(reassigns("ivy", { from: child, to: ["hal"] }))
      .refused("unprocessable");
  });

  test("who asked picks no approvers, admin or not", () => {
    open.when(reassigns("ana", { from: "bo", to: ["hal"] })).refused("separation-of-duties");
  });

  test("votes already cast stay, and count", () => {
    const two = given(world(policy(level(group(atLeast(2), "qa_lead")))), asked(), approves("bo"));
    expect(slots(two.when(reassigns("ivy", { to: ["hal"] })))).toEqual([
      "bo approved",
      "hal open",
      "cy cancelled",
    ]);
    two
      .and(reassigns("ivy", { to: ["hal"] }))
      .when(approves("hal"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("the bar does not fall: one person for two slots of `all` is out of reach", () => {
    everySre.when(reassigns("ivy", { from: "eli", to: ["fay"] })).refused("quorum-unreachable");
    everySre.when(reassigns("ivy", { to: ["hal"] })).refused("quorum-unreachable");
    const after = everySre.when(reassigns("ivy", { from: "eli", to: ["hal"] }));
    after.yields("RequestReassigned", "LevelOpened");
    expect(slots(after)).toEqual(["fay open", "hal open", "eli cancelled"]);
    expect(after.view.levels[0]?.groups[0]).toMatchObject({ needed: 2 });
  });

  test("whose slot went does not count among those who can reach the quorum", () => {
    const crew = people(role("crew", "bo", "cy", "dee"));
    const three = given(world(policy(level(group(atLeast(2), "crew")))), crew, asked());
    const once = three.and(reassigns("ivy", { from: "bo", to: ["cy"] }));
    once.when(reassigns("ivy", { from: "dee", to: ["cy"] })).refused("quorum-unreachable");
    once
      .when(reassigns("ivy", { from: "dee", to: ["bo"] }))
      .yields("RequestReassigned", "LevelOpened");
  });

  test("a role that all slots were taken from brings nobody new", () => {
    open
      .and(reassigns("ivy", { to: ["role:director"] }), people(role("qa_lead", "bo", "dee")))
      .when(approves("dee"))
      .refused("not-an-approver");
  });

  test("it reaches nobody who may not decide here", () => {
    open.when(reassigns("ivy", { to: ["ana"] })).refused("quorum-unreachable");
    open.when(reassigns("ivy", { to: ["vic"] })).refused("quorum-unreachable");
    open.when(reassigns("ivy", { to: ["nobody"] })).refused("unknown-approver");
    open.when(reassigns("ivy", { to: ["role:nothing"] })).refused("unknown-approver");
  });

  test("it says why, and whose", () => {
    open.when(reassigns("ivy", { to: ["hal"], reason: " " })).refused("reason-required");
    open.when(reassigns("ivy", { from: "gus", to: ["hal"] })).refused("unprocessable");
    everySre
      .and(approves("eli"))
      .when(reassigns("ivy", { from: "eli", to: ["hal"] }))
      .refused("unprocessable");
  });

  test("a level that lost its people goes on with new ones", () => {
    const empty = open.and(people(role("qa_lead")), rechecked);
    expect(empty.view.blocked).toBe(true);
    const after = empty.when(reassigns("ivy", { to: ["hal"] }));
    expect(after.view.blocked).toBe(false);
    expect(slots(after)).toEqual(["hal open"]);
  });

  test("after people left, an admin's reassignment judges the level again", () => {
    const chain = policy(level(group(all, "sre", "user:gus")));
    const left = given(
      world(chain),
      asked(),
      approves("eli"),
      approves("gus"),
      people(leaves("fay")),
    );
    left.when(reassigns("ivy", { from: "fay", to: ["hal"] })).refused("unprocessable");
    left
      .when(reassigns("ivy", { to: ["eli"] }))
      .yields(
        "SlotVoided",
        "RequestReassigned",
        "LevelOpened",
        ["LevelApproved", { by: { kind: "person", id: "ivy" } }],
        "RequestApproved",
      );
  });

  test("after the end everybody is told so, and a late one finds the request expired", () => {
    open
      .and(cancels("ana"))
      .when(reassigns("gus", { to: ["hal"] }))
      .refused("already-resolved");
    open
      .and(clockShows("2026-01-06T09:00:00.000Z"))
      .when(reassigns("ivy", { to: ["hal"] }))
      .refused("already-resolved", { status: "expired" }, "RequestExpired");
  });

  test("nothing is reassigned after the end", () => {
    open
      .and(cancels("ana"))
      .when(reassigns("ivy", { to: ["hal"] }))
      .refused("already-resolved");
  });

  test("a slot given away comes back by giving it back", () => {
    const away = open.and(reassigns("ivy", { from: "bo", to: ["hal"] }));
    expect(slots(away.when(reassigns("ivy", { from: "hal", to: ["bo"] })))).toEqual([
      "bo open",
      "cy open",
      "hal cancelled",
    ]);
  });

  test("several groups: a person's open slot is replaced in each", () => {
    const chain = policy(
      level([group(any, "qa_lead"), group(any, "content_team")], { distinctApprovers: false }),
    );
    const after = given(world(chain), asked()).when(reassigns("bo", { from: "bo", to: ["hal"] }));
    expect(
      after.view.levels[0]?.groups.map((g) => g.slots.map(({ approver }) => approver)),
    ).toEqual([
      ["hal", "cy", "bo"],
      ["hal", "bo"],
    ]);
  });

  test("people who left stay gone when a slot of another group is given away", () => {
    const left = given(
      world(policy(level([group(all, "crew"), group(any, "manager")]))),
      people(role("crew", "bo", "cy", "dee")),
      asked(),
      people(leaves("dee")),
      rechecked,
    );
    const after = left.and(reassigns("gus", { from: "gus", to: ["hal"] }));
    expect(after.view.levels[0]?.groups[0]?.needed).toBe(2);
    expect(after.and(approves("bo"), approves("cy")).when(approves("hal")).status).toBe("approved");
  });

  test("whose slot was given away does not come back with the role when the new holder leaves", () => {
    const two = world(policy(level(group(atLeast(2), "crew"))));
    const crew = people(role("crew", "bo", "cy", "fay"));
    given(two, crew, asked(), approves("fay"), reassigns("ivy", { to: ["eli"] }))
      .and(people(changed("eli", { access: "viewer" })))
      .when(rechecked)
      .yields("SlotVoided", "LevelBlocked");
  });

  test("who left and came back as one of a pool is shown with the vote that counts", () => {
    const mixed = world(policy(level(group(atLeast(2), "crew", "user:bo"))));
    const after = given(mixed, people(role("crew", "bo", "cy", "fay")), asked())
      .and(people(changed("bo", { active: false })), rechecked)
      .and(people(changed("bo", { active: true })), approves("bo"), approves("cy"));
    expect(after.status).toBe("approved");
    expect(after.view.levels[0]?.groups[0]?.status).toBe("approved");
    expect(slots(after)).toEqual(["bo voided", "bo approved", "cy approved", "fay not_required"]);
  });
});
