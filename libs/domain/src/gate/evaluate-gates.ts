import type { JsonObject } from "../json.ts";
import { evaluateCondition } from "../policy/evaluate-condition.ts";
import { liftedBy } from "../standing-grant/lifting.ts";
import { relevantTo, type ActiveGate, type ActiveGates } from "./active-gates.ts";
import { reasonOf, type ReasonCode, type Rule } from "./gate.ts";
import { judgeLevels, levelsGate } from "./judge-levels.ts";
import { judgeSubject, type SubjectVerdict } from "./judge-subject.ts";
import type { GateMoment, GateQuestion } from "./question.ts";

/** Why an action is not simply allowed. */
export interface GateReason {
  readonly code: ReasonCode;
  readonly message: string;
}

/** A line of the trace, as the wire has it: `{check, result, code?, message?, lifted_by?}`. */
export type GateCheck = JsonObject;

/** A gate that asks for people, or a rule that could not be judged. */
export interface FiredGate {
  readonly id: string;
  /** The gate's kind; `rule` for a rule. */
  readonly type: string;
  /** Null for a rule: it names nobody to ask. */
  readonly gate: ActiveGate | null;
}

/** What an action is held to be. */
export interface GateVerdict {
  readonly decision: "ALLOW" | "DENY" | "ESCALATE";
  readonly reasons: readonly GateReason[];
  readonly checks: readonly GateCheck[];
  /** In the order of the files, those that could not be judged as a deny in front. */
  readonly fired: readonly FiredGate[];
}

/** An answer while it is being put together. */
interface Draft {
  readonly reasons: GateReason[];
  readonly checks: GateCheck[];
  readonly fired: FiredGate[];
}

const passed = (check: string): GateCheck => ({ check, result: "pass" });

interface Guarded {
  readonly value: boolean | null;
  readonly why: string;
}

const guard = (
  when: ActiveGate["when"],
  { facts }: GateQuestion,
  { evaluateExpression }: GateMoment,
): Guarded => {
  if (when === null) return { value: true, why: "" };
  const { value, because } = evaluateCondition(when, facts, evaluateExpression);
  return { value, why: because };
};

/** Each reason is a line of the trace, so that the trace tells the reasons. */
const escalate = (draft: Draft, fired: FiredGate, reasons: readonly GateReason[]): void => {
  draft.fired.push(fired);
  for (const reason of reasons) {
    draft.reasons.push(reason);
    draft.checks.push({ check: fired.id, result: "escalate", ...reason });
  }
};

const unjudged = (message: string | null, why: string): GateReason => ({
  code: "GUARD_ERROR",
  message: `${message === null ? "" : `${message} `}The guard could not be judged: ${why}`,
});

/** Deny gates and rules. What cannot be judged as one of them is for people. True when one denies. */
const deny = (
  denying: readonly {
    readonly id: string;
    readonly gate: ActiveGate | null;
    readonly rule: Rule | null;
  }[],
  question: GateQuestion,
  moment: GateMoment,
  draft: Draft,
): boolean => {
  let denied = false;
  for (const { id, gate, rule } of denying) {
    const { value, why } = guard(gate?.when ?? rule?.when ?? null, question, moment);
    const message = gate?.message ?? rule?.reason ?? null;
    if (value === false) draft.checks.push(passed(id));
    else if (value === null) {
      const type = gate === null ? "rule" : "deny";
      escalate(draft, { id, type, gate }, [unjudged(message, why)]);
    } else {
      const code = "DENIED_BY_RULE";
      const reason = {
        code,
        message: message ?? `${question.action.type} is denied by ${id}.`,
      } as const;
      draft.reasons.push(reason);
      draft.checks.push({ check: id, result: "deny", ...reason });
      denied = true;
    }
  }
  return denied;
};

