import { POSITION } from "@countersign/api-contract/ids.ts";
import { badRequest, Refused } from "./refused.ts";

/** Reads the value of one query parameter. Throws `Refused` (`bad-request`) that names it. */
export interface ReadValue {
  (text: string, name: string): string | number | boolean | readonly string[];
  /** The only values it takes; absent where there are too many to name. */
  readonly words?: readonly string[];
}

/** Checks all query parameters: one that is not in `readers`, stands twice or is malformed is a bad request. */
export const readQuery = (
  query: unknown,
  readers: Readonly<Record<string, ReadValue>>,
): Record<string, ReturnType<ReadValue>> => {
  const read: Record<string, ReturnType<ReadValue>> = {};
  for (const [name, value] of Object.entries(query as Record<string, string | string[]>)) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (reader === undefined) {
      const known = Object.keys(readers).join(", ");
      const asked = name.slice(0, 64);
      throw new Refused(
        "bad-request",
        `${JSON.stringify(asked)} is not a parameter of this path${known === "" ? "" : ` (it has ${known})`}.`,
        { parameter: asked },
      );
    }
    if (Array.isArray(value) && reader !== statuses) throw badRequest(name, "stands twice");
    read[name] = reader(Array.isArray(value) ? value.join(",") : value, name);
  }
  return read;
};

/** What `statuses` reads one or several of. */
export const STATUSES = ["pending", "approved", "denied", "expired", "cancelled"];

/** One or several, separated by commas or repeated; `rejected` is understood as `denied`. */
export const statuses: ReadValue = (text, name) =>
  text.split(",").map((word) => {
    const status = word === "rejected" ? "denied" : word;
    if (!STATUSES.includes(status)) throw badRequest(name, `must be one of ${STATUSES.join(", ")}`);
    return status;
  });

export const oneOf = (...words: readonly string[]): ReadValue => {
  const read = (text: string, name: string): string => {
    if (!words.includes(text)) throw badRequest(name, `must be one of ${words.join(", ")}`);
    return text;
  };
  return Object.assign(read, { words });
};

export const shortText: ReadValue = (text, name) => {
  if (text === "" || text.length > 512) throw badRequest(name, "must have 1 to 512 characters");
  return text;
};

export const position: ReadValue = (text, name) => {
  if (!POSITION.test(text) || BigInt(text) > 2n ** 63n - 1n) {
    throw badRequest(name, "must be a position: a decimal number");
  }
  return text;
};

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** `Date.parse` takes 30 February for 2 March. */
const isDay = (text: string): boolean => {
  const midnight = Date.parse(text);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
};

/** A date, or a time with its zone, as ISO 8601 UTC. */
export const time: ReadValue = (text, name) => {
  const ms = TIME.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw badRequest(name, "must be a date or a time with zone, such as 2026-03-01T10:00:00Z");
  }
  return new Date(ms).toISOString();
};

export const limit: ReadValue = (text, name) => {
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > 100) {
    throw badRequest(name, "must be a whole number from 1 to 100");
  }
  return Number(text);
};

export const version: ReadValue = (text, name) => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw badRequest(name, "must be a whole number from 1");
  return Number(text);
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** How long to wait, as milliseconds. */
export const waiting: ReadValue = (text, name) => {
  const [, count = "", unit = ""] = /^(\d{1,6})(ms|s|m)$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (ms < 1000 || ms > 60_000) throw badRequest(name, "must be 1s to 60s");
  return ms;
};
