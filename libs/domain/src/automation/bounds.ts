import type { Json, JsonObject } from "../json.ts";

/** Longest value shown of a fact or a change, in characters of its JSON: it stands in events and on requests. */
const SHOWN = 2_000;

/** A text cut to so many characters, never in the middle of one that takes two. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;

/** A value as it is shown: a long one as the beginning of its JSON. */
export const shownValue = (value: Json): Json => {
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? value : cut(text, SHOWN);
};

/** An object with each of its values as it is shown. */
export const shownValues = (values: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shownValue(value)]));