/** What lifts liftable gates here: a standing grant, or a rule that approves. Looked for once, when one has fired. */
const lifterOf = (
  active: ActiveGates,
  question: GateQuestion,
  moment: GateMoment,
): (() => string | null) => {
  let found: string | null | undefined;
  return () => {
    if (found !== undefined) return found;
    const { action, requester, facts } = question;
    const asked = { type: action.type, requester, facts };
    const { standingGrants, now, evaluateExpression } = moment;
    found = liftedBy(standingGrants, asked, now, evaluateExpression)?.id ?? null;
    found ??=
      relevantTo(active, action.type).approveRules.find(
        ({ when }) => guard(when, question, moment).value === true,
      )?.id ?? null;
    return found;
  };
};

const askIfFired = (
  gate: ActiveGate,
  { fires, message: finding }: SubjectVerdict,
  question: GateQuestion,
  moment: GateMoment,
  lifter: () => string | null,
  draft: Draft,
): void => {
  const { id, subject } = gate;
  const code = reasonOf[subject.type];
  if (fires === false) {
    // A level that somebody loosened for their task stands in the trace with who did.
    draft.checks.push(
      finding === null ? passed(id) : { check: id, result: "pass", code, message: finding },
    );
    return;
  }
  const { value, why } = guard(gate.when, question, moment);
  if (value === false) {
    draft.checks.push(passed(id));
    return;
  }
  const lifted_by = gate.liftable ? lifter() : null;
  // What was missing is said in any case: a gate that fires for want of a fact would be a riddle.
  const said = gate.message ?? finding;
  const message = fires === null && gate.message !== null ? `${said} (${finding})` : said;
  if (lifted_by !== null) {
    draft.checks.push({ check: id, result: "pass", code, message, lifted_by });
    return;
  }
  const reason: GateReason = { code, message };
  const reasons = value === null ? [unjudged(gate.message, why), reason] : [reason];
  escalate(draft, { id, type: subject.type, gate }, reasons);
};

/**
 * Holds an action against the gates and rules of an org. Deny gates and deny rules come first and win; then every other
 * gate in the order of the files; standing grants and approve rules lift only gates that are marked liftable; nothing
 * fired: ALLOW. What cannot be judged is for people, never passed over.
 */
export const evaluateGates = (
  active: ActiveGates,
  question: GateQuestion,
  moment: GateMoment,
): GateVerdict => {
  const { denying, asking, denyRules } = relevantTo(active, question.action.type);
  const draft: Draft = { reasons: [], checks: [], fired: [] };
  const denials = [
    ...denying.map((gate) => ({ id: gate.id, gate, rule: null })),
    ...denyRules.map((rule) => ({ id: rule.id, gate: null, rule })),
  ];
  if (deny(denials, question, moment, draft)) {
    const denied = draft.reasons.filter(({ code }) => code === "DENIED_BY_RULE");
    return { decision: "DENY", reasons: denied, checks: draft.checks, fired: [] };
  }
  const table = levelsGate(active);
  const all = table === null ? asking : [...asking, table];
  const leveled = all.filter(({ subject }) => subject.type === "approval_level");
  const levels = judgeLevels(active, leveled, question);
  const lifter = lifterOf(active, question, moment);
  for (const gate of all) {
    const verdict =
      gate.subject.type === "approval_level"
        ? levels.get(gate)
        : judgeSubject(gate, question, moment);
    if (verdict === undefined) continue;
    askIfFired(gate, verdict, question, moment, lifter, draft);
  }
  const { reasons, checks, fired } = draft;
  return { decision: fired.length === 0 ? "ALLOW" : "ESCALATE", reasons, checks, fired };
};

const risky = new WeakMap<ActiveGates, boolean>();

/** True where a risk score may decide, so that an advisor is worth asking before anything is allowed. */
export const looksAtRisk = (active: ActiveGates): boolean => {
  const known = risky.get(active);
  if (known !== undefined) return known;
  const { gates, rules } = active;
  const guards = [...gates, ...rules].map(({ when }) => JSON.stringify(when));
  const found =
    gates.some(({ subject }) => subject.type === "high_risk") ||
    guards.some((text) => /\brisk\b/.test(text));
  risky.set(active, found);
  return found;
};

/** True where what was spent decides: such an org's asks are worth a read of the run's stream. */
export const looksAtCost = ({ gates }: ActiveGates): boolean =>
  gates.some(({ subject }) => subject.type === "cost_threshold");
