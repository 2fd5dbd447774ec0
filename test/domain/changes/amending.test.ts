import { describe, expect, test } from "vitest";
import { leaves } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, cancels, people, rechecked } from "../../testkit/happenings.ts";
import { amends, breaksGlass, modifies, prolongs } from "../../testkit/changing.ts";
import { role } from "../../testkit/examples/directory.ts";
import { world } from "../../testkit/world.ts";

const chain = policy([
  level(group(any, "qa_lead")),
  level(group(all, "sre"), {
    timeout: "4h",
    escalation: [{ after: "2h", action: "reminder", to: [], channels: [], reason: null }],
  }),
  level(group(any, "manager"), { unskippable: true }),
]);
const open = given(world(chain), asked());

describe("amending the chain", () => {
  test("people who left stay gone when others join another group", () => {
    const groups = [group(all, "crew"), group(any, "manager")];
    const left = given(
      world(policy(level(groups))),
      people(role("crew", "bo", "cy", "dee")),
      asked(),
      people(leaves("dee")),
      rechecked,
    );
    const after = left.and(amends("ivy", { add: [{ level: 1, group: "manager", who: ["hal"] }] }));
    expect(after.view.levels[0]?.groups[0]?.needed).toBe(2);
    expect(after.and(approves("bo"), approves("cy")).when(approves("hal")).status).toBe("approved");
  });

  test("a skipped level to which nobody comes stays skipped", () => {
    const nobody = given(
      world(policy(level(group(any, "qa_lead"), { onEmpty: "skip" }))),
      people(role("qa_lead")),
      asked(),
    );
    expect(nobody.view.blocked).toBe(true);
    const after = nobody.when(amends("ivy", { add: [{ level: 1, who: ["role:qa_lead"] }] }));
    after.yields("ChainAmended");
    expect(after.view.blocked).toBe(true);
  });

  test("an admin skips a level to come", () => {
    open
      .when(amends("ivy", { skip: [2] }))
      .yields(["ChainAmended", { skipLevels: [2], reason: "as agreed" }]);
    const after = open.and(amends("ivy", { skip: [2] })).when(approves("bo"));
    after.yields(
      "VoteCast",
      "LevelApproved",
      ["LevelSkipped", { level: 2 }],
      ["LevelOpened", { level: 3 }],
    );
    expect(after.view.levels[1]?.because).toContain("as agreed");
  });

  test("never one that is open, over, unskippable or none", () => {
    open.when(amends("ivy", { skip: [1] })).refused("unprocessable");
    open
      .and(approves("bo"))
      .when(amends("ivy", { skip: [1] }))
      .refused("unprocessable");
    open.when(amends("ivy", { skip: [3] })).refused("unprocessable");
    open.when(amends("ivy", { skip: [4] })).refused("unprocessable", {
      faults: [{ path: "skip_levels[0]", message: "names level 4, which is none" }],
    });
  });

  test("only admins, with a reason, and not for what they asked", () => {
    open.when(amends("bo", { skip: [2] })).refused("forbidden");
    open.when(amends("ivy", { skip: [2], reason: null })).refused("reason-required");
    open.when(amends("ana", { skip: [2] })).refused("separation-of-duties");
    open.and(cancels("ana")).when(amends("ivy")).refused("already-resolved");
  });

  test("approvers who are added join the pool of an open level", () => {
    const after = open.when(amends("ivy", { add: [{ level: 1, who: ["hal"] }] }));
    after.yields("ChainAmended", ["LevelOpened", { level: 1 }]);
    expect(after.queue.now).toEqual(["hal", "bo", "cy"]);
    open
      .and(amends("ivy", { add: [{ level: 1, who: ["hal"] }] }))
      .when(approves("hal"))
      .yields("VoteCast", "LevelApproved", "LevelOpened", "TimersPlanned");
  });

  test("under `all` they raise the bar, also where the level is still to come", () => {
    const later = open.and(amends("ivy", { add: [{ level: 2, who: ["hal"] }] }), approves("bo"));
    expect(later.view.levels[1]?.groups[0]).toMatchObject({ needed: 3 });
    const now = open.and(approves("bo")).when(amends("ivy", { add: [{ level: 2, who: ["hal"] }] }));
    expect(now.view.levels[1]?.groups[0]).toMatchObject({ needed: 3 });
  });

  test("they join the group and the level that were named, and no others", () => {
    const two = given(
      world(
        policy([
          level([group(any, "qa_lead"), group(any, "manager")]),
          level(group(any, "manager", "user:dee")),
        ]),
      ),
      asked(),
      amends("ivy", { add: [{ level: 1, group: "manager", who: ["hal"] }] }),
      people(leaves("gus")),
    );
    const slots = (from: typeof two, number: number) =>
      from.view.levels[number - 1]?.groups.map((each) =>
        each.slots.map(({ approver }) => approver),
      );
    expect(slots(two, 1)).toEqual([["bo", "cy"], ["hal"]]);
    const second = two.and(approves("hal"), approves("bo"));
    expect(slots(second, 2)).toEqual([["dee"]]);
    const later = two.and(amends("ivy", { add: [{ level: 2, who: ["eli"] }] }));
    expect(slots(later.and(approves("hal"), approves("bo")), 2)).toEqual([["dee", "eli"]]);
    const early = given(
      world(
        policy([level(group(any, "qa_lead")), level([group(any, "sre"), group(any, "manager")])]),
      ),
      asked(),
      amends("ivy", { add: [{ level: 2, group: "manager", who: ["hal"] }] }),
      approves("bo"),
    );
    expect(slots(early, 2)).toEqual([
      ["eli", "fay"],
      ["hal", "gus"],
    ]);
  });

  test("they must be known, and their group named where there are several", () => {
    open.when(amends("ivy", { add: [{ level: 1, who: ["nobody"] }] })).refused("unknown-approver");
    const two = given(
      world(policy(level([group(any, "qa_lead"), group(any, "manager")]))),
      asked(),
    );
    two.when(amends("ivy", { add: [{ level: 1, who: ["hal"] }] })).refused("unprocessable");
    two
      .when(amends("ivy", { add: [{ level: 1, group: "manager", who: ["hal"] }] }))
      .yields("ChainAmended", "LevelOpened");
  });

  test("timers come forward and never go back", () => {
    const shorter = { level: 2, step: null, after: "1h" };
    expect(
      open.and(approves("bo"), amends("ivy", { shorten: [shorter] })).view.levels[1]?.due_at,
    ).toBe("2026-01-05T10:00:00.000Z");
    open.when(amends("ivy", { shorten: [{ ...shorter, after: "5h" }] })).refused("unprocessable");
    open
      .when(amends("ivy", { shorten: [{ level: 1, step: null, after: "1h" }] }))
      .refused("unprocessable");
    open
      .when(amends("ivy", { shorten: [{ level: 2, step: 1, after: "1h" }] }))
      .yields("ChainAmended");
    open
      .when(amends("ivy", { shorten: [{ level: 2, step: 2, after: "1h" }] }))
      .refused("unprocessable");
  });

  test("a confirmation lets a level go on whose last open slot left", () => {
    const one = given(
      world(policy(level(group(all, "sre")))),
      asked(),
      approves("eli"),
      people(leaves("fay")),
      rechecked,
    );
    expect(one.status).toBe("pending");
    one
      .when(amends("ivy"))
      .yields(
        "ChainAmended",
        ["LevelApproved", { by: { kind: "person", id: "ivy" } }],
        "RequestApproved",
      );
  });

  test("with nothing to confirm it is only recorded", () => {
    open.when(amends("ivy")).yields("ChainAmended");
  });

  test("where every level was skipped, added approvers open one", () => {
    const skipped = policy(
      level(group(any, "qa_lead"), { conditions: when("priority", "critical") }),
    );
    const stuck = given(world(skipped), asked({ context: { priority: "low" } }));
    expect(stuck.view.blocked).toBe(true);
    const after = stuck.when(amends("ivy", { add: [{ level: 1, who: ["hal"] }] }));
    after.yields("ChainAmended", ["LevelOpened", { level: 1 }]);
    expect(after.view.blocked).toBe(false);
    stuck
      .and(amends("ivy", { add: [{ level: 1, who: ["hal"] }] }))
      .when(approves("hal"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });
});

describe("extending", () => {
  const later = (days: number) => `2026-01-${String(6 + days).padStart(2, "0")}T12:00:00.000Z`;

  test.each(["bo", "ivy"])("%s gives it more time", (who) => {
    const after = open.when(prolongs(who, later(1)));
    after.yields(["ExpiryExtended", { expiresAt: later(1), before: "2026-01-06T09:00:00.000Z" }]);
    expect(after.view.expires_at).toBe(later(1));
    expect(after.view.timeline).toMatchObject([
      { action: "approaching" },
      { at: later(1), action: "expiry" },
    ]);
  });

  test("at most three times, to a later time, at most 30 days ahead", () => {
    const thrice = open.and(
      prolongs("bo", later(1)),
      prolongs("bo", later(2)),
      prolongs("bo", later(3)),
    );
    thrice.when(prolongs("bo", later(4))).refused("expiry-out-of-range");
    open.when(prolongs("bo", "2026-01-06T09:00:00.000Z")).refused("expiry-out-of-range");
    open.when(prolongs("bo", "2026-02-04T09:00:00.001Z")).refused("expiry-out-of-range");
    open.when(prolongs("bo", "2026-02-04T09:00:00.000Z")).yields("ExpiryExtended");
    given(world(chain), asked({ expiresIn: "never" }))
      .when(prolongs("bo", later(1)))
      .refused("expiry-out-of-range");
  });

  test("never by who asked, nor by an approver of another level, nor without a reason", () => {
    open.when(prolongs("ana", later(1))).refused("separation-of-duties");
    open.when(prolongs("deployment-bot", later(1))).refused("separation-of-duties");
    open.when(prolongs("gus", later(1))).refused("forbidden");
    open.when(prolongs("bo", later(1), "")).refused("reason-required");
    open
      .and(cancels("ana"))
      .when(prolongs("bo", later(1)))
      .refused("already-resolved");
  });
});

describe("breaking the glass", () => {
  const glass = given(
    world(chain),
    people(role("break_glass", "hal", "ana", "bo", "vic")),
    asked(),
  );

  test("a member of the role approves without quorum, and it is said so", () => {
    const after = glass.when(breaksGlass("hal"));
    after.yields(
      ["GlassBroken", { level: 1, reason: "production is down", payloadHash: "sha256:aa" }],
      ["RequestApproved", { by: { kind: "person", id: "hal" } }],
    );
    expect(after.view.levels[0]?.groups[0]?.slots.map(({ status }) => status)).toEqual([
      "not_required",
      "not_required",
    ]);
  });

  test("nobody without the right, and nobody without a reason", () => {
    glass.when(breaksGlass("gus")).refused("forbidden");
    glass.when(breaksGlass("ivy")).refused("forbidden");
    glass.when(breaksGlass("vic")).refused("forbidden");
    glass.when(breaksGlass("hal", { reason: null })).refused("reason-required");
    glass.and(cancels("ana")).when(breaksGlass("hal")).refused("already-resolved");
  });

  test("never who asked, owns the asking agent or edited the payload", () => {
    glass.when(breaksGlass("ana")).refused("separation-of-duties");
    glass.and(modifies("bo")).when(breaksGlass("bo")).refused("separation-of-duties");
    given(world(chain), people(role("break_glass", "gus")), asked({ agent: null }, "gus"))
      .when(breaksGlass("gus"))
      .refused("separation-of-duties");
  });

  test("what was shown is what is approved", () => {
    glass
      .and(modifies("bo"))
      .when(breaksGlass("hal", { hash: "sha256:aa" }))
      .refused("payload-changed");
  });
});
