import type { z } from "zod";
import type { Fault, Parsed } from "./errors.ts";
import { pathText } from "./i-json-faults.ts";
import { suggest } from "./suggest.ts";

/** More would help nobody, and a body may hold thousands. */
const MAX_FAULTS = 50;

/** Keys that a body's objects may have, by path without indexes (`action`): what a slip is compared with. */
export type KnownKeys = Readonly<Record<string, readonly string[]>>;

type Issue = z.core.$ZodIssue;

const plainPath = (path: readonly PropertyKey[]): string =>
  path.filter((part) => typeof part !== "number").join(".");

const faultsOf = (issue: Issue, known: KnownKeys): Fault[] => {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const slip = suggest(key, known[plainPath(issue.path)] ?? []);
      const hint = slip === undefined ? "" : ` (did you mean "${slip}"?)`;
      return { path: pathText([...issue.path, key]), message: `is not a known field${hint}` };
    });
  }
  return [{ path: pathText(issue.path), message: sentenceOf(issue) }];
};

const sentenceOf = (issue: Issue): string => {
  if (issue.code === "invalid_type") {
    return issue.input === undefined && issue.message.includes("undefined")
      ? "is missing"
      : `must be ${article(issue.expected)}`;
  }
  if (issue.code === "invalid_value") {
    return `must be one of ${issue.values.map(String).join(", ")}`;
  }
  return issue.message;
};

const words: Readonly<Record<string, string>> = {
  record: "an object",
  object: "an object",
  array: "a list",
  int: "a whole number",
  boolean: "true or false",
};

const article = (expected: string): string => words[expected] ?? `a ${expected}`;

/**
 * Holds an I-JSON value against a schema. The refusal lists every fault with its path: `unknown-field` when a field
 * is not known (with the name it is probably a slip of), otherwise `unprocessable`.
 */
export const parseBody = <S extends z.ZodType>(
  schema: S,
  value: unknown,
  known: KnownKeys = {},
): Parsed<z.output<S>> => {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues;
  const all = issues.flatMap((issue) => faultsOf(issue, known));
  const faults = all.slice(0, MAX_FAULTS);
  const unknownField = issues.find((issue) => issue.code === "unrecognized_keys");
  // The sentence is about what gave the code its name.
  const first = unknownField === undefined ? faults[0] : faultsOf(unknownField, known)[0];
  const more = all.length > 1 ? ` (and ${all.length - 1} more).` : ".";
  return {
    ok: false,
    error: {
      code: unknownField !== undefined ? "unknown-field" : "unprocessable",
      message: `${first?.path === "" ? "The body" : (first?.path ?? "The body")} ${first?.message ?? "is not valid"}${more}`,
      details: { faults },
    },
  };
};
