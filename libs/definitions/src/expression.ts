import { RE2JS } from "@bufbuild/re2";
import { Environment } from "@marcbachmann/cel-js";
import type { ASTNode } from "@marcbachmann/cel-js";
import { isObject } from "@countersign/domain/json.ts";
import type { Json, JsonObject } from "@countersign/domain/json.ts";
import type { EvaluateExpression } from "@countersign/domain/reference.ts";

/** Longest guard, in characters; the environment below bounds its tree as well. */
const LONGEST = 4_000;
const LONGEST_PATTERN = 1_000;

/** Loops inside of loops that a guard may have, and the longest list that such a guard is run over. */
const MAX_LOOPS = 2;
const LONGEST_LOOPED_LIST = 1_000;

/** The language's own `matches` backtracks; every pattern goes to RE2 instead, which takes linear time. */
const matchesPattern = (text: string, pattern: string): boolean => {
  if (pattern.length > LONGEST_PATTERN) {
    throw new Error(`a pattern longer than ${LONGEST_PATTERN} characters`);
  }
  return RE2JS.compile(pattern).test(text);
};

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: {
    maxAstNodes: 1_000,
    maxDepth: 50,
    maxListElements: 500,
    maxMapEntries: 100,
    maxCallArguments: 16,
  },
}).registerFunction("string.matchesRe2(string): bool", matchesPattern);

const literalOrMatches =
  /[bB]?[rR][bB]?(?:"""[^]*?"""|'''[^]*?'''|"[^"\n]*"|'[^'\n]*')|"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\.\s*matches(?=\s*\()/g;

const rewritten = (text: string): string =>
  text.replaceAll(literalOrMatches, (found) => (found.startsWith(".") ? ".matchesRe2" : found));

const loops = new Set(["all", "exists", "exists_one", "map", "filter"]);

const isNode = (value: unknown): value is ASTNode =>
  typeof value === "object" && value !== null && "op" in value && "args" in value;

const childrenOf = (value: unknown): readonly ASTNode[] => {
  if (isNode(value)) {
    return [value];
  }
  return Array.isArray(value) ? value.flatMap(childrenOf) : [];
};

/** Loops inside of loops; infinite when the built-in `matches` is still there. */
const loopDepth = (node: ASTNode): number => {
  const inner = childrenOf(node.args).reduce((most, child) => Math.max(most, loopDepth(child)), 0);
  if (node.op !== "rcall") {
    return inner;
  }
  if (node.args[0] === "matches") {
    return Number.POSITIVE_INFINITY;
  }
  return inner + (loops.has(node.args[0]) ? 1 : 0);
};

/** `a.b` of a selection from a name, or null for anything else. */
const pathOf = (node: ASTNode): string | null => {
  if (node.op === "id") {
    return node.args;
  }
  const from = node.op === "." ? pathOf(node.args[0]) : null;
  return from === null || node.op !== "." ? null : `${from}.${node.args[1]}`;
};

/** Dotted names of facts in an expression; the variables of its loops are none. */
const fieldsIn = (node: ASTNode, bound: ReadonlySet<string>): readonly string[] => {
  const path = pathOf(node);
  if (path !== null) {
    return bound.has(path.split(".")[0] ?? "") ? [] : [path];
  }
  const inner = childrenOf(node.args);
  const variable = inner[1];
  const within =
    node.op === "rcall" && loops.has(node.args[0]) && variable?.op === "id"
      ? new Set([...bound, variable.args])
      : bound;
  return inner.flatMap((child, index) => fieldsIn(child, index === 0 ? bound : within));
};

const longestList = (value: Json): number => {
  if (Array.isArray(value)) {
    return value.reduce<number>(
      (most, item: Json) => Math.max(most, longestList(item)),
      value.length,
    );
  }
  return isObject(value)
    ? Object.values(value).reduce<number>((most, item) => Math.max(most, longestList(item)), 0)
    : 0;
};

type Compiled =
  | {
      readonly ok: true;
      readonly run: (variables: object) => unknown;
      readonly loops: number;
      readonly fields: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

const firstLine = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? message;
};

const compile = (text: string): Compiled => {
  if (text.length > LONGEST) {
    return { ok: false, why: `A guard has at most ${LONGEST} characters.` };
  }
  try {
    const run = environment.parse(rewritten(text));
    const depth = loopDepth(run.ast);
    if (depth > MAX_LOOPS) {
      const why =
        depth === Number.POSITIVE_INFINITY
          ? "`matches` is written as `text.matches(pattern)`."
          : `A guard has at most ${MAX_LOOPS} loops inside of each other.`;
      return { ok: false, why };
    }
    const checked = run.check();
    if (!checked.valid) {
      return { ok: false, why: `${firstLine(checked.error)}.` };
    }
    if (checked.type !== "bool" && checked.type !== "dyn") {
      return { ok: false, why: `A guard is true or false; this one is of type ${checked.type}.` };
    }
    return { ok: true, run, loops: depth, fields: [...new Set(fieldsIn(run.ast, new Set()))] };
  } catch (error) {
    return { ok: false, why: `${firstLine(error)}.` };
  }
};

const compiled = new Map<string, Compiled>();

/** Guards kept compiled; the oldest goes first. */
const MOST_COMPILED = 1_000;

const compiledOnce = (text: string): Compiled => {
  let result = compiled.get(text);
  if (result === undefined) {
    result = compile(text);
    const [oldest] = compiled.keys();
    if (compiled.size >= MOST_COMPILED && oldest !== undefined) {
      compiled.delete(oldest);
    }
    compiled.set(text, result);
  }
  return result;
};

/** Dotted names of the facts that a guard looks at; empty for one that cannot be run. */
export const fieldsOfGuard = (text: string): readonly string[] => {
  const result = compiledOnce(text);
  return result.ok ? result.fields : [];
};

/** What is wrong with a guard expression as its author wrote it, in one sentence; null when it can be run. */
export const faultOfExpression = (text: string): string | null => {
  const result = compile(text);
  return result.ok ? null : result.why;
};

/**
 * The names a guard sees: the roots of the facts, and bare names like those of conditions. The object has no prototype,
 * so that no name finds anything that is not a fact.
 */
const variablesOf = (facts: JsonObject): object => {
  const { issue, context, action } = facts;
  const parameters = isObject(action) ? action["parameters"] : undefined;
  const bare = isObject(issue)
    ? issue
    : { ...(isObject(parameters) ? parameters : {}), ...(isObject(context) ? context : {}) };
  return Object.assign(Object.create(null) as object, bare, facts);
};

/** A guard over frozen facts. What is missing, fails or comes to neither true nor false is unknown, with the reason. */
export const evaluateExpression: EvaluateExpression = (text, facts) => {
  const expression = compiledOnce(text);
  if (!expression.ok) {
    return { value: null, why: `${text} cannot be run: ${expression.why}` };
  }
  if (expression.loops > 1 && longestList(facts) > LONGEST_LOOPED_LIST) {
    const why = `${text} loops over facts with a list of more than ${LONGEST_LOOPED_LIST} entries`;
    return { value: null, why };
  }
  try {
    const value = expression.run(variablesOf(facts));
    return typeof value === "boolean"
      ? { value, why: null }
      : { value: null, why: `${text} is neither true nor false` };
  } catch (error) {
    return { value: null, why: `${text} failed: ${firstLine(error)}` };
  }
};
