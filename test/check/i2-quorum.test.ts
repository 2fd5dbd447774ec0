import { describe, expect, test } from "vitest";
import type { GroupPlan, LevelPlan, Quorum } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord } from "@countersign/domain/request/events.ts";
import { goodLog } from "./good-log.ts";
import {
  group,
  level,
  levelApproved,
  member,
  opened,
  person,
  pool,
  recorded,
  role,
  stream,
  voted,
} from "./written.ts";
import { append, edited, find, without, type Written } from "./planting.ts";
import { asking, by, people, story, type Step } from "./scenario.ts";
import { broken, sentences } from "./broken.ts";

import { decided, denies, votes } from "./deciding.ts";

const one = stream("apr_1");
const log = goodLog();

const quorum = (
  required: Quorum["required"],
  number: number | null = null,
): Partial<GroupPlan> => ({
  quorum: {
    required,
    count: required === "threshold" ? number : null,
    percent: required === "percent" ? number : null,
  },
});

const team = people(
  ...["p1", "p2", "p3", "p4"].map((id) => member(id)),
  role("team", "p1", "p2", "p3", "p4", "vic", "ana"),
);
/** A request that opens its level only after the team is there. */
const teamDecided = (
  plan: LevelPlan,
  records: readonly GroupRecord[],
  ...steps: readonly Step[]
): string[] => {
  const open = by("system", opened(1, ...records));
  const asked = story({ levels: [plan] }, asking(), team, open, ...steps);
  const events = [levelApproved("bo")];
  return broken(append(asked, { stream: one, actor: person("bo"), events, minute: 50 }));
};

describe("I2: an approval without the votes for it", () => {
  test.each([
    ["the only vote of a level", "VoteCast", 0],
    ["one of two parallel groups", "VoteCast", 2],
    ["one of all", "VoteCast", 3],
  ])("is found when %s is cut out", (_what, type, skip) => {
    const planted = without(log, find(log, one, type, skip));
    expect(broken(planted)).toContain("I2");
  });

  test("is found when the vote was a deny", () => {
    const planted = edited(log, find(log, one, "VoteCast"), { data: { decision: "deny" } });
    expect(sentences(planted, "I2")).toEqual([
      "level 1 is approved although a deny stands that denies it.",
    ]);
  });

  test("is found when the vote was withdrawn", () => {
    const withdrawn: Written = ["VoteWithdrawn", { level: 1, votedBy: "bo" }];
    const plan = level(1, [group("qa_lead")]);
    expect(decided(plan, [pool("qa_lead")], by("bo", voted("bo"), withdrawn))).toEqual(["I2"]);
    const again = [by("bo", voted("bo")), by("bo", withdrawn), by("bo", voted("bo"))];
    expect(decided(plan, [pool("qa_lead")], ...again)).toEqual([]);
  });

  test("is found when the vote was given for another payload", () => {
    const planted = edited(log, find(log, one, "VoteCast"), { data: { payloadHash: "sha256:2" } });
    expect(broken(planted)).toEqual(["I2", "I3"]);
  });

  test("is found when the vote was given at another level", () => {
    const planted = edited(log, find(log, one, "VoteCast"), { data: { level: 2 } });
    expect(broken(planted)).toContain("I2");
  });
});

describe("I2: only those count who may answer", () => {
  const plan = level(1, [group("qa_lead")]);

  test.each(["gus", "vic", "zed"])("%s, who is none of them, is found", (id) => {
    expect(decided(plan, [pool("qa_lead")], ...votes(id))).toEqual(["I2"]);
  });

  test.each([
    ["left the role", role("qa_lead", "cy")],
    ["became a viewer", member("bo", { access: "viewer" })],
    ["is inactive", member("bo", { active: false })],
    ["was removed", ["PersonRemoved", { id: "bo" }] as const],
  ])("somebody who %s between vote and count is found", (_what, change) => {
    expect(decided(plan, [pool("qa_lead")], ...votes("bo"), people(change))).toEqual(["I2"]);
  });

  test("somebody who joined only after the vote is found", () => {
    const joins = people(role("qa_lead", "bo", "gus"));
    expect(decided(plan, [pool("qa_lead")], ...votes("gus"), joins)).toEqual(["I2"]);
    expect(decided(plan, [pool("qa_lead")], joins, ...votes("gus"))).toEqual([]);
  });

  test("somebody who was removed and came back is not in the old roles", () => {
    const back = people(["PersonRemoved", { id: "bo" }], member("bo"));
    expect(decided(plan, [pool("qa_lead")], back, ...votes("bo"))).toEqual(["I2"]);
  });

  test("an empty set approves nothing", () => {
    expect(decided(level(1, [group("nobody")]), [pool("nobody")])).toEqual(["I2"]);
    const all = level(1, [group("nobody", quorum("all"))]);
    expect(decided(all, [{ ...recorded("nobody"), needed: 1 }])).toEqual(["I2"]);
    expect(decided(all, [recorded("nobody")])).toEqual(["I2"]);
  });

  test("a named person answers by id or address, a template by its fact", () => {
    const named = (identifier: string) => {
      const user = { assignments: [{ type: "user", identifier } as const], ...quorum("all") };
      const slots = [{ approver: "p1", via: { type: "user", identifier } as const }];
      const record = { group: "owner", needed: 1, pools: [], slots };
      const context = { owner: { email: "P1@example.org" } };
      const asked = story(
        { levels: [level(1, [group("owner", user)])], asked: { context } },
        asking(),
        people(member("p1", { email: "p1@example.org" })),
        by("system", opened(1, record)),
        by("p1", voted("p1"), levelApproved("p1")),
      );
      return broken(asked);
    };
    expect(named("p1")).toEqual([]);
    expect(named("p1@example.org")).toEqual([]);
    expect(named("${context.owner.email}")).toEqual([]);
    expect(named("${context.nobody}")).toEqual(["I2"]);
    expect(named("p2@example.org")).toEqual(["I2"]);
  });
});

