import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { factRoots, lookup } from "../policy/evaluate-condition.ts";
import type { ActiveGate } from "./active-gates.ts";
import type { Gate, GateSubject } from "./gate.ts";
import type { GateMoment, GateQuestion } from "./question.ts";

/** Whether a gate fires. Unknown (null) fires too, because what cannot be judged is for people. */
export type SubjectVerdict =
  | {
      readonly fires: true | null;
      /** A sentence about what was found. */ readonly message: string;
    }
  | {
      readonly fires: false;
      /** What the trace says beside the pass, if anything. */ readonly message: string | null;
    };

const passes: SubjectVerdict = { fires: false, message: null };

type Of<T extends GateSubject["type"]> = Extract<GateSubject, { type: T }>;

const walk = (from: JsonObject, field: string): Json | undefined => {
  let value: Json | undefined = from;
  for (const part of field.split(".")) {
    value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
};

/** A gate's field, null where it is absent: under `action`, then in `context`; one that begins like a fact is that fact. */
const gateField = (
  { action, context, facts }: Pick<GateQuestion, "action" | "context" | "facts">,
  field: string,
): Json => {
  if (factRoots.has(field.slice(0, field.indexOf(".")))) return lookup(facts, field) ?? null;
  return walk({ ...action }, field) ?? walk(context, field) ?? null;
};

/** A gate that names its actions is meant for them: what they do not say is unknown. Any other is not about them. */
const unsaid = ({ actions }: Gate, message: string): SubjectVerdict =>
  actions.length > 0 ? { fires: null, message } : passes;

const shown = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
};

const amount = (
  gate: ActiveGate,
  { field, above }: Of<"amount_threshold">,
  question: GateQuestion,
): SubjectVerdict => {
  const value = gateField(question, field);
  if (value === null) {
    return unsaid(gate, `${field} is missing.`);
  }
  if (typeof value !== "number") {
    return { fires: null, message: `${field} is ${shown(value)}, which is no number.` };
  }
  return value > above ? { fires: true, message: `${field} is ${value}, above ${above}.` } : passes;
};

/** Names of one or of several; null where the value is neither. */
const counterpartiesIn = (value: Json): readonly string[] | null => {
  const named = Array.isArray(value) ? value : [value];
  const names = named.filter((name) => typeof name === "string" || typeof name === "number");
  return names.length === named.length && names.length > 0 ? names.map(String) : null;
};

/** The counterparties that an action names in this field. */
export const counterpartiesOf = (
  question: Pick<GateQuestion, "action" | "context" | "facts">,
  field: string,
): readonly string[] => counterpartiesIn(gateField(question, field)) ?? [];

const counterparty = (
  gate: ActiveGate,
  { field }: Of<"new_counterparty">,
  question: GateQuestion,
  { knowsCounterparty }: GateMoment,
): SubjectVerdict => {
  const value = gateField(question, field);
  if (value === null) {
    return unsaid(gate, `${field} is missing.`);
  }
  const names = counterpartiesIn(value);
  if (names === null) return { fires: null, message: `${field} is ${shown(value)}: no name.` };
  const unknown = names.find((name) => knowsCounterparty?.(field, name) !== true);
  return unknown === undefined
    ? passes
    : { fires: true, message: `${field} is ${shown(unknown)}, never dealt with before.` };
};

const risk = (
  gate: ActiveGate,
  { above }: Of<"high_risk">,
  question: GateQuestion,
): SubjectVerdict => {
  const score = question.risk["score"];
  if (score === undefined || score === null) {
    return unsaid(gate, "There is no risk score.");
  }
  if (typeof score !== "number") {
    return { fires: null, message: `The risk score is ${shown(score)}, which is no number.` };
  }
  return score > above
    ? { fires: true, message: `The risk score is ${score}, above ${above}.` }
    : passes;
};

/** Amounts are kept to a billionth of a dollar, as everywhere. */
const roundedUsd = (usd: number): number => {
  const rounded = Math.round(usd * 1e9) / 1e9;
  return Number.isFinite(rounded) ? rounded : usd;
};

const cost = (
  { thresholdUsd, per }: Of<"cost_threshold">,
  question: GateQuestion,
  moment: GateMoment,
): SubjectVerdict => {
  const said = question.risk["estimated_cost_usd"];
  if (said !== undefined && said !== null && typeof said !== "number") {
    return { fires: null, message: `The estimated cost is ${shown(said)}, which is no number.` };
  }
  const { spentUsd, reservedUsd } = moment.cost?.[per] ?? { spentUsd: 0, reservedUsd: 0 };
  const sum = roundedUsd(spentUsd + reservedUsd + (said ?? 0));
  return sum > thresholdUsd
    ? { fires: true, message: `With this, the ${per} comes to $${sum}, above $${thresholdUsd}.` }
    : passes;
};

const sensitivity = ({ triggers }: Of<"sensitivity">, question: GateQuestion): SubjectVerdict => {
  const said = question.context["triggers"] ?? null;
  const named = said === null ? [] : Array.isArray(said) ? said : [said];
  // The action's own type counts beside what its asker names: naming something else must not hide it.
  const found = [...named, question.action.type].find(
    (name) => typeof name === "string" && triggers.includes(name),
  );
  if (found !== undefined) return { fires: true, message: `${shown(found)} is sensitive.` };
  return named.every((name) => typeof name === "string")
    ? passes
    : { fires: null, message: `context.triggers is ${shown(said)}, which is no list of names.` };
};

const manual = (
  gate: ActiveGate,
  { position }: Of<"manual">,
  question: GateQuestion,
): SubjectVerdict => {
  const said = question.context["position"];
  if (said === undefined || said === null) {
    return unsaid(gate, "context.position is missing.");
  }
  return said === position ? { fires: true, message: `The position is ${shown(said)}.` } : passes;
};

/** What a gate finds when it looks at an action; its guard (`when`) and the approval levels are judged apart. */
export const judgeSubject = (
  gate: ActiveGate,
  question: GateQuestion,
  moment: GateMoment,
): SubjectVerdict => {
  const { subject } = gate;
  switch (subject.type) {
    case "require_approval":
    case "deny":
      return { fires: true, message: `The action ${question.action.type} requires approval.` };
    case "amount_threshold":
      return amount(gate, subject, question);
    case "new_counterparty":
      return counterparty(gate, subject, question, moment);
    case "high_risk":
      return risk(gate, subject, question);
    case "cost_threshold":
      return cost(subject, question, moment);
    case "sensitivity":
      return sensitivity(subject, question);
    case "manual":
      return manual(gate, subject, question);
    case "approval_level":
      throw new Error("Approval levels are judged together, by their precedence.");
  }
};
