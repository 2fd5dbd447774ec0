import fc from "fast-check";
import { expect, test } from "vitest";
import { check } from "@countersign/check/check.ts";
import type { Gate, GateSubject } from "@countersign/domain/gate/gate.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import { auditOf } from "./audit-of.ts";
import { acts, play, shapes } from "./changing.ts";
import type { Written } from "./planting.ts";
import { group, imported, level, policy } from "./written.ts";

const size = (value: string): Condition => ({
  kind: "field",
  field: "action.parameters.size",
  operator: "=",
  value,
});

const subjects: readonly GateSubject[] = [
  { type: "require_approval" },
  { type: "require_approval" },
  { type: "require_approval" },
  { type: "deny" },
  { type: "amount_threshold", field: "parameters.size", above: 3 },
  { type: "new_counterparty", field: "parameters.size" },
];

/** Gates of which some fire for what is asked, some for what it becomes, and some for neither. */
const gates: fc.Arbitrary<Gate[]> = fc
  .array(
    fc.record({
      subject: fc.constantFrom(...subjects),
      when: fc.constantFrom(null, size("large"), size("small"), size("tiny"), size("small")),
      actions: fc.constantFrom([], ["deploy"], ["dep*"], ["refund"]),
      asks: fc.constantFrom("policy", "same", "people", "routing"),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((drawn) =>
    drawn.map(({ subject, when, actions, asks }, index) => ({
      id: `g${index}`,
      subject,
      // A deny without a guard would leave nothing to look at.
      when: subject.type === "deny" ? (when ?? size("tiny")) : when,
      actions,
      policy: asks === "policy" ? "q" : asks === "same" ? "p" : null,
      approvers: asks === "people" ? [{ type: "role" as const, identifier: "sre" }] : [],
      routing: asks === "routing" ? { role: "qa", ladder: [] } : null,
      message: null,
      liftable: false,
    })),
  );

const withFallback = policy("q", [level(1, [group("sre")])], {
  fallback: level(1, [group("qa")]),
});

const imports = (drawn: readonly Gate[]): readonly Written[] => [
  imported("Policy", withFallback),
  ...drawn.map((gate) => imported("Gate", gate)),
];

test("whatever gates met what was asked and edited, the checker finds nothing", () => {
  const seen = new Map<string, number>();
  const note = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  const steps = fc.array(acts, { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(fc.constantFrom(...shapes), gates, steps, (rules, drawn, happening) => {
      const { log } = play(rules, happening, imports(drawn));
      for (const { type, data } of log) {
        note(type);
        if (type === "PayloadModified" && Object.hasOwn(data as object, "gates")) note("later");
      }
      if (!log.some(({ type }) => type === "RequestSubmitted")) note("denied");
      expect(check(log, { audit: auditOf(log) })).toEqual([]);
    }),
    { numRuns: 1_500, seed: 20_260_402 },
  );
  for (const what of ["denied", "later", "RequestApproved", "LevelReopened", "LevelSkipped"]) {
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(10);
  }
});