describe("I2: quorums", () => {
  const of = (required: Quorum["required"], number: number | null, over: Partial<LevelPlan> = {}) =>
    level(1, [group("team", quorum(required, number))], over);
  const all = recorded("team", "p1", "p2", "p3", "p4");

  test.each([
    [2, ["p1", "p2"], []],
    [2, ["p1"], ["I2"]],
    [3, ["p1", "p2"], ["I2"]],
  ])("a threshold of %i with the votes of %j", (count, ids, found) => {
    expect(teamDecided(of("threshold", count), [pool("team", count)], ...votes(...ids))).toEqual(
      found,
    );
  });

  test.each([
    [50, 2, ["p1", "p2"], []],
    [51, 3, ["p1", "p2"], ["I2"]],
    [51, 3, ["p1", "p2", "p4"], []],
    [100, 4, ["p1", "p2", "p3"], ["I2"]],
  ])("%i percent of four are %i, with the votes of %j", (percent, needed, ids, found) => {
    const record = { ...all, needed };
    expect(teamDecided(of("percent", percent), [record], ...votes(...ids))).toEqual(found);
  });

  test("a lower bar in the record than in the policy is found", () => {
    expect(teamDecided(of("all", null), [{ ...all, needed: 1 }], ...votes("p1"))).toEqual(["I2"]);
    expect(teamDecided(of("threshold", 2), [pool("team", 1)], ...votes("p1"))).toEqual(["I2"]);
  });

  test("people left out of the record of `all` are found", () => {
    const fewer = recorded("team", "p1", "p2");
    expect(teamDecided(of("all", null), [fewer], ...votes("p1", "p2"))).toEqual(["I2"]);
  });

  test("viewers and the agent's owner in the record are found", () => {
    const more = recorded("team", "p1", "p2", "p3", "p4", "vic", "ana");
    expect(teamDecided(of("all", null), [more])).toEqual(["I2"]);
  });

  test("another role, or another group, in the record is found", () => {
    expect(
      decided(of("any", null), [{ ...pool("team"), pools: ["qa_lead"] }], ...votes("bo")),
    ).toEqual(["I2"]);
    expect(decided(level(1, [group("qa_lead")]), [{ ...pool("qa_lead"), group: "x" }])).toEqual([
      "I2",
    ]);
  });

  test("a group left out of the record is found", () => {
    const plan = level(1, [group("qa_lead"), group("sre")]);
    expect(decided(plan, [pool("qa_lead")], ...votes("bo"))).toEqual(["I2"]);
  });

  test("a veto denies, an unreachable quorum does not while it is met", () => {
    const unreachable = of("threshold", 2, { onDeny: "unreachable" });
    const cast = [denies("p3"), ...votes("p1", "p2")];
    expect(teamDecided(of("threshold", 2), [pool("team", 2)], ...cast)).toEqual(["I2"]);
    expect(teamDecided(unreachable, [pool("team", 2)], ...cast)).toEqual([]);
  });

  describe("when somebody leaves", () => {
    const left = people(["PersonRemoved", { id: "p4" }]);
    const voided = by("system", ["SlotVoided", { level: 1, group: "team", approver: "p4" }]);

    test("the others are all, once the slot was voided", () => {
      const cast = votes("p1", "p2", "p3");
      expect(teamDecided(of("all", null), [all], ...cast, left, voided)).toEqual([]);
      expect(teamDecided(of("all", null), [all], ...cast, left)).toEqual(["I2"]);
    });

    test("a slot voided of somebody who has not left is found", () => {
      expect(teamDecided(of("all", null), [all], ...votes("p1", "p2", "p3"), voided)).toEqual([
        "I2",
      ]);
    });

    test("the vote goes with the person", () => {
      const record = { ...all, needed: 2 };
      expect(teamDecided(of("percent", 50), [record], ...votes("p4", "p1"), left, voided)).toEqual([
        "I2",
      ]);
    });

    test("newcomers do not stand in for those recorded", () => {
      const joins = people(member("p5"), role("team", "p1", "p2", "p3", "p4", "p5"));
      const cast = votes("p1", "p2", "p3", "p5");
      expect(teamDecided(of("all", null), [all], joins, ...cast)).toEqual(["I2"]);
    });
  });
});
