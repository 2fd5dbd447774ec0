import { describe, expect, test } from "vitest";
import type { KnownDelegation } from "@countersign/domain/delegation/delegation.ts";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import { changed, leaves, role } from "../../testkit/examples/directory.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { modifies } from "../../testkit/changing.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, people, rechecked } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const inTurn = (
  turns: Readonly<Record<string, string>> = {},
  fields: Partial<LevelPlan> = {},
  who = "sre",
): World => ({
  ...world(policy(level(group(any, `round_robin:${who}`), fields))),
  lastAssigned: new Map(Object.entries(turns).map(([id, at]) => [`${who} ${id}`, at])),
});

const chosen = (from: World, by?: string): string[] =>
  (
    given(from, asked(by === undefined ? {} : { agent: null }, by)).view.levels[0]?.groups[0]
      ?.slots ?? []
  ).map(({ approver }) => approver ?? "");

const away = (from: string, exclusive: boolean, endsAt: string): KnownDelegation => ({
  id: "dlg_1",
  from,
  to: "hal",
  startsAt: "2026-01-01T00:00:00.000Z",
  endsAt,
  policies: null,
  roles: null,
  exclusive,
  redelegate: false,
  reason: null,
  revokedAt: null,
});

const delegated = (base: World, delegation: KnownDelegation): World => ({
  ...base,
  delegation: { revision: 0, delegations: new Map([[delegation.id, delegation]]) },
});

describe("round robin", () => {
  test("gives the slot to one member, with the reason shown", () => {
    const { view } = given(inTurn(), asked());
    expect(view.levels[0]?.groups[0]?.slots).toEqual([
      expect.objectContaining({
        approver: "eli",
        via: { type: "round_robin", identifier: "sre" },
        why: "next in turn of sre",
      }),
    ]);
  });

  test("gives it to whoever had it longest ago, those who never had it first", () => {
    expect(chosen(inTurn({ eli: "2026-01-02" }))).toEqual(["fay"]);
    expect(chosen(inTurn({ eli: "2026-01-02", fay: "2026-01-01" }))).toEqual(["fay"]);
    expect(chosen(inTurn({ eli: "2026-01-01", fay: "2026-01-02" }))).toEqual(["eli"]);
  });

  test("breaks ties by id", () => {
    expect(chosen(inTurn({ eli: "2026-01-01", fay: "2026-01-01" }))).toEqual(["eli"]);
    const listed = (from: World): World => ({
      ...from,
      directory: role("sre", "fay", "eli")(from.directory),
    });
    expect(chosen(listed(inTurn()))).toEqual(["eli"]);
    expect(chosen(listed(inTurn({ eli: "2026-01-02", fay: "2026-01-01" })))).toEqual(["fay"]);
  });

  test("keeps the turns of one role apart from those of another", () => {
    const from = { ...inTurn(), lastAssigned: new Map([["security_team eli", "2026-01-01"]]) };
    expect(chosen(from)).toEqual(["eli"]);
  });

  test("passes over the requester and inactive people", () => {
    expect(chosen(inTurn(), "eli")).toEqual(["fay"]);
    const gone = { ...inTurn(), directory: changed("eli", { active: false })(inTurn().directory) };
    expect(chosen(gone)).toEqual(["fay"]);
  });

  test("passes over whoever edited the payload at another level, and has no say here", () => {
    const chain = policy([
      level(group(any, "round_robin:sre")),
      level(group(any, "security_team", "sre")),
    ]);
    const edited = given(world(chain), asked(), approves("eli")).and(modifies("eli", { level: 2 }));
    const [first] = edited.view.levels;
    expect(first?.groups[0]?.slots.map(({ approver }) => approver)).toEqual(["fay"]);
    expect(edited.view.blocked).toBe(false);
  });

  test("passes over those who handed their slots over, as long as they are away", () => {
    const later = "2026-02-01T00:00:00.000Z";
    expect(chosen(delegated(inTurn(), away("eli", true, later)))).toEqual(["fay"]);
    expect(chosen(delegated(inTurn(), away("eli", false, later)))).toEqual(["eli"]);
    const over = "2026-01-05T09:00:00.000Z";
    expect(chosen(delegated(inTurn(), away("eli", true, over)))).toEqual(["eli"]);
  });

  test("only the one whose turn it is may vote", () => {
    given(inTurn(), asked()).when(approves("fay")).refused("not-an-approver");
    given(inTurn(), asked())
      .when(approves("eli"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("with nobody left the policy's on_empty holds", () => {
    const nobody = (onEmpty: LevelPlan["onEmpty"]): World => inTurn({}, { onEmpty }, "director");
    given(nobody("block"))
      .when(asked({ agent: null }, "hal"))
      .yields("RequestSubmitted", "LevelOpened", "LevelBlocked");
    given(nobody("deny"))
      .when(asked({ agent: null }, "hal"))
      .yields("RequestSubmitted", "LevelOpened", "LevelDenied", "RequestDenied");
    given(nobody("skip"))
      .when(asked({ agent: null }, "hal"))
      .yields("RequestSubmitted", "LevelSkipped", "LevelBlocked");
  });

  test.each([
    ["leaves", leaves("eli")],
    ["leaves the role", role("sre", "fay")],
  ])("when the chosen one %s, the next in turn takes over", (_, change) => {
    given(inTurn(), asked(), people(change))
      .when(rechecked)
      .yields("SlotVoided", [
        "LevelOpened",
        {
          groups: [
            {
              group: "sre",
              needed: 1,
              pools: [],
              slots: [{ approver: "fay", via: { type: "round_robin", identifier: "sre" } }],
            },
          ],
        },
      ]);
  });
});
