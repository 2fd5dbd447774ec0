import { expect, test } from "vitest";
import type { Gate, GateSubject, Rule } from "@countersign/domain/gate/gate.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { KnownStandingGrant } from "@countersign/domain/standing-grant/standing-grant.ts";
import { active, gate, rule } from "../../testkit/examples/gates.ts";
import { makeDice, type Dice } from "../../testkit/simulation/dice.ts";
import { acts, evaluated } from "./evaluating.ts";

/**
 * Many organisations with gates that nobody would write, each asked about one action, held against the table of the
 * order of evaluation written down once more.
 */

const ORGS = 5_000;

/** How a guard comes out: holds, does not, or cannot be judged. */
type Truth = "yes" | "no" | "unknown";

const truths: readonly Truth[] = ["yes", "no", "unknown"];

const guardOf = (truth: Truth): Condition => ({
  kind: "field",
  field: truth === "unknown" ? "context.nowhere" : "context.a",
  operator: "=",
  value: truth === "no" ? "z" : "a",
});

interface DrawnGate {
  readonly gate: Gate;
  readonly named: boolean;
  readonly guard: Truth;
  /** What the gate finds by itself. */
  readonly finds: Truth;
}

interface DrawnRule {
  readonly rule: Rule;
  readonly guard: Truth;
}

const subjects: readonly { readonly subject: GateSubject; readonly finds: Truth }[] = [
  { subject: { type: "require_approval" }, finds: "yes" },
  { subject: { type: "deny" }, finds: "yes" },
  { subject: { type: "amount_threshold", field: "parameters.amount", above: 5 }, finds: "yes" },
  { subject: { type: "amount_threshold", field: "parameters.amount", above: 9 }, finds: "no" },
  { subject: { type: "amount_threshold", field: "parameters.text", above: 1 }, finds: "unknown" },
  { subject: { type: "high_risk", above: 0.4 }, finds: "yes" },
  { subject: { type: "high_risk", above: 0.6 }, finds: "no" },
  { subject: { type: "sensitivity", triggers: ["x:y"] }, finds: "yes" },
  { subject: { type: "manual", position: "elsewhere" }, finds: "no" },
];

const asked: Partial<Ask> = {
  ...acts("x:y", { amount: 9, text: "9" }),
  context: { a: "a", position: "here" },
  riskSnapshot: { score: 0.5 },
};

const drawGate = (dice: Dice, id: string): DrawnGate => {
  const { subject, finds } = dice.pick(subjects);
  const guard = dice.chance(0.5) ? "yes" : dice.pick(truths);
  const actions = dice.pick([[], ["*"], ["x:*"], ["z:*"], ["z:*", "*:y"]]);
  return {
    gate: gate(subject, {
      id,
      actions,
      when: guard === "yes" && dice.chance(0.7) ? null : guardOf(guard),
      liftable: dice.chance(0.4),
    }),
    named: actions.length === 0 || actions.some((glob) => glob !== "z:*"),
    guard,
    finds,
  };
};

const drawRule = (dice: Dice, id: string): DrawnRule => {
  const guard = dice.pick(truths);
  const decide = dice.chance(0.3) ? "deny" : "approve";
  return { rule: rule(decide, guardOf(guard), { id }), guard };
};

const grantFor = (actions: string): ReadonlyMap<string, KnownStandingGrant> =>
  new Map([
    [
      "sgr_1",
      {
        id: "sgr_1",
        actions: [actions],
        agent: null,
        when: null,
        endsAt: "2027-01-01T00:00:00.000Z",
        reason: "",
        createdAt: "2026-01-01T00:00:00.000Z",
        createdBy: { kind: "person", id: "ana" },
        revokedAt: null,
      },
    ],
  ]);

interface Answer {
  readonly decision: string;
  readonly fired: readonly string[];
}

/** The table once more: denies first, then every other gate, lifted where it may be; doubt asks. */
const expected = (
  gates: readonly DrawnGate[],
  rules: readonly DrawnRule[],
  granted: boolean,
): Answer => {
  const isDeny = ({ gate: { subject } }: DrawnGate): boolean => subject.type === "deny";
  const concerned = gates.filter(({ named }) => named);
  const denies = [
    ...concerned.filter(isDeny).map(({ gate: { id }, guard }) => ({ id, guard })),
    ...rules
      .filter(({ rule: { decide } }) => decide === "deny")
      .map(({ rule: { id }, guard }) => ({ id, guard })),
  ];
  if (denies.some(({ guard }) => guard === "yes")) return { decision: "DENY", fired: [] };
  const lifts =
    granted || rules.some((each) => each.rule.decide === "approve" && each.guard === "yes");
  const asking = concerned.filter(
    (each) =>
      !isDeny(each) && each.finds !== "no" && each.guard !== "no" && !(each.gate.liftable && lifts),
  );
  const fired = [
    ...denies.filter(({ guard }) => guard === "unknown").map(({ id }) => id),
    ...asking.map(({ gate: { id } }) => id),
  ];
  return { decision: fired.length === 0 ? "ALLOW" : "ESCALATE", fired };
};

test("whatever gates an organisation has, an action is held against them in the order that is written down", () => {
  const seen = new Map<string, number>();
  for (let org = 0; org < ORGS; org++) {
    const dice = makeDice(`gates ${org}`);
    const gates = Array.from({ length: dice.between(0, 5) }, (_, place) =>
      drawGate(dice, `g${place}`),
    );
    const rules = Array.from({ length: dice.between(0, 3) }, (_, place) =>
      drawRule(dice, `r${place}`),
    );
    const grant = dice.pick(["none", "z:*", "x:*"]);
    const verdict = evaluated(
      active(
        gates.map((each) => each.gate),
        { rules: rules.map((each) => each.rule) },
      ),
      asked,
      grant === "none" ? {} : { standingGrants: grantFor(grant) },
    );
    const answer = expected(gates, rules, grant === "x:*");
    const { decision } = verdict;
    expect({ org, decision, fired: verdict.fired.map(({ id }) => id) }).toEqual({ org, ...answer });
    const lifted = verdict.checks.some((check) => Object.hasOwn(check, "lifted_by"));
    for (const what of [decision, ...(lifted ? ["lifted"] : [])]) {
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
  }
  // Each answer has to come up often, or the draws prove nothing.
  for (const what of ["ALLOW", "DENY", "ESCALATE", "lifted"]) {
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(ORGS / 20);
  }
});
