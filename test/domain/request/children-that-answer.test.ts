import { describe, expect, test } from "vitest";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  childEnds,
  clockShows,
  people,
  rechecked,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const security = policy(level(group(any, "security_team")), { id: "security" });
const ops = policy(level(group(any, "manager")), { id: "ops" });
const under = (...levels: Parameters<typeof policy>) =>
  given(world(policy(...levels), security, ops), asked());
const childOf = (where: string, of: string): string =>
  `apr_child:1:1:${where}:workflow ${where} ${of}`;

const two = under(level([group(all, "workflow:security"), group(all, "workflow:ops")]));
const [first, second] = [childOf("security", "security"), childOf("ops", "ops")];
const refused = (reason: string) => `The child request was refused: ${reason}`;

describe("of several children each answers its own slot", () => {
  test("in its own group, without a reason where it was approved", () => {
    const half = two.when(childEnds(second, "approved", "never shown"));
    half.yields([
      "VoteCast",
      { decision: "approve", votedBy: second, reason: null, child: "approved" },
    ]);
    expect(half.view.children).toMatchObject([
      { id: first, status: "pending" },
      { id: second, status: "approved" },
    ]);
    expect(half.view.levels[0]?.groups.map(({ slots }) => slots[0]?.status)).toEqual([
      "open",
      "approved",
    ]);
    two
      .and(childEnds(second, "approved"))
      .when(childEnds(first, "approved"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("beside others in one group", () => {
    const both = under(level(group(all, "workflow:security", "workflow:ops")));
    const other = childOf("security", "ops");
    const after = both.and(childEnds(other, "approved"));
    expect(after.view.children?.map(({ status }) => status)).toEqual(["pending", "approved"]);
    after.when(childEnds(first, "approved")).yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("with a deny for every other end, and a reason that says which", () => {
    two
      .when(childEnds(second, "expired"))
      .yields(
        ["VoteCast", { decision: "deny", reason: `The child request ${second} was expired.` }],
        ["LevelDenied", { group: "ops" }],
        "RequestDenied",
      );
  });
});

describe("a child that could not be made", () => {
  test("says why its level waits", () => {
    two.when(childEnds(second, "refused", "Nobody asks.")).yields(
      ["SlotVoided", { level: 1, group: "ops", approver: "workflow ops ops" }],
      [
        "LevelBlocked",
        {
          level: 1,
          groups: ["ops"],
          reason: `${refused("Nobody asks.")} Nobody can answer for group ops of level 1 (workflow ops).`,
        },
      ],
    );
    two.when(childEnds(second, "refused")).yields("SlotVoided", [
      "LevelBlocked",
      {
        reason: `${refused("no reason given")} Nobody can answer for group ops of level 1 (workflow ops).`,
      },
    ]);
  });

  test("blocks its level once, and answers nothing any more", () => {
    const lacking = two.and(childEnds(second, "refused"));
    lacking.when(childEnds(first, "refused")).yields("SlotVoided");
    lacking.when(childEnds(second, "approved")).yieldsNothing();
  });

  test("blocks nothing where others may answer", () => {
    under(level(group(any, "qa_lead", "workflow:security")))
      .when(childEnds(childOf("qa-lead", "security"), "refused"))
      .yields("SlotVoided");
  });
});

describe("the end of a child", () => {
  test("comes too late when its parent is over", () => {
    two.and(cancels("ana")).when(childEnds(first, "approved")).refused("already-resolved");
    two
      .and(clockShows("2026-01-07T09:00:00.000Z"))
      .when(childEnds(first, "approved"))
      .refused("already-resolved", { status: "expired" }, "RequestExpired");
  });

  test("is nothing to a request that waits at no level", () => {
    const off = level(group(any, "workflow:security"), { conditions: when("priority", "high") });
    given(world(policy(off), security), asked({ context: { priority: "low" } }))
      .when(childEnds(first, "approved"))
      .yieldsNothing();
  });
});

describe("the children of a request", () => {
  test("are none where only people are asked", () => {
    expect(under(level(group(all, "sre"))).view.children).toEqual([]);
  });

  test("stay the same when their level is recorded again", () => {
    const again = under(level([group(all, "workflow:security"), group(any, "director")])).and(
      people(leaves("hal")),
      rechecked,
      people(role("director", "gus")),
      rechecked,
    );
    expect(again.view.children).toMatchObject([{ id: first, status: "pending" }]);
  });

  test("are not waited for any more when others decided their level", () => {
    const decided = under([
      level(group(any, "qa_lead", "workflow:security")),
      level(group(any, "manager")),
    ]).and(approves("bo"));
    expect(decided.status).toBe("pending");
    expect(decided.view.children).toMatchObject([{ status: "cancelled" }]);
  });
});
