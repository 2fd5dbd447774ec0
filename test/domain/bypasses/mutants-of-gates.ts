import { mutant, type Mutant } from "./mutant.ts";

/** Those that the reference model notices: it knows one gate, which asks for people, and nothing of how gates judge. */
const noticed: readonly string[] = [
  "proposed approvers stay where a gate fires",
  "self approval outlives a gate",
  "skipped chains approve what a gate asked for",
  "agents decide about what a gate asked for",
];

/** Builds in which an asker passes a gate. */
export const mutantsOfGates: readonly Mutant[] = (
  [
    [
      "proposed approvers stay where a gate fires",
      "request/asking/pick-policies.ts",
      "if (gates !== null && named === null) return ofGates(gates);",
      "if (gates !== null && named === null && approvers === null) return ofGates(gates);",
      "approvers whom an ask proposes do not take the place of a gate's",
    ],
    [
      "a named policy takes the place of the gates'",
      "request/asking/pick-policies.ts",
      "refs: gates === null ? [ref] : [...gates.refs, ref],",
      "refs: [ref],",
      "an ask that names a policy is asked of the gate's people as well",
    ],
    [
      "denied asks are taken",
      "request/asking/submit.ts",
      "if (denied !== null) return { refusal: denied };",
      "",
      "what a gate denies is not taken",
    ],
    [
      "denies that cannot be judged pass",
      "gate/evaluate-gates.ts",
      "if (value === false) draft.checks.push(passed(id));",
      "if (value !== true) draft.checks.push(passed(id));",
      "a deny whose guard cannot be judged is asked about",
    ],
    [
      "gates whose guards cannot be judged pass",
      "gate/evaluate-gates.ts",
      "  if (value === false) {",
      "  if (value !== true) {",
      "a gate whose guard cannot be judged asks",
    ],
    [
      "agents loosen their own tasks",
      "request/asking/hold.ts",
      'kind === "person" ||',
      'kind === "person" || kind === "agent" ||',
      "an agent does not lower the approval level of its own task",
    ],
    [
      "what is left out counts as harmless",
      "gate/judge-subject.ts",
      "actions.length > 0 ? { fires: null, message } : passes",
      "passes",
      "leaving out the risk score does not pass a gate on risk that names the action",
    ],
    [
      "named triggers hide the action's type",
      "gate/judge-subject.ts",
      "[...named, question.action.type].find(",
      "(named.length > 0 ? named : [question.action.type]).find(",
      "naming other triggers does not hide what the action is",
    ],
    [
      "self approval outlives a gate",
      "request/asking/submit.ts",
      "!escalated && selfApprovalOf(",
      "selfApprovalOf(",
      "nobody approves their own request that a gate asked for",
    ],
    [
      "skipped chains approve what a gate asked for",
      "request/levels/open-levels.ts",
      "!frozen.submitted.escalated &&",
      "",
      "a chain of skipped levels does not approve what a gate asked for",
    ],
    [
      "agents decide about what a gate asked for",
      "request/people/deciders.ts",
      "!submitted.escalated &&",
      "",
      "an agent does not decide about what a gate asked for",
    ],
    [
      "denied edits are taken",
      "request/changing/modify.ts",
      'if (gates !== null && "refusal" in gates) return no(gates.refusal);',
      "",
      "an edit does not bring in what a gate denies",
    ],
    [
      "gates of edits are forgotten",
      "request/evolve-changes.ts",
      "data.gates === undefined",
      "data.gates !== null",
      "an edit does not pass a gate that asks about it",
    ],
    [
      "forged checks stand for the gates'",
      "request/asking/hold.ts",
      "...(Array.isArray(said) ? said : []), ...checks",
      "...(Array.isArray(said) ? said : checks)",
      "checks that an asker forges do not take the place of the gates' own",
    ],
    [
      "rules lift every gate",
      "gate/evaluate-gates.ts",
      "gate.liftable ? lifter() : null",
      "lifter()",
      "an approve rule lifts no gate that is not marked for it",
    ],
  ] as const
).map(([name, file, from, to, opens]) =>
  mutant(name, file, from, to, opens, noticed.includes(name)),
);
