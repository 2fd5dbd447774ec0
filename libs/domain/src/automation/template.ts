import { isObject, type Json, type JsonObject } from "../json.ts";
import { cut } from "./bounds.ts";
import { lookup } from "../policy/evaluate-condition.ts";

const field = /\{\{\s*([A-Za-z_][\w.]*)\s*\}\}|\$\{\s*([A-Za-z_][\w.]*)\s*\}/g;

/** Names of the facts that a text is filled in with, in their order. */
export const templateFields = (text: string): readonly string[] =>
  // One of the two is there, whichever way the field was written.
  [...text.matchAll(field)].map(([, braces = "", dollar = ""]) => braces + dollar);

/** Longest text a fact may put into another, in characters. */
const LONGEST = 2_000;

const shown = (value: Json | undefined): string => {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return cut(text, LONGEST);
};

/** The text with each `{{field}}` or `${field}` replaced by its fact; a missing one leaves nothing. */
export const fillIn = (text: string, facts: JsonObject): string =>
  text.replaceAll(field, (_, braces: string = "", dollar: string = "") =>
    shown(lookup(facts, braces + dollar)),
  );

/** A value with its texts filled in; a text that is nothing but one field becomes the fact itself. */
export const fillInValue = (value: Json, facts: JsonObject): Json => {
  if (typeof value === "string") {
    const [only, ...others] = templateFields(value);
    const isAlone = others.length === 0 && value.trim().replace(field, "") === "";
    return only !== undefined && isAlone ? (lookup(facts, only) ?? null) : fillIn(value, facts);
  }
  if (Array.isArray(value)) return value.map((item: Json) => fillInValue(item, facts));
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, fillInValue(each, facts)]),
      )
    : value;
};
