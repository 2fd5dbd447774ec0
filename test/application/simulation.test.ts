import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulate, type Simulation } from "@countersign/application/simulation/simulate.ts";
import type { Scene } from "@countersign/application/simulation/simulated-ask.ts";
import type {
  GroupPlan,
  LadderStep,
  LevelPlan,
  Policy,
} from "@countersign/domain/policy/policy.ts";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { active, gate } from "../testkit/examples/gates.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  percent,
  policy,
  when,
} from "../testkit/examples/policies.ts";
import { given, type Given } from "../testkit/given-when-then.ts";
import { approves, asked, morning } from "../testkit/happenings.ts";
import { referenceOf, world, type World } from "../testkit/world.ts";

const scene = (fields: Partial<Scene> = {}): Scene => ({
  policy: "release",
  transition: null,
  facts: { issue: null, context: {}, action: null, risk: {} },
  requester: { kind: "agent", id: "deployment-bot", org: "demo" },
  at: morning,
  ...fields,
});

const simulated = (from: World, fields: Partial<Scene> = {}): Simulation => {
  const found = simulate(scene(fields), referenceOf(from), {
    lastAssigned: from.lastAssigned ?? new Map(),
  });
  if ("code" in found) throw new Error(found.message);
  return found;
};

const quorum = fc.oneof(
  fc.constant(any),
  fc.constant(all),
  fc.integer({ min: 1, max: 2 }).map(atLeast),
  fc.integer({ min: 1, max: 100 }).map(percent),
);
const sources = fc.uniqueArray(
  fc.constantFrom("qa_lead", "sre", "director", "round_robin:security_team", "user:gus", "user:bo"),
  { minLength: 1, maxLength: 2 },
);
const groups: fc.Arbitrary<readonly GroupPlan[]> = fc
  .array(fc.tuple(quorum, sources), { minLength: 1, maxLength: 2 })
  .map((parts) =>
    parts.map(([wanted, who], index) => ({ ...group(wanted, ...who), group: `g${index}` })),
  );
const ladder: fc.Arbitrary<readonly LadderStep[]> = fc.array(
  fc
    .record({
      after: fc.constantFrom("30m", "2h", "1d"),
      action: fc.constantFrom("reminder", "escalate", "auto_approve", "auto_deny", "reassign"),
    })
    .map(({ after, action }) => ({
      after,
      action,
      to: [{ type: "role" as const, identifier: "engineering_manager" }],
      channels: [],
      reason: null,
    })),
  { maxLength: 3 },
);
const plan: fc.Arbitrary<LevelPlan> = fc
  .record({
    groups,
    logic: fc.constantFrom("AND", "OR"),
    onEmpty: fc.constantFrom("block", "skip"),
    distinctApprovers: fc.boolean(),
    condition: fc.constantFrom(null, "high", "low"),
    timeout: fc.constantFrom(null, "4h"),
    onTimeout: fc.constantFrom(null, "deny", "approve", "pause_caller"),
    escalation: ladder,
  })
  .map(({ groups: made, condition, ...fields }) =>
    level(made, {
      ...fields,
      conditions: condition === null ? null : when("priority", condition),
    }),
  );
const policies: fc.Arbitrary<Policy> = fc
  .record({
    chain: fc.array(plan, { minLength: 1, maxLength: 4 }),
    escalation: ladder,
    fallback: fc.option(plan),
    onAllSkipped: fc.constantFrom("approve", "block"),
    autoApprove: fc.constantFrom("allow", "forbid"),
    expiresIn: fc.constantFrom(null, "2d", "never"),
  })
  .map(({ chain, ...fields }) => policy(chain, fields));

/** What a request shows of a level, in the words of a simulation. */
const shown = ({ levels }: RequestView, number: number): unknown =>
  levels
    .filter((each) => each.number === number)
    .map(({ because, logic, groups: found }) => ({
      because,
      logic,
      groups: found.map(({ group: name, needed, slots }) => ({
        group: name,
        needed,
        slots: slots.map(({ approver, via, why }) => ({ approver, via, why })),
      })),
    }));

const forecast = ({ levels }: Simulation, number: number): unknown =>
  levels
    .filter((each) => each.number === number && each.applies)
    .map(({ because, logic, groups: found }) => ({
      because,
      logic,
      groups: found.map(({ group: name, needed, slots }) => ({ group: name, needed, slots })),
    }));

const openIn = ({ status, levels }: RequestView): number | undefined =>
  status === "pending" ? levels.find((each) => each.status === "open")?.number : undefined;

/** Everybody approves until the level is over; undefined when that does not end it. */
const approveLevel = (from: Given, number: number): Given | undefined => {
  let now = from;
  for (const { slots } of from.view.levels[number - 1]?.groups ?? []) {
    for (const { approver } of slots) {
      if (openIn(now.view) !== number) return now;
      const after = now.when(approves(approver ?? "", { level: number }));
      if (after.decision.refusal === undefined)
        now = now.and(approves(approver ?? "", { level: number }));
    }
  }
  return openIn(now.view) === number ? undefined : now;
};

