import { describe, expect, test } from "vitest";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import type { Policy, Target } from "@countersign/domain/policy/policy.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import {
  limitsPending,
  pendingValues,
} from "@countersign/domain/request/asking/one-pending-per.ts";
import { pausingAfter } from "@countersign/domain/request/asking/pause-after.ts";
import { pickPolicies } from "@countersign/domain/request/asking/pick-policies.ts";
import { schemasOf } from "@countersign/domain/request/asking/schemas.ts";
import { freeze } from "@countersign/domain/request/asking/submit.ts";
import { suggestedFirst } from "@countersign/domain/request/asking/suggested.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { active, asksFor } from "../../testkit/examples/gates.ts";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { asked } from "../../testkit/happenings.ts";
import { referenceOf, world, type World } from "../../testkit/world.ts";

const leads = level(group(any, "qa_lead"));
const named = (id: string, fields: Partial<Policy> = {}): Policy =>
  policy(leads, { id, ...fields });
const inline = { policy: null, approvers: [{ type: "user" as const, identifier: "bo" }] };

const gated: World = {
  ...world(named("deploy"), named("release")),
  gates: active([asksFor("kubernetes:*", { approvers: [], policy: "deploy" })]),
};

const frozen = (from: World, fields: Partial<Ask> = {}) => {
  const principal = { kind: "agent", id: "deployment-bot", org: "demo" } as const;
  const made = freeze(
    ask(fields),
    { now: "2026-01-05T09:00:00.000Z", principal },
    referenceOf(from),
  );
  if ("refusal" in made) throw new Error(made.refusal.message);
  return made.frozen;
};
describe("the values of which one request may be pending", () => {
  const limited = named("release", { onePendingPer: "${action.type}/${context.release}" });

  test("are those of every policy that has a limit", () => {
    const from = world(limited, named("free"));
    const of = (fields: Partial<Ask>) => pendingValues(frozen(from, fields), referenceOf(from));
    expect(of({ context: { release: 42 } })).toEqual({
      values: [{ policy: "release", value: "kubernetes:deploy/42" }],
    });
    expect(of({ policy: "free" })).toEqual({ values: [] });
  });

  test("are looked for only where some policy has a limit", () => {
    const of = (from: World): DefinitionState => referenceOf(from).definition;
    expect(limitsPending(of(world(named("free"), limited)))).toBe(true);
    expect(limitsPending(of(world(named("free"))))).toBe(false);
    const definition = of(world(limited));
    expect([limitsPending(definition), limitsPending(definition)]).toEqual([true, true]);
  });
});

describe("a policy that pauses the caller after a time", () => {
  const marked = level(group(any, "sre"), { timeout: "4h", onTimeout: "deny" });
  const plain = policy([leads, marked], { fallback: leads });

  test("does so at levels without a due mark of their own, its fallback included", () => {
    const pausing = pausingAfter(plain, "30m");
    expect(pausing.chain.map(({ timeout, onTimeout }) => [timeout, onTimeout])).toEqual([
      ["30m", "pause_caller"],
      ["4h", "deny"],
    ]);
    expect(pausing.fallback).toEqual({ ...leads, timeout: "30m", onTimeout: "pause_caller" });
    expect(pausingAfter(policy(leads), "30m").fallback).toBeNull();
  });

  test("is the same policy for the same time, and another for another", () => {
    expect(pausingAfter(plain, "30m")).toBe(pausingAfter(plain, "30m"));
    expect(pausingAfter(plain, "1h").chain[0]?.timeout).toBe("1h");
  });
});

