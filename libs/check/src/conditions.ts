import type { Json, JsonObject } from "@countersign/domain/json.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";

/** True, false, or unknown: a fact was missing or could not be compared. */
export type Truth = "true" | "false" | "unknown";

/** Evaluates a guard expression; null is unknown. */
export type Guard = (text: string, facts: JsonObject) => { readonly value: boolean | null };

const roots = [
  "issue",
  "case",
  "transition",
  "action",
  "context",
  "risk",
  "agent",
  "requester",
  "run",
];

const descend = (from: Json | undefined, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, name) => {
    const inside =
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(value).find(([key]) => key === name)
        : undefined;
    return inside?.[1];
  }, from);

/** The fact a field names; a bare one is the topic's, else of the context, else a parameter of the action. */
export const factNamed = (facts: JsonObject, field: string): Json | undefined => {
  const path = field.split(".");
  if (roots.includes(path[0] ?? "")) {
    return descend(facts, path);
  }
  if (facts["issue"] !== undefined && facts["issue"] !== null) {
    return descend(facts, ["issue", ...path]);
  }
  return descend(facts, ["context", ...path]) ?? descend(facts, ["action", "parameters", ...path]);
};

/** One text for equal JSON: keys in order. */
const canonical = (value: Json): string =>
  JSON.stringify(value, (_key, inner: Json) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const equal = (a: Json, b: Json): boolean => canonical(a) === canonical(b);

const truth = (value: boolean): Truth => (value ? "true" : "false");

const not = (value: Truth): Truth => (value === "unknown" ? "unknown" : truth(value === "false"));

const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text);

/** Milliseconds; a time without zone is UTC, a day that does not exist is none. */
const instant = (text: string): number => {
  const zoned = text.includes("T") && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text;
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(day) && new Date(day).toISOString().startsWith(text.slice(0, 10));
  return exists ? Date.parse(zoned) : Number.NaN;
};

const difference = (a: Json, b: Json): number => {
  if (typeof a === "number" && typeof b === "number") {
    return a - b;
  }
  return typeof a === "string" && typeof b === "string" && isDate(a) && isDate(b)
    ? instant(a) - instant(b)
    : Number.NaN;
};

const isIn = (list: Json, item: Json): Truth =>
  Array.isArray(list) ? truth(list.some((each: Json) => equal(each, item))) : "unknown";

const compare = (fact: Json, operator: string, value: Json): Truth => {
  if (operator === "=" || operator === "!=") {
    return truth(equal(fact, value) === (operator === "="));
  }
  if (operator === "in" || operator === "not_in") {
    const found = isIn(value, fact);
    return operator === "in" ? found : not(found);
  }
  if (operator === "contains") {
    return typeof fact === "string" && typeof value === "string"
      ? truth(fact.includes(value))
      : isIn(fact, value);
  }
  const by = difference(fact, value);
  if (Number.isNaN(by)) {
    return "unknown";
  }
  const below = by < 0;
  const same = by === 0;
  return truth(
    operator === "<"
      ? below
      : operator === "<="
        ? below || same
        : operator === ">"
          ? !below && !same
          : !below,
  );
};

/** Judges a condition; `opaque` is what a guard expression counts as when there is no evaluator for it. */
export const judgeCondition = (
  condition: Condition,
  facts: JsonObject,
  guard: Guard | null,
  opaque: Truth,
): Truth => {
  switch (condition.kind) {
    case "all":
    case "any": {
      const [decisive, otherwise]: [Truth, Truth] =
        condition.kind === "all" ? ["false", "true"] : ["true", "false"];
      const parts = condition.of.map((part) => judgeCondition(part, facts, guard, opaque));
      return parts.includes(decisive)
        ? decisive
        : parts.includes("unknown")
          ? "unknown"
          : otherwise;
    }
    case "field": {
      const fact = factNamed(facts, condition.field);
      const there = fact !== undefined && fact !== null;
      if (condition.operator === "exists") {
        return truth(condition.value === false ? !there : there);
      }
      return there ? compare(fact, condition.operator, condition.value) : "unknown";
    }
    case "expression": {
      if (guard === null) {
        return opaque;
      }
      const { value } = guard(condition.text, facts);
      return value === null ? "unknown" : truth(value);
    }
  }
};
