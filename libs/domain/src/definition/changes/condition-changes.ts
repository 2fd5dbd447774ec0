import { compareFact, sameJson } from "../../policy/compare-fact.ts";
import type { Condition } from "../../policy/condition.ts";
import { quoted, type Change } from "./change.ts";

/** Comparisons of parts with parts before the answer is "cannot be told": hostile nesting must not take long. */
const MOST_STEPS = 10_000;

/** A condition as a text shows it. */
const words = (condition: Condition): string => {
  switch (condition.kind) {
    case "field":
      return `${condition.field} ${condition.operator} ${quoted(condition.value)}`;
    case "expression":
      return quoted(condition.text);
    case "all":
      return `all of (${condition.of.map(words).join("; ")})`;
    case "any":
      return `any of (${condition.of.map(words).join("; ")})`;
  }
};

/** A condition in words, cut when it is long. */
const conditionWords = (condition: Condition): string => {
  const text = words(condition);
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
};

type Comparison = Extract<Condition, { readonly kind: "field" }>;

/** Whether every fact that holds one comparison of a field holds another, different one of the same field. */
const narrower = (one: Comparison, other: Comparison): boolean => {
  if (one.field !== other.field) {
    return false;
  }
  if (one.operator === "=" || one.operator === "in") {
    const values = one.operator === "=" ? [one.value] : one.value;
    return (
      Array.isArray(values) &&
      values.every((value) => compareFact(value, other.operator, other.value) === true)
    );
  }
  const signs = [one.operator, other.operator].map((operator) => operator[0]);
  if (signs[0] !== signs[1] || !(signs[0] === ">" || signs[0] === "<")) {
    return false;
  }
  // Of `>= 5` and `> 5`, 5 itself holds the first one only.
  const strict = one.operator.endsWith("=") && !other.operator.endsWith("=");
  const [above, below] = strict ? ([">", "<"] as const) : ([">=", "<="] as const);
  return compareFact(one.value, signs[0] === ">" ? above : below, other.value) === true;
};

const implies = (one: Condition, other: Condition, left: { steps: number }): boolean => {
  left.steps -= 1;
  if (left.steps < 0) {
    return false;
  }
  if (sameJson(one, other)) {
    return true;
  }
  if (one.kind === "any") {
    return one.of.every((part) => implies(part, other, left));
  }
  if (other.kind === "all") {
    return other.of.every((part) => implies(one, part, left));
  }
  return (
    (one.kind === "all" && one.of.some((part) => implies(part, other, left))) ||
    (other.kind === "any" && other.of.some((part) => implies(one, part, left))) ||
    (one.kind === "field" && other.kind === "field" && narrower(one, other))
  );
};

/**
 * Whether a condition holds wherever another one held; null holds always. False also when that cannot be told, as for
 * two different guard expressions.
 */
export const holdsWherever = (before: Condition | null, after: Condition | null): boolean =>
  after === null || (before !== null && implies(before, after, { steps: MOST_STEPS }));

/** `always` or `only if …`, for "level 2 now applies only if … instead of always". */
const onlyIf = (condition: Condition | null): string =>
  condition === null ? "always" : `only if ${conditionWords(condition)}`;

/** How a condition changed that says where something holds. Empty when it did not; a narrower one loosens. */
export const conditionChange = (
  path: string,
  what: string,
  before: Condition | null,
  after: Condition | null,
): readonly Change[] =>
  sameJson(before, after)
    ? []
    : [
        {
          path,
          text: `${what} ${onlyIf(after)} instead of ${onlyIf(before)}`,
          loosens: !holdsWherever(before, after),
        },
      ];
