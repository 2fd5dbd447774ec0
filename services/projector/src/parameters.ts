import { POSITION } from "@countersign/api-contract/ids.ts";
import { isObject, type Json, type JsonObject } from "@countersign/domain/json.ts";
import { badParameter, Refused } from "./reply.ts";

/** Readers of a query's parameters. Each throws `Refused` (`bad-request`) that names the parameter. */

export const parametersOf = (body: string): JsonObject => {
  let read: Json;
  try {
    read = body === "" ? {} : (JSON.parse(body) as Json);
  } catch (cause) {
    throw new Refused({ code: "bad-request", message: `The query is no JSON: ${String(cause)}` });
  }
  if (!isObject(read))
    throw new Refused({ code: "bad-request", message: "The query must be a JSON object." });
  return read;
};

/** Undefined where the parameter is missing or null. */
export const optionalText = (asked: JsonObject, name: string): string | undefined => {
  const value = asked[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value === "" || value.length > 512)
    throw badParameter(name, "must be a text of 1 to 512 characters");
  return value;
};

export const requiredText = (asked: JsonObject, name: string): string => {
  const value = optionalText(asked, name);
  if (value === undefined) throw badParameter(name, "is missing");
  return value;
};

export const optionalWord = <Word extends string>(
  asked: JsonObject,
  name: string,
  words: readonly Word[],
): Word | undefined => {
  const value = optionalText(asked, name);
  if (value === undefined) return undefined;
  const word = words.find((each) => each === value);
  if (word === undefined) throw badParameter(name, `must be one of ${words.join(", ")}`);
  return word;
};

/** A text or a list of texts. */
export const optionalTexts = (asked: JsonObject, name: string): readonly string[] | undefined => {
  const value = asked[name];
  if (value === undefined || value === null) return undefined;
  const list: readonly Json[] = Array.isArray(value) ? value : [value];
  return list.map((each) => {
    if (typeof each !== "string") throw badParameter(name, "must be a list of texts");
    return each;
  });
};

export const wholeNumber = (
  asked: JsonObject,
  name: string,
  {
    from,
    to,
    otherwise,
  }: { readonly from: number; readonly to: number; readonly otherwise: number },
): number => {
  const value = asked[name];
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== "number" || !Number.isInteger(value) || value < from || value > to)
    throw badParameter(name, `must be a whole number from ${from} to ${to}`);
  return value;
};

/** A position: a decimal text. */
export const optionalPosition = (asked: JsonObject, name: string): bigint | undefined => {
  const value = asked[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || !POSITION.test(value))
    throw badParameter(name, "must be a position: a decimal number");
  return BigInt(value);
};

/** A time, as ISO 8601 UTC with milliseconds, which sorts as text. */
export const optionalTime = (asked: JsonObject, name: string): string | undefined => {
  const value = optionalText(asked, name);
  if (value === undefined) return undefined;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw badParameter(name, "must be a time such as 2026-03-01T10:00:00Z");
  return new Date(ms).toISOString();
};
