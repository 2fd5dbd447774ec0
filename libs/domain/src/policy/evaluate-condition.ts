import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { EvaluateExpression } from "../reference.ts";
import { compareFact } from "./compare-fact.ts";
import type { Condition } from "./condition.ts";

/** What a condition came to, and on which frozen facts. */
export interface Evaluation {
  /** Null is *unknown*: a field was missing or could not be compared. The caller takes the strict side. */
  readonly value: boolean | null;
  /** Every field with its frozen value, in the condition's order: `priority = "critical"; labels missing`. */
  readonly because: string;
  /** The same by field name; a missing field is null. */
  readonly facts: JsonObject;
  /** Fields that were absent or null, in the condition's order. */
  readonly missing: readonly string[];
}

/** The first parts of a field that name a place in the facts; every other field is a bare one. */
export const factRoots: ReadonlySet<string> = new Set([
  "issue",
  "case",
  "transition",
  "action",
  "context",
  "risk",
  "agent",
  "requester",
  "run",
]);

const own = (value: Json | undefined, key: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

const walk = (from: Json | undefined, parts: readonly string[]): Json | undefined => {
  let value = from;
  for (const part of parts) {
    value = own(value, part);
  }
  return value;
};

/**
 * The value of a dotted field, or undefined. `issue.…`, `context.…` and the other roots are taken literally; a bare
 * field is looked up in the topic's attributes when there is a topic (`facts.issue`), otherwise in `context`, then in
 * `action.parameters`. Only own keys of objects count, so no name reaches a prototype.
 */
export const lookup = (facts: JsonObject, field: string): Json | undefined => {
  const parts = field.split(".");
  const [first = ""] = parts;
  if (factRoots.has(first)) {
    return walk(facts, parts);
  }
  const topic = own(facts, "issue");
  if (isObject(topic)) {
    return walk(topic, parts);
  }
  return walk(own(facts, "context"), parts) ?? walk(own(own(facts, "action"), "parameters"), parts);
};

/** Longest value shown in a `because`, in characters: it stands in events and on pages. */
const SHOWN = 200;

const shown = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
};

/** Fields that a guard expression names: dotted names that begin with a root, outside of text literals. */
const fieldsOfExpression = (text: string): readonly string[] => {
  const code = text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  const names = code.matchAll(/(?<![\w.])([A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)+(?![\w(])/g);
  return [...names].flatMap(([name, root = ""]) => (factRoots.has(root) ? [name] : []));
};

interface Seen {
  readonly notes: Map<string, string>;
  readonly facts: Map<string, Json>;
  readonly missing: Set<string>;
}

const note = (seen: Seen, field: string, value: Json | undefined): void => {
  if (value === undefined || value === null) {
    seen.missing.add(field);
    seen.facts.set(field, null);
    seen.notes.set(field, `${field} missing`);
  } else {
    seen.facts.set(field, value);
    seen.notes.set(field, `${field} = ${shown(value)}`);
  }
};

const conjunction = (values: readonly (boolean | null)[]): boolean | null =>
  values.includes(false) ? false : values.includes(null) ? null : true;

const disjunction = (values: readonly (boolean | null)[]): boolean | null =>
  values.includes(true) ? true : values.includes(null) ? null : false;

const evaluate = (
  condition: Condition,
  facts: JsonObject,
  evaluateExpression: EvaluateExpression,
  seen: Seen,
): boolean | null => {
  switch (condition.kind) {
    case "all":
      return conjunction(
        condition.of.map((part) => evaluate(part, facts, evaluateExpression, seen)),
      );
    case "any":
      return disjunction(
        condition.of.map((part) => evaluate(part, facts, evaluateExpression, seen)),
      );
    case "field": {
      const fact = lookup(facts, condition.field);
      note(seen, condition.field, fact);
      const value = compareFact(fact, condition.operator, condition.value);
      if (value === null && fact !== undefined && fact !== null) {
        const asked = `${condition.operator} ${shown(condition.value)}`;
        seen.notes.set(
          condition.field,
          `${condition.field} = ${shown(fact)}, which does not compare with ${asked}`,
        );
      }
      return value;
    }
    case "expression": {
      const fields = fieldsOfExpression(condition.text);
      for (const field of fields) {
        note(seen, field, lookup(facts, field));
      }
      const { value, why } = evaluateExpression(condition.text, facts);
      if (value === null && !fields.some((field) => seen.missing.has(field))) {
        seen.notes.set(condition.text, why ?? `${condition.text} is unknown`);
      } else if (fields.length === 0) {
        seen.notes.set(condition.text, condition.text);
      }
      return value;
    }
  }
};

/**
 * Judges a condition on frozen facts by Kleene's three-valued logic. Every part is looked at, also when the answer is
 * clear already, so that `because` names every field. An empty `all` is true, an empty `any` false.
 */
export const evaluateCondition = (
  condition: Condition,
  facts: JsonObject,
  evaluateExpression: EvaluateExpression,
): Evaluation => {
  const seen: Seen = { notes: new Map(), facts: new Map(), missing: new Set() };
  const value = evaluate(condition, facts, evaluateExpression, seen);
  return {
    value,
    because: [...seen.notes.values()].join("; "),
    facts: Object.fromEntries(seen.facts),
    missing: [...seen.missing],
  };
};
