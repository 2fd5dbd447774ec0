import type { Json } from "../json.ts";
import type { Operator } from "./condition.ts";

/** Equal in type and value, letters as they are; lists by place, objects by key, whatever the order of the keys. */
export const sameJson = (one: unknown, other: unknown): boolean => {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other;
  }
  const [left, right] = [Object.entries(one), new Map(Object.entries(other))];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
  );
};

const dateForm =
  /^(\d{4})-(\d{2})-(\d{2})(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Milliseconds of an ISO 8601 date or time; without a zone it is UTC. Null for other text and impossible dates. */
export const dateMs = (text: string): number | null => {
  const parts = dateForm.exec(text);
  if (parts === null) {
    return null;
  }
  const [, year, month, day, hour, , , zone] = parts;
  // February's thirtieth would be a day of March, and a thirteenth month has no days at all.
  const midnight = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (midnight.getUTCDate() !== Number(day)) {
    return null;
  }
  const at = Date.parse(hour !== undefined && zone === undefined ? `${text}Z` : text);
  return Number.isNaN(at) ? null : at;
};

/** Below, at or above zero for two numbers or two dates; null when the two have no order. */
const order = (a: Json, b: Json): number | null => {
  if (typeof a === "number" && typeof b === "number") {
    return a - b;
  }
  if (typeof a !== "string" || typeof b !== "string") {
    return null;
  }
  const [one, other] = [dateMs(a), dateMs(b)];
  return one === null || other === null ? null : one - other;
};

const ordered = (a: Json, b: Json, holds: (difference: number) => boolean): boolean | null => {
  const difference = order(a, b);
  return difference === null || Number.isNaN(difference) ? null : holds(difference);
};

const among = (list: Json, item: Json): boolean | null =>
  Array.isArray(list) ? list.some((each: Json) => sameJson(each, item)) : null;

const contains = (whole: Json, part: Json): boolean | null =>
  typeof whole === "string" && typeof part === "string" ? whole.includes(part) : among(whole, part);

const not = (value: boolean | null): boolean | null => (value === null ? null : !value);

/**
 * One comparison of a fact with what the author wrote. A missing or null fact makes `exists` false and everything else
 * unknown (null); so does a pair that has no order, or an `in` whose list is none. `exists` with `false` negates.
 */
export const compareFact = (
  fact: Json | undefined,
  operator: Operator,
  value: Json,
): boolean | null => {
  if (operator === "exists") {
    return (fact !== undefined && fact !== null) === (value !== false);
  }
  if (fact === undefined || fact === null) {
    return null;
  }
  switch (operator) {
    case "=":
      return sameJson(fact, value);
    case "!=":
      return !sameJson(fact, value);
    case ">":
      return ordered(fact, value, (difference) => difference > 0);
    case ">=":
      return ordered(fact, value, (difference) => difference >= 0);
    case "<":
      return ordered(fact, value, (difference) => difference < 0);
    case "<=":
      return ordered(fact, value, (difference) => difference <= 0);
    case "in":
      return among(value, fact);
    case "not_in":
      return not(among(value, fact));
    case "contains":
      return contains(fact, value);
  }
};