describe("a simulation", () => {
  test("shows of every level that is reached what the request then shows: people, reasons, timers", () => {
    let levelsSeen = 0;
    let timersSeen = 0;
    let skippedSeen = 0;
    const property = fc.property(policies, fc.constantFrom("high", "low"), (made, priority) => {
      const from: World = { ...world(made), defaults: { autoApprove: "allow" } };
      const context = { priority };
      const simulation = simulated(from, {
        facts: { issue: null, context, action: null, risk: {} },
      });
      const first = given(from).when(asked({ context, riskSnapshot: {} }));
      if (first.decision.refusal !== undefined) {
        expect(simulation.warnings.map(({ code }) => code)).toContain(first.decision.refusal.code);
        return;
      }
      let now: Given | undefined = given(from, asked({ context, riskSnapshot: {} }));
      if (now.status === "pending") expect(simulation.expires_at).toBe(now.view.expires_at);
      const whole = ({ level: which }: { level: number | null }): boolean => which === null;
      if (openIn(now.view) !== undefined)
        expect(simulation.timers.filter(whole)).toEqual(now.view.timeline.filter(whole));
      for (let number = openIn(now.view); number !== undefined && now !== undefined;) {
        const { view } = now;
        levelsSeen++;
        expect(forecast(simulation, number)).toEqual(shown(view, number));
        const own = ({ level: which }: { level: number | null }): boolean => which === number;
        timersSeen += view.timeline.filter(own).length;
        expect(simulation.timers.filter(own)).toEqual(view.timeline.filter(own));
        for (const { number: before, status } of view.levels.slice(0, number - 1)) {
          if (status === "skipped") skippedSeen++;
          expect(simulation.levels[before - 1]?.applies).toBe(status !== "skipped");
        }
        if (view.blocked) return;
        now = approveLevel(now, number);
        number = now === undefined ? undefined : openIn(now.view);
      }
    });
    fc.assert(property, { numRuns: 400 });
    // A property that never got anywhere would hold as well.
    expect(levelsSeen).toBeGreaterThan(400);
    expect(timersSeen).toBeGreaterThan(300);
    expect(skippedSeen).toBeGreaterThan(50);
  });

  test("shows a fallback as asked when every other level is skipped, and as skipped otherwise", () => {
    const made = policy(level(group(any, "qa_lead"), { conditions: when("priority", "high") }), {
      fallback: level(group(any, "director"), { name: "Fallback" }),
    });
    const applied = (priority: string): readonly boolean[] =>
      simulated(world(made), {
        facts: { issue: null, context: { priority }, action: null, risk: {} },
      }).levels.map(({ applies }) => applies);
    expect(applied("high")).toEqual([true, false]);
    expect(applied("low")).toEqual([false, true]);
  });

  test("says that a policy would approve without a decision, and then plans nothing", () => {
    const made = policy(level(group(any, "qa_lead"), { conditions: when("priority", "high") }), {
      onAllSkipped: "approve",
    });
    const context = { priority: "low" };
    expect(
      simulated(world(made), { facts: { issue: null, context, action: null, risk: {} } }),
    ).toMatchObject({ timers: [], expires_at: null, warnings: [{ code: "all-skipped" }] });
  });

  test("leaves out the requester, and the owner of an asking agent", () => {
    const made = policy(level(group(any, "admin", "qa_lead")));
    const people = (requester: Scene["requester"]): unknown =>
      simulated(world(made), { requester }).levels[0]?.groups[0]?.slots.map(
        ({ approver }) => approver,
      );
    expect(people({ kind: "person", id: "bo", org: "demo" })).toEqual(["ana", "ivy", "cy"]);
    expect(people({ kind: "agent", id: "ci", org: "demo" })).toEqual(["ivy", "bo", "cy"]);
  });

  test("gives a turn to whoever had none for longest", () => {
    const made = policy(level(group(any, "round_robin:sre")));
    const lastAssigned = new Map([["sre eli", "2026-01-04T09:00:00.000Z"]]);
    const slots = simulated({ ...world(made), lastAssigned }).levels[0]?.groups[0]?.slots;
    expect(slots).toMatchObject([{ approver: "fay", why: "next in turn of sre" }]);
  });

  test("names each group that cannot reach its quorum, and both where they share too few people", () => {
    const shared = policy(
      level([group(any, "director"), { ...group(any, "user:hal"), group: "same" }]),
    );
    const ends = (made: Policy): unknown =>
      simulated(world(made)).levels[0]?.groups.map(({ dead_end: end }) => end !== null);
    expect(ends(shared)).toEqual([true, true]);
    const apart = policy(
      level([group(any, "qa_lead"), group(atLeast(2), "director")], { logic: "OR" }),
    );
    expect(ends(apart)).toEqual([false, true]);
  });

  test("asks nobody about a counterparty that is known already", () => {
    const partners = gate(
      { type: "new_counterparty", field: "parameters.to" },
      { actions: ["export:*"], approvers: ["sre"] },
    );
    const from: World = {
      ...world(policy(level(group(any, "qa_lead")))),
      gates: active([partners]),
    };
    const levels = (known: boolean): number => {
      const action = { type: "export:csv", parameters: { to: "acme" } };
      const exporting = scene({ facts: { issue: null, context: {}, action, risk: {} } });
      const gates = { knowsCounterparty: () => known };
      const found = simulate(exporting, referenceOf(from), { gates });
      return "code" in found ? 0 : found.levels.length;
    };
    expect([levels(false), levels(true)]).toEqual([2, 1]);
  });
});
