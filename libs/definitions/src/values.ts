import { MAX_DURATION_MS, durationMs } from "@countersign/domain/policy/duration.ts";
import type { Json, JsonObject } from "@countersign/domain/json.ts";
import { described } from "./fields.ts";
import type { Reading } from "./reading.ts";
import { suggest } from "./suggest.ts";
import type { Cursor, Node } from "./tree.ts";

/** Readers of single values. Each records a fault and answers null (or the fallback) when the value is not what it says. */

type Maybe = Cursor | undefined;

const wrong = (reading: Reading, cursor: Cursor, wanted: string, hint?: string): null => {
  reading.fault(
    "wrong-type",
    cursor,
    `This has to be ${wanted}; it is ${described(cursor)}.`,
    hint,
  );
  return null;
};

/** Longest text a definition may hold in one value, in characters; ids and names have shorter bounds. */
const LONGEST = 10_000;

export const readText = (reading: Reading, cursor: Maybe, longest = LONGEST): string | null => {
  if (cursor === undefined) {
    return null;
  }
  const { node } = cursor;
  if (node.kind !== "scalar" || typeof node.value !== "string") {
    const number = node.kind === "scalar" && node.value !== null;
    return wrong(reading, cursor, "text", number ? "Put it in quotes." : undefined);
  }
  if (node.value.trim() === "") {
    reading.fault("out-of-range", cursor, "This text is empty.");
    return null;
  }
  if (node.value.length > longest) {
    reading.fault("out-of-range", cursor, `This text is longer than ${longest} characters.`);
    return null;
  }
  return node.value;
};

/** Longest name, in characters. */
const LONGEST_NAME = 200;

export const readName = (reading: Reading, cursor: Maybe): string | null =>
  readText(reading, cursor, LONGEST_NAME);

/** A file's own version: whatever scalar it is, as written. */
export const readLabel = (reading: Reading, cursor: Maybe): string | null => {
  if (cursor === undefined) {
    return null;
  }
  const { node } = cursor;
  if (node.kind !== "scalar" || node.value === null) {
    return wrong(reading, cursor, "text or a number");
  }
  return node.text.slice(0, LONGEST_NAME);
};

/** Ids of orgs, agents, roles, policies and workflows. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;

export const readId = (reading: Reading, cursor: Maybe): string | null => {
  const text = readText(reading, cursor);
  if (text !== null && cursor !== undefined && !ID.test(text)) {
    const message = "An id has 1 to 64 letters, digits, `_` or `-`.";
    reading.fault("bad-id", cursor, message);
    return null;
  }
  return text;
};

export const readBoolean = (reading: Reading, cursor: Maybe, fallback: boolean): boolean => {
  if (cursor === undefined) {
    return fallback;
  }
  const { node } = cursor;
  if (node.kind === "scalar" && typeof node.value === "boolean") {
    return node.value;
  }
  wrong(reading, cursor, "true or false");
  return fallback;
};

interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

export const readNumber = (
  reading: Reading,
  cursor: Maybe,
  { min, max, whole }: Range,
): number | null => {
  if (cursor === undefined) {
    return null;
  }
  const { node } = cursor;
  if (node.kind !== "scalar" || typeof node.value !== "number") {
    return wrong(reading, cursor, whole ? "a whole number" : "a number");
  }
  const value = node.value;
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
    const wanted = `${whole ? "a whole number" : "a number"} from ${min} to ${max}`;
    reading.fault("out-of-range", cursor, `This has to be ${wanted}; it is ${node.text}.`);
    return null;
  }
  return value;
};

/** One word of a few. */
export const readWord = <Word extends string>(
  reading: Reading,
  cursor: Maybe,
  words: readonly Word[],
): Word | null => {
  if (cursor === undefined) {
    return null;
  }
  const { node } = cursor;
  const word = words.find((each) => node.kind === "scalar" && each === node.value);
  if (word !== undefined) {
    return word;
  }
  if (node.kind !== "scalar" || node.value === null) {
    return wrong(reading, cursor, `one of ${words.join(", ")}`);
  }
  const meant = suggest(node.text.toLowerCase(), words);
  const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
  const message = `This has to be one of ${words.join(", ")}; it is ${described(cursor)}.`;
  reading.fault("not-one-of", cursor, message, hint);
  return null;
};

/** A duration as written. Nothing else has a unit, so a bare number is a fault with a hint. */
export const readDuration = (reading: Reading, cursor: Maybe): string | null => {
  if (cursor === undefined) {
    return null;
  }
  const { node } = cursor;
  if (node.kind !== "scalar" || node.value === null || typeof node.value === "boolean") {
    return wrong(reading, cursor, "a duration such as 30m or 24h");
  }
  const milliseconds = typeof node.value === "string" ? durationMs(node.value) : null;
  if (milliseconds !== null && milliseconds > 0 && milliseconds <= MAX_DURATION_MS) {
    return node.text;
  }
  if (milliseconds !== null) {
    const message = "A duration is longer than nothing and at most 3,650 days.";
    reading.fault("bad-duration", cursor, message);
  } else if (/^\d+bd$/.test(node.text)) {
    const message = "Working days (`bd`) count by a calendar, and nothing here follows one.";
    reading.fault("bad-duration", cursor, message, "Write hours or days.");
  } else {
    const message = `A duration is a whole number with s, m, h, d or w, or ISO 8601 without years and months; this is ${described(cursor)}.`;
    const unit = typeof node.value === "number" ? "Say the unit, for instance 30m." : undefined;
    reading.fault("bad-duration", cursor, message, unit);
  }
  return null;
};

/** Items of a list, each with its own path. */
export const readList = (reading: Reading, cursor: Maybe, most = 200): readonly Cursor[] => {
  if (cursor === undefined) {
    return [];
  }
  const { node, path } = cursor;
  if (node.kind !== "list") {
    wrong(reading, cursor, "a list");
    return [];
  }
  if (node.items.length > most) {
    reading.fault("out-of-range", cursor, `This list has more than ${most} entries.`);
    return [];
  }
  return node.items.map((item, index) => ({ node: item, path: `${path}[${index}]` }));
};

export const readTexts = (reading: Reading, cursor: Maybe): readonly string[] =>
  readList(reading, cursor).flatMap((item) => readText(reading, item) ?? []);

const jsonOf = (reading: Reading, node: Node, path: string): Json => {
  switch (node.kind) {
    case "map":
      return Object.fromEntries(
        node.entries.map(({ key, value }) => [key, jsonOf(reading, value, `${path}.${key}`)]),
      );
    case "list":
      return node.items.map((item, index) => jsonOf(reading, item, `${path}[${index}]`));
    case "scalar":
      if (typeof node.value === "number" && !Number.isFinite(node.value)) {
        reading.fault("out-of-range", { node, path }, "A number has to be finite.");
        return null;
      }
      return node.value;
  }
};

/** Any value as plain JSON. */
export const readJsonValue = (reading: Reading, { node, path }: Cursor): Json =>
  jsonOf(reading, node, path);

/** A mapping as plain JSON. */
export const readJsonObject = (reading: Reading, cursor: Cursor): JsonObject => {
  const { node, path } = cursor;
  if (node.kind !== "map") {
    wrong(reading, cursor, "a mapping");
    return {};
  }
  return Object.fromEntries(
    node.entries.map(({ key, value }) => [
      key,
      jsonOf(reading, value, path === "" ? key : `${path}.${key}`),
    ]),
  );
};
