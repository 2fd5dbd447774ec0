import { describe, expect, test } from "vitest";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import {
  chainOfPolicies,
  groupPlan,
  isFallback,
  levelPlan,
  policyOfNumber,
  type Chain,
} from "@countersign/domain/request/levels/chain.ts";
import { modifies } from "../../testkit/changing.ts";
import { active, asksFor, gate } from "../../testkit/examples/gates.ts";
import { any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const qa = level(group(any, "qa_lead"));
const named = (id: string, levels: number, fallback: Policy["fallback"] = null): Policy =>
  policy(
    Array.from({ length: levels }, () => qa),
    { id, fallback },
  );

const owners = (chain: Chain): readonly [string | null, boolean][] =>
  chain.levels.map(({ number }) => [policyOfNumber(chain, number), isFallback(chain, number)]);

describe("the chain of several policies", () => {
  const chain = chainOfPolicies([named("a", 2, qa), named("b", 1), named("c", 1, qa)]);

  test("has their levels after one another and then their fallbacks, each known by its policy", () => {
    expect(chain.levels.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(owners(chain)).toEqual([
      ["a", false],
      ["a", false],
      ["b", false],
      ["c", false],
      ["a", true],
      ["c", true],
    ]);
  });

  test("keeps the levels of gates that fired later behind the fallbacks", () => {
    const later = [named("d", 1, qa), named("e", 2)];
    const behind = chainOfPolicies(later).levels.slice(0, 3);
    const levels = [...chain.levels, ...behind].map((plan, index) => ({
      ...plan,
      number: index + 1,
    }));
    const longer: Chain = { ...chain, levels, later, policies: [...chain.policies, ...later] };
    expect(owners(longer).slice(4)).toEqual([
      ["a", true],
      ["c", true],
      ["d", false],
      ["e", false],
      ["e", false],
    ]);
  });

  test("knows no other levels and groups than its own", () => {
    expect(policyOfNumber(chain, 7)).toBeNull();
    expect(() => levelPlan(chain, 7)).toThrow("The chain has no level 7.");
    expect(() => groupPlan(levelPlan(chain, 2), 1)).toThrow("Level 2 has no group 2.");
  });
});

test("gates that name their own approvers bring a level each", () => {
  const from: World = {
    ...world(policy(qa)),
    gates: active([
      asksFor("*", { id: "first", approvers: ["sre"] }),
      asksFor("*", { id: "second", approvers: ["manager"] }),
    ]),
  };
  const { view } = given(from, asked());
  expect(view.levels.map(({ groups }) => groups.map(({ group }) => group))).toEqual([
    ["first"],
    ["second"],
    ["qa-lead"],
  ]);
});

describe("where every level of several policies was skipped", () => {
  const off = (who: string) => level(group(any, who), { conditions: when("priority", "high") });
  const calm = asked({ context: { priority: "low" } });
  const both = (own: Partial<Policy>, brought: Partial<Policy>): World => ({
    ...world(
      policy(off("qa_lead"), own),
      policy(off("security_team"), { id: "safety", ...brought }),
    ),
    gates: active([gate({ type: "require_approval" }, { actions: ["*"], policy: "safety" })]),
  });

  test("nothing passes by itself what a gate asked for, whatever its policies say", () => {
    const all = { onAllSkipped: "approve" } as const;
    given(both(all, all))
      .when(calm)
      .yields("RequestSubmitted", "LevelSkipped", "LevelSkipped", [
        "LevelBlocked",
        { level: null },
      ]);
  });

  test("the fallback of each is asked, one after the other", () => {
    const from = both(
      { fallback: level(group(any, "director")) },
      { fallback: level(group(any, "manager")) },
    );
    const first = given(from, calm);
    expect(first.view.levels.map(({ status }) => status)).toEqual([
      "skipped",
      "skipped",
      "open",
      "waiting",
    ]);
    first
      .when(approves("gus"))
      .yields("VoteCast", ["LevelApproved", { level: 3 }], ["LevelOpened", { level: 4 }]);
    first
      .and(approves("gus"))
      .when(approves("hal"))
      .yields("VoteCast", ["LevelApproved", { level: 4 }], "RequestApproved");
  });
});

test("a fallback that is not needed says why it is passed over on the way to a later gate's level", () => {
  const big = gate(
    { type: "amount_threshold", field: "parameters.replicas", above: 10 },
    { id: "big", policy: "safety" },
  );
  const from: World = {
    ...world(
      policy(qa, { fallback: level(group(any, "director")) }),
      policy(level(group(any, "security_team")), { id: "safety" }),
    ),
    gates: active([big]),
  };
  given(from, asked())
    .when(modifies("bo", { parameters: { replicas: 20 } }))
    .yields(
      "PayloadModified",
      "VoteCast",
      "LevelApproved",
      [
        "LevelSkipped",
        { level: 2, because: "a fallback is for when every other level was skipped", facts: {} },
      ],
      ["LevelOpened", { level: 3 }],
    );
});

test("nobody edits their own level away, also where earlier levels are asked again before it", () => {
  const isOld = {
    kind: "field",
    field: "action.parameters.image",
    operator: "=",
    value: "app:v2.0.0",
  } as const;
  const chain = policy([
    level(group(any, "sre")),
    level(group(any, "qa_lead"), { conditions: isOld }),
  ]);
  given(world(chain), asked(), approves("eli"))
    .and(modifies("bo", { parameters: { image: "app:v1.0.0" } }))
    .when(approves("fay", { hash: "sha256:bb" }))
    .yields(
      "VoteCast",
      ["LevelApproved", { level: 1 }],
      ["LevelReopened", { level: 2 }],
      ["LevelApproved", { level: 2, by: { kind: "person", id: "bo" } }],
      "RequestApproved",
    );
});
