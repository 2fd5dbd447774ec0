import { compareFact, dateMs } from "@countersign/domain/policy/compare-fact.ts";
import type { Condition, Operator } from "@countersign/domain/policy/condition.ts";
import type { Json } from "@countersign/domain/json.ts";
import { faultOfExpression, fieldsOfGuard } from "./expression.ts";
import { factNameFault } from "./fact-names.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readJsonValue, readList, readText, readWord } from "./values.ts";

const operators: Readonly<Record<string, Operator>> = {
  "=": "=",
  "==": "=",
  eq: "=",
  "!=": "!=",
  ne: "!=",
  ">": ">",
  gt: ">",
  ">=": ">=",
  gte: ">=",
  greater_or_equal: ">=",
  greater_than_or_equal: ">=",
  "<": "<",
  lt: "<",
  "<=": "<=",
  lte: "<=",
  less_or_equal: "<=",
  less_than_or_equal: "<=",
  in: "in",
  not_in: "not_in",
  contains: "contains",
  exists: "exists",
};
const operatorWords = Object.keys(operators);

const shape = {
  what: "a condition",
  keys: ["field", "operator", "value", "all", "any"],
  silent: { checklist: "Checklists are not kept here; this condition is left out." },
};

type Comparison = Extract<Condition, { readonly kind: "field" }>;

const ordering: ReadonlySet<Operator> = new Set([">", ">=", "<", "<="]);

/** Notes which fact is looked at here; one that can never be there is a fault. */
const noteFact = (
  reading: Reading,
  cursor: Cursor,
  name: string,
  code: "unknown-name" | "bad-guard",
): void => {
  const fault = factNameFault(name);
  if (fault === null) {
    reading.factNames.push({ ...cursor, name });
  } else {
    reading.fault(code, cursor, fault.message, fault.hint);
  }
};

const readComparison = (reading: Reading, fields: Fields): Condition | null => {
  const { cursor } = fields;
  for (const key of ["field", "operator"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A condition needs \`${key}\`.`);
    }
  }
  const field = readText(reading, fields.get("field"), 200);
  const word = readWord(reading, fields.get("operator"), operatorWords);
  const operator = word === null ? null : (operators[word] ?? null);
  const value = fields.get("value");
  if (value === undefined && operator !== null && operator !== "exists") {
    reading.missing(cursor, "value", "A condition needs `value`.");
  }
  const place = fields.get("field");
  if (field !== null && place !== undefined) {
    noteFact(reading, place, field, "unknown-name");
  }
  if (field === null || operator === null || (value === undefined && operator !== "exists")) {
    return null;
  }
  const wanted = value === undefined ? true : readJsonValue(reading, value);
  if (value !== undefined) {
    if ((operator === "in" || operator === "not_in") && !Array.isArray(wanted)) {
      reading.fault("wrong-type", value, `\`${operator}\` compares with a list.`);
    }
    const date = typeof wanted === "string" && dateMs(wanted) !== null;
    if (ordering.has(operator) && typeof wanted !== "number" && !date) {
      const message = `\`${word}\` compares with a number or a date.`;
      const quoted = typeof wanted === "string" && wanted !== "" && Number.isFinite(Number(wanted));
      reading.fault("wrong-type", value, message, quoted ? "Leave the quotes out." : undefined);
    }
    if (operator === "exists" && typeof wanted !== "boolean") {
      reading.fault("wrong-type", value, "`exists` compares with true or false.");
    }
  }
  return { kind: "field", field, operator, value: wanted };
};

/** One of several parts, or null when nothing is left of them. */
export const combined = (
  kind: "all" | "any",
  parts: readonly (Condition | null)[],
): Condition | null => {
  const of = parts.filter((part) => part !== null);
  const [only] = of;
  if (only === undefined) {
    return null;
  }
  return of.length === 1 ? only : { kind, of };
};