describe("which policy an ask gets", () => {
  const workflow: Workflow = {
    id: "release",
    version: 1,
    name: "Release",
    states: [],
    transitions: [],
  };
  const plain: Transition = {
    from: "a",
    to: "b",
    name: null,
    when: null,
    conditions: null,
    policy: null,
    requiresFields: [],
    rejection: false,
    message: null,
    urgency: null,
  };

  test("is one of a workflow's transitions by its name, or none where several have it", () => {
    const { definition } = referenceOf(world());
    const transitions = [{ ...plain, name: "Ship it", policy: named("release--a--b") }];
    const of = (name: string, ...more: readonly Transition[]) =>
      pickPolicies(
        { policy: name, approvers: null },
        {
          ...definition,
          workflows: new Map([
            ["release", { ...workflow, transitions: [...transitions, ...more] }],
          ]),
        },
      );
    expect(of("release/ship-it")).toMatchObject({ refs: [{ id: "release--a--b", gate: null }] });
    const again = { ...plain, name: "Ship it", policy: named("release--c--d") };
    const candidates = ["release--a--b", "release--c--d"];
    const message = "release/Ship it may mean: release--a--b, release--c--d.";
    expect(of("release/Ship it", again)).toEqual({
      refusal: {
        code: "ambiguous-policy",
        message,
        details: { policy: "release/Ship it", candidates, faults: [{ path: "policy", message }] },
      },
    });
  });

  test("is the gate's alone where it names none or the same", () => {
    const of = (fields: Partial<Ask>) =>
      frozen(gated, fields).submitted.policies.map(({ id, gate }) => [id, gate]);
    expect(of({ policy: null })).toEqual([["deploy", "require_approval"]]);
    expect(of({ policy: "deploy" })).toEqual([["deploy", "require_approval"]]);
    expect(of({ policy: "release" })).toEqual([
      ["deploy", "require_approval"],
      ["release", null],
    ]);
  });

  test("is none for inline approvers: they are one level of which any one is enough", () => {
    expect(pickPolicies(inline, referenceOf(world(qaOnly)).definition)).toMatchObject({
      policies: [],
      refs: [],
      own: [],
      inlineChain: [
        {
          number: 1,
          name: "Level 1",
          groups: [
            {
              group: "level-1",
              assignments: inline.approvers,
              quorum: { required: "any", count: null, percent: null },
              message: null,
            },
          ],
        },
      ],
    });
  });
});

describe("which schemas a payload must fit", () => {
  const schema = { type: "object" };
  test("are the asker's and those of its policies", () => {
    const strict = { required: ["image"] };
    expect(schemasOf(schema, [named("a"), named("b", { schema: strict })])).toEqual([
      schema,
      strict,
    ]);
    expect(schemasOf(null, [named("a")])).toEqual([]);
  });

  test("are looked at only where there are some", () => {
    const misfits = () => [{ path: "p", message: "is wrong" }];
    given(world(qaOnly)).when(asked({ misfits })).yields("RequestSubmitted", "LevelOpened");
    given(world(qaOnly)).when(asked({ schema })).yields("RequestSubmitted", "LevelOpened");
    given(world(qaOnly))
      .when(asked({ schema, misfits: () => [] }))
      .yields("RequestSubmitted", "LevelOpened");
    given(world(named("release", { schema })))
      .when(asked({ misfits }))
      .refused("schema-mismatch");
  });
});

describe("whom the asker suggests", () => {
  const slot = (approver: string | null) => {
    const [made] = given(world(qaOnly), asked()).view.levels[0]?.groups[0]?.slots ?? [];
    if (made === undefined) throw new Error("no slot");
    return { ...made, approver };
  };
  const order = (...suggested: readonly Target[]) =>
    suggestedFirst([slot(null), slot("bo"), slot("fay")], suggested, referenceOf(world())).map(
      ({ approver }) => approver,
    );

  test("stands in front: a person by id or email, and the members of a role", () => {
    expect(order()).toEqual([null, "bo", "fay"]);
    expect(order({ type: "user", identifier: "fay" })).toEqual(["fay", null, "bo"]);
    expect(order({ type: "user", identifier: "fay@demo.example" })).toEqual(["fay", null, "bo"]);
    expect(order({ type: "role", identifier: "sre" })).toEqual(["fay", null, "bo"]);
    expect(order({ type: "role", identifier: "fay" })).toEqual([null, "bo", "fay"]);
    expect(
      order({ type: "user", identifier: "sre" }, { type: "role", identifier: "qa_lead" }),
    ).toEqual(["bo", null, "fay"]);
  });
});
