import type { ParsedDefinition } from "@countersign/domain/definition/parsed.ts";
import { findPolicy } from "@countersign/domain/definition/find.ts";
import { emptyDefinition } from "@countersign/domain/definition/evolve.ts";
import { kebabCase } from "@countersign/domain/policy/kebab-case.ts";
import type { Fault, Ignored, Warning } from "./fault.ts";
import type { Known } from "./known.ts";
import { judgeCalendars } from "./judge-calendars.ts";
import { judgeFacts } from "./judge-facts.ts";
import { judgeGates } from "./judge-gates.ts";
import { judgeGuards } from "./judge-guards.ts";
import { readJson } from "./read-json.ts";
import { readRoot } from "./read-root.ts";
import type { Placed } from "./read-root.ts";
import { readToml } from "./read-toml.ts";
import { readYaml } from "./read-yaml.ts";
import { Reading } from "./reading.ts";
import type { SchemaFault } from "./reading.ts";
import { suggest } from "./suggest.ts";
import { MAX_DEPTH } from "./tree.ts";
import type { Node } from "./tree.ts";

export type MediaType = "yaml" | "json" | "toml";

/** Everything that was read from one file. With a fault there are no definitions: a file is imported whole or not at all. */
export interface ParsedFile {
  /** In file order. */
  readonly definitions: readonly ParsedDefinition[];
  /** In file order, all at once. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Warning[];
  readonly ignored: readonly Ignored[];
}

/** What a file is read with. */
export interface FileToParse {
  /** The whole text; its size is the caller's to bound. */
  readonly text: string;
  readonly mediaType: MediaType;
  /** Name for ids of what has neither id nor name. */
  readonly file: string;
  /** Names of the org; left out, roles and people are not checked and policies are those of the file. */
  readonly known?: Known;
  /** Makes every ignored key a fault. */
  readonly strict?: boolean;
  /**
   * What keeps a JSON Schema from being used, as the end of a sentence; null when nothing does. Left out, schemas are
   * not looked into: only who holds values against them can say.
   */
  readonly schemaFault?: SchemaFault;
}

const readers = { yaml: readYaml, json: readJson, toml: readToml };

const readTree = (reading: Reading, mediaType: MediaType): Node | null => {
  try {
    return readers[mediaType](reading);
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    // The parsers' own stack ended before our limit could say where.
    reading.faultAt("too-deep", 0, "", `Nested deeper than ${MAX_DEPTH} levels.`);
    return null;
  }
};

const faultTwice = (reading: Reading, placed: readonly Placed[]): void => {
  const seen = new Set<string>();
  for (const { definition, cursor } of placed) {
    const key = `${definition.kind}/${definition.id}`;
    if (seen.has(key)) {
      const message = `This file has a ${definition.kind} \`${definition.id}\` already.`;
      reading.fault("duplicate-id", cursor, message);
    }
    seen.add(key);
  }
};

/** Names under which the file's own policies may be named. */
const policyNames = (placed: readonly Placed[]): ReadonlySet<string> =>
  new Set(
    placed.flatMap(({ definition }) => {
      if (definition.kind === "policy") {
        return [definition.id];
      }
      const transitions = definition.kind === "workflow" ? definition.content.transitions : [];
      return transitions.flatMap(({ name, policy }) => {
        const named = name === null ? [] : [name, kebabCase(name)];
        return policy === null
          ? []
          : [policy.id, ...named.map((each) => `${definition.id}/${each}`)];
      });
    }),
  );

const faultUnknown = (reading: Reading, placed: readonly Placed[]): void => {
  const org = reading.known?.definition;
  const own = policyNames(placed);
  const names = [...own, ...(org?.activePolicies.keys() ?? [])];
  for (const { name, ...cursor } of reading.policyNames) {
    const found = own.has(name) || findPolicy(org ?? emptyDefinition, name).code === "found";
    if (!found && org !== undefined) {
      const meant = suggest(name, names);
      const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
      reading.fault("unknown-name", cursor, `There is no policy \`${name}\`.`, hint);
    }
  }
};

const inFileOrder = <Found extends { readonly line: number; readonly column: number }>(
  found: readonly Found[],
): readonly Found[] => found.toSorted((a, b) => a.line - b.line || a.column - b.column);

/** Ignored keys as faults: the reason is the same, only that it matters now. */
const faultIgnored = (reading: Reading): void => {
  for (const { path, line, column, why } of reading.ignored.splice(0)) {
    reading.faultAt("unknown-key", reading.source.offset(line, column), path, why);
  }
};

/** Reads one file of definitions. Never throws on what its author wrote. */
export const parseFile = ({
  text,
  mediaType,
  file,
  known,
  strict,
  schemaFault,
}: FileToParse): ParsedFile => {
  const plain = text.replace(/^\uFEFF/, "");
  const reading = new Reading(plain, known ?? null, schemaFault ?? null);
  const root = readTree(reading, mediaType);
  let placed: readonly Placed[] = [];
  if (root !== null) {
    placed = readRoot(reading, { node: root, path: "" }, file);
    faultTwice(reading, placed);
    faultUnknown(reading, placed);
    judgeCalendars(reading, placed);
    judgeFacts(reading);
    judgeGates(reading, placed);
    judgeGuards(reading, placed);
  }
  if (strict === true) {
    faultIgnored(reading);
  }
  const [only, another] = placed;
  const whole = only !== undefined && another === undefined;
  const definitions = placed.map(({ definition }) =>
    whole ? { ...definition, source: reading.source.text } : definition,
  );
  return {
    definitions: reading.faults.length > 0 ? [] : definitions,
    faults: inFileOrder(reading.faults),
    warnings: inFileOrder(reading.warnings),
    ignored: inFileOrder(reading.ignored),
  };
};
