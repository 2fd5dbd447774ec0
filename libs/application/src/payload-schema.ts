import { RE2JS } from "@bufbuild/re2";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { JsonObject } from "@countersign/domain/json.ts";
import { canonicalJson } from "./canonical.ts";

/** Where a value does not fit, and what is wrong there. */
export interface SchemaFault {
  readonly path: string;
  readonly message: string;
}

/** Bytes of a schema as JSON. */
export const MAX_SCHEMA = 16 * 1024;
/** Compiled schemas kept, oldest out first: each costs about a millisecond to make. */
const KEPT = 500;
const MOST_FAULTS = 20;

/** Patterns run in time linear to the text: an asker's pattern must not stall everybody. */
const linear = Object.assign((pattern: string) => RE2JS.compile(pattern), { code: "re2" });

/** Keywords by which a schema would reach outside itself, or would be answered later. */
const unusable = (schema: unknown): string | null => {
  if (typeof schema !== "object" || schema === null) return null;
  for (const [key, value] of Object.entries(schema)) {
    const isRef = key === "$ref" || key === "$dynamicRef";
    if (isRef && typeof value === "string" && !value.startsWith("#")) {
      return `${key} ${value} points outside of the schema`;
    }
    if (key === "$async") return "$async is not supported";
    const within = unusable(value);
    if (within !== null) return within;
  }
  return null;
};

type Compiled = { readonly validate: ValidateFunction } | { readonly fault: string };

const compile = (schema: JsonObject, size: number): Compiled => {
  try {
    if (size > MAX_SCHEMA) return { fault: `has more than ${MAX_SCHEMA} bytes` };
    const fault = unusable(schema);
    if (fault !== null) return { fault: `cannot be used: ${fault}` };
    // One instance for each: an asker's `$id` must not name another's schema, and nothing may pile up.
    const { $schema: _, ...rest } = schema;
    const ajv = new Ajv2020({
      strict: false,
      allErrors: false,
      validateFormats: false,
      logger: false,
      code: { regExp: linear },
    });
    return { validate: ajv.compile(rest) };
  } catch (error) {
    const said = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { fault: `cannot be used: ${said}` };
  }
};

const compiled = new Map<string, Compiled>();

const compiledOf = (schema: JsonObject): Compiled => {
  const text = canonicalJson(schema);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const made = compile(schema, Buffer.byteLength(text));
  const [oldest] = compiled.keys();
  if (compiled.size >= KEPT && oldest !== undefined) compiled.delete(oldest);
  compiled.set(text, made);
  return made;
};

/** What is wrong with a JSON Schema as such; null when values can be held against it. */
export const schemaFault = (schema: JsonObject): string | null => {
  const made = compiledOf(schema);
  return "fault" in made ? made.fault : null;
};

const pathOf = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");

/** Where a value does not fit a JSON Schema (draft 2020-12); empty when it fits. A schema that is none fits nothing. */
export const misfits = (schema: JsonObject, value: unknown): readonly SchemaFault[] => {
  const made = compiledOf(schema);
  if ("fault" in made) return [{ path: "", message: `the schema ${made.fault}` }];
  const { validate } = made;
  try {
    if (validate(value) === true) return [];
  } catch (error) {
    return [{ path: "", message: error instanceof Error ? error.message : String(error) }];
  }
  return (validate.errors ?? []).slice(0, MOST_FAULTS).map(({ instancePath, message }) => ({
    path: pathOf(instancePath),
    message: message ?? "does not fit",
  }));
};
