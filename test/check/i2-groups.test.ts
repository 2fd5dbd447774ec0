import { describe, expect, test } from "vitest";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord } from "@countersign/domain/request/events.ts";
import { group, level, pool } from "./written.ts";

import { decided, denies, votes } from "./deciding.ts";

describe("I2: groups together", () => {
  const both = (over: Partial<LevelPlan> = {}) =>
    level(1, [group("engineering_lead"), group("sre")], over);
  const records = [pool("engineering_lead"), pool("sre")];

  test("AND wants every group", () => {
    expect(decided(both(), records, ...votes("dee"))).toEqual(["I2"]);
    expect(decided(both(), records, ...votes("dee", "fay"))).toEqual([]);
  });

  test("OR wants one, and not one that somebody denied", () => {
    const or = both({ logic: "OR" });
    expect(decided(or, records, ...votes("dee"))).toEqual([]);
    expect(decided(or, records)).toEqual(["I2"]);
    expect(decided(or, records, denies("fay"), ...votes("dee"))).toEqual([]);
    expect(decided(or, records, ...votes("dee"), denies("eli"))).toEqual(["I2"]);
  });

  test("one person who is in both stands for one of them, whoever voted first", () => {
    expect(decided(both(), records, ...votes("eli"))).toEqual(["I2", "I4"]);
    expect(decided(both(), records, ...votes("eli", "fay"))).toEqual([]);
    expect(decided(both(), records, ...votes("eli", "dee"))).toEqual([]);
    expect(decided(both(), records, ...votes("dee", "eli"))).toEqual([]);
  });

  test("one person stands for both where the policy says so", () => {
    expect(decided(both({ distinctApprovers: false }), records, ...votes("eli"))).toEqual([]);
  });
});

describe("I2: members in turn", () => {
  const plan = level(1, [
    group("turn", { assignments: [{ type: "round_robin", identifier: "qa_lead" }] }),
  ]);
  const turn = (approver: string, identifier = "qa_lead"): GroupRecord => ({
    group: "turn",
    needed: 1,
    pools: [],
    slots: [{ approver, via: { type: "round_robin", identifier } }],
  });

  test("one of the role is recorded and answers", () => {
    expect(decided(plan, [turn("cy")], ...votes("cy"))).toEqual([]);
    expect(decided(plan, [turn("cy")], ...votes("bo"))).toEqual(["I2"]);
  });

  test("whose turn it is has one slot, also when the group names their whole role", () => {
    const all = { quorum: { required: "all", count: null, percent: null } } as const;
    const assignments = (["round_robin", "role"] as const).map((type) => ({
      type,
      identifier: "qa_lead",
    }));
    const mixed = level(1, [group("turn", { assignments, ...all })]);
    const cy = { approver: "cy", via: { type: "role", identifier: "qa_lead" } } as const;
    const record = { ...turn("bo"), needed: 2, slots: [...turn("bo").slots, cy] };
    expect(decided(mixed, [record], ...votes("bo", "cy"))).toEqual([]);
    const alone = { ...turn("bo"), needed: 1 };
    expect(decided(mixed, [alone], ...votes("bo"))).toContain("I2");
  });

  test.each([
    ["somebody who is not in the role", turn("gus")],
    ["a viewer", turn("vic")],
    ["the agent's owner", turn("ana")],
    ["somebody of another role", turn("eli", "sre")],
  ])("%s is found", (_what, record) => {
    expect(decided(plan, [record], ...votes(record.slots[0]?.approver ?? ""))).toContain("I2");
  });
});
