import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import { noGates, withGate, withRule } from "@countersign/domain/gate/active-gates.ts";
import { evaluateAsk } from "@countersign/domain/request/asking/evaluate-ask.ts";
import { ask } from "../testkit/examples/asks.ts";
import { morning } from "../testkit/happenings.ts";
import { referenceOf, world } from "../testkit/world.ts";

/** What holding an action against a hundred gates takes, guards and every kind among them. */

const GATES = 100;

const kinds = [
  'gate_type: require_approval, actions: ["kubernetes:scale*"]',
  "gate_type: amount_threshold, field: parameters.replicas, above: 500",
  "gate_type: new_counterparty, field: parameters.destination",
  "gate_type: high_risk, above: 0.8",
  "gate_type: cost_threshold, threshold_usd: 5",
  'gate_type: sensitivity, triggers: ["data_export", "model_override"]',
  'gate_type: manual, position: "after:analysis"',
  "gate_type: approval_level, level: on-commit",
  `gate_type: deny, actions: ["kubernetes:*"], when: 'action.parameters.namespace == "kube-system"'`,
  `gate_type: require_approval, actions: ["*"], when: 'action.parameters.replicas > 50'`,
];

const file = `gates:
${Array.from({ length: GATES }, (_, index) => `  - { id: g${index}, ${kinds[index % kinds.length]}, approvers: [qa_lead] }`).join("\n")}
rules:
  - { id: frozen, when: 'action.parameters.namespace == "frozen"', decide: deny }
`;

export interface EvaluateRow {
  readonly gates: number;
  /** Microseconds. */
  readonly median: number;
  readonly p99: number;
}

/** Measures in this process; takes about a second. */
export const measureEvaluate = (runs = 5_000): EvaluateRow => {
  const { definitions, faults } = parseFile({ text: file, mediaType: "yaml", file: "gates.yaml" });
  if (faults.length > 0) throw new Error(JSON.stringify(faults[0]));
  let gates = noGates;
  definitions.forEach((definition, place) => {
    if (definition.kind === "gate") {
      gates = withGate(gates, { ...definition.content, version: 1, place });
    } else if (definition.kind === "rule") {
      gates = withRule(gates, definition.content);
    }
  });
  const reference = referenceOf({ ...world(), gates, evaluateExpression });
  const asked = ask({ riskSnapshot: { score: 0.4, estimated_cost_usd: 0.5 } });
  const principal = { kind: "agent", id: "deployment-bot", org: "demo" } as const;
  const once = (): void => {
    const found = evaluateAsk(asked, { now: morning, principal }, reference);
    if ("refusal" in found || found.decision !== "ALLOW") throw new Error(JSON.stringify(found));
  };
  for (let run = 0; run < runs / 5; run++) once();
  const taken = new Float64Array(runs);
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    once();
    taken[run] = (performance.now() - start) * 1_000;
  }
  taken.sort();
  const at = (share: number): number => taken[Math.floor(runs * share)] ?? Number.NaN;
  return { gates: GATES, median: at(0.5), p99: at(0.99) };
};

/** Prints the row, its limit beside it. */
export const printEvaluate = ({ gates, median, p99 }: EvaluateRow): void => {
  console.table({
    [`evaluate against ${gates} gates`]: {
      "median µs": Number(median.toFixed(1)),
      "p99 µs": Number(p99.toFixed(1)),
      "p99 at most µs": 2_000,
    },
  });
};

if (import.meta.main) printEvaluate(measureEvaluate());