const readParts = (reading: Reading, cursor: Cursor, kind: "all" | "any"): Condition | null => {
  if (cursor.node.kind === "list" && cursor.node.items.length === 0) {
    reading.fault("out-of-range", cursor, `\`${kind}\` needs at least one condition.`);
    return null;
  }
  const parts = readList(reading, cursor).map((item) => readCondition(reading, item));
  // A left-out part of an `any` might have held: then nothing may be skipped on the others alone.
  return kind === "any" && parts.includes(null) ? null : combined(kind, parts);
};

/** A guard as text. Its place is where the text begins, also when it has more than one line. */
const readExpression = (reading: Reading, cursor: Cursor): Condition | null => {
  const text = readText(reading, cursor);
  if (text === null) {
    return null;
  }
  const why = faultOfExpression(text);
  if (why !== null) {
    reading.fault("bad-guard", cursor, `This guard cannot be read: ${why}`);
    return null;
  }
  for (const field of fieldsOfGuard(text)) {
    noteFact(reading, cursor, field, "bad-guard");
  }
  return { kind: "expression", text };
};

/**
 * Conditions in every form: a list (all of them), a mapping with `all` or `any`, one comparison, or a guard expression.
 * Null when there is nothing to hold (an empty list), or after a fault.
 */
export const readCondition = (reading: Reading, cursor: Cursor | undefined): Condition | null => {
  if (cursor === undefined) {
    return null;
  }
  const { node } = cursor;
  if (node.kind === "list") {
    return combined(
      "all",
      readList(reading, cursor).map((item) => readCondition(reading, item)),
    );
  }
  if (node.kind === "scalar") {
    return readExpression(reading, cursor);
  }
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  const [all, any] = [fields.get("all"), fields.get("any")];
  const compares = ["field", "operator", "value"].some((key) => fields.get(key) !== undefined);
  const checklist = node.entries.some(({ key }) => key === "checklist");
  if (checklist) {
    const message =
      "A checklist is not kept here, so this condition never applies: it is left out.";
    reading.warn("never-applies", fields.get("checklist") ?? cursor, message);
  }
  return combined("all", [
    all === undefined ? null : readParts(reading, all, "all"),
    any === undefined ? null : readParts(reading, any, "any"),
    compares || (all === undefined && any === undefined && !checklist)
      ? readComparison(reading, fields)
      : null,
  ]);
};

/** Whether a value that one comparison wants is refused by another of the same field. */
const excludes = (one: Comparison, other: Comparison): boolean => {
  if (one.operator === "exists" || other.operator === "exists") {
    // A field that is missing makes every other comparison unknown, and what is unknown applies.
    return one.operator === other.operator && (one.value === false) !== (other.value === false);
  }
  if (one.operator === "=") {
    return compareFact(one.value, other.operator, other.value) === false;
  }
  if (one.operator === "in" && Array.isArray(one.value)) {
    const values: readonly Json[] = one.value;
    return values.every((value) => compareFact(value, other.operator, other.value) === false);
  }
  // Above one border and below another: nothing is between them when the first is not the smaller one.
  const border = one.operator === ">=" && other.operator === "<=" ? ">" : ">=";
  return (
    one.operator.startsWith(">") &&
    other.operator.startsWith("<") &&
    compareFact(one.value, border, other.value) === true
  );
};

const contradict = (one: Condition, other: Condition): boolean =>
  one.kind === "field" &&
  other.kind === "field" &&
  one.field === other.field &&
  (excludes(one, other) || excludes(other, one));

/** True when the condition can never hold: what one part wants of a field, another one refuses. */
export const neverHolds = (condition: Condition): boolean =>
  (condition.kind === "any" && condition.of.every(neverHolds)) ||
  (condition.kind === "all" &&
    condition.of.some(
      (one, index) =>
        neverHolds(one) || condition.of.slice(index + 1).some((other) => contradict(one, other)),
    ));
