import type {
  DefinitionEntry,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import type { ParsedDefinition } from "@countersign/domain/definition/parsed.ts";
import { sameJson } from "@countersign/domain/policy/compare-fact.ts";
import { isObject } from "@countersign/domain/json.ts";
import type { Json, JsonObject } from "@countersign/domain/json.ts";
import { languageOf } from "./language.ts";
import { plainOf } from "./own-source.ts";
import { parseFile } from "./parse-file.ts";
import type { MediaType } from "./parse-file.ts";
import { readYaml } from "./read-yaml.ts";
import { Reading } from "./reading.ts";

/** A file that brings one definition, as it was imported. */
export interface ExportedFile {
  readonly mediaType: MediaType;
  readonly text: string;
}

/** The list of a file that definitions of a kind stand in. */
const listOf: Readonly<Partial<Record<DefinitionEntry["kind"], string>>> = {
  policy: "policies",
  gate: "gates",
  rule: "rules",
  calendar: "calendars",
  guard: "guards",
};

/** What an entry of a list may leave to its file: its id, and of a guard its workflow. */
const leftToTheFile = ({ id, kind, content }: DefinitionEntry): JsonObject =>
  kind === "guard" ? { id, workflow: content.workflow } : { id };

/** Versions are the org's: what a file says has none. */
const unversioned = (value: Json): Json =>
  Array.isArray(value)
    ? value.map((item: Json) => unversioned(item))
    : isObject(value)
      ? Object.fromEntries(
          Object.entries(value).map(([key, inner]) => [
            key,
            key === "version" && typeof inner === "number" ? 0 : unversioned(inner),
          ]),
        )
      : value;

const says = (definition: ParsedDefinition | undefined, entry: DefinitionEntry): boolean =>
  definition?.kind === entry.kind &&
  definition.id === entry.id &&
  definition.label === entry.label &&
  sameJson(
    unversioned(JSON.parse(JSON.stringify(definition.content)) as Json),
    unversioned(JSON.parse(JSON.stringify(entry.content)) as Json),
  );

/** A slice as JSON: a mapping, one entry of a list, or one pair without its braces. */
const valueOf = (source: string): Json => {
  for (const text of [source, `{${source}\n}`]) {
    const reading = new Reading(text, null);
    const tree = readYaml(reading);
    if (tree !== null && reading.faults.length === 0 && tree.kind !== "scalar") {
      const value = plainOf(tree);
      return Array.isArray(value) ? (value[0] ?? null) : value;
    }
  }
  return null;
};

/**
 * A definition as a file of its own that imports as the same content; null when there is none, as for a slice that an
 * older release kept of a file with aliases. `state` is the org's: files that only set a part of the defaults are read beside the rest.
 */
export const exportFile = (entry: DefinitionEntry, state: DefinitionState): ExportedFile | null => {
  const known = { roles: new Map(), people: new Map(), definition: state };
  const candidates = (): readonly ExportedFile[] => {
    const { source, file, kind } = entry;
    const value = valueOf(source);
    const list = listOf[kind];
    const item =
      isObject(value) && list !== undefined
        ? { [list]: [{ ...leftToTheFile(entry), ...value }] }
        : null;
    return [
      { mediaType: languageOf(source, file), text: source },
      { mediaType: "yaml", text: source },
      ...[value, item].map((each): ExportedFile => ({
        mediaType: "json",
        text: `${JSON.stringify(each, null, 2)}\n`,
      })),
    ];
  };
  return (
    candidates().find(({ mediaType, text }) => {
      const parsed = parseFile({ text, mediaType, file: entry.file, known });
      return parsed.definitions.length === 1 && says(parsed.definitions[0], entry);
    }) ?? null
  );
};
