import { parseFile, type ParsedFile } from "@countersign/definitions/parse-file.ts";
import { schemaFault } from "@countersign/application/payload-schema.ts";
import type { WireError } from "@countersign/api-contract/errors.ts";
import type { Decider } from "../decider.ts";
import type { Incoming } from "../incoming.ts";

type MediaType = Parameters<typeof parseFile>[0]["mediaType"];

const mediaTypes: ReadonlyMap<string, MediaType> = new Map<string, MediaType>([
  ["application/yaml", "yaml"],
  ["text/yaml", "yaml"],
  ["application/x-yaml", "yaml"],
  ["application/json", "json"],
  ["application/toml", "toml"],
]);

/** A file of definitions as it came, by name and language. */
export interface DefinitionFile {
  readonly name: string;
  readonly mediaType: MediaType;
}

/** Which file a message brings, or why its type is not taken. */
export const fileOf = ({ headers }: Incoming): DefinitionFile | WireError => {
  const contentType = (headers["Countersign-Content-Type"] ?? "").split(";")[0]?.trim() ?? "";
  const mediaType = mediaTypes.get(contentType.toLowerCase());
  if (mediaType === undefined)
    return {
      code: "unsupported-media-type",
      message: `Definitions are ${[...mediaTypes.keys()].join(", ")}; not ${contentType || "unnamed"}.`,
    };
  const name = decodeURIComponent(headers["Countersign-File"] ?? "") || `definitions.${mediaType}`;
  return { name, mediaType };
};

/** Reads a file against the org's names as they are today. */
export const readFile = (
  decider: Decider,
  { org, body: text }: Incoming,
  { name: file, mediaType }: DefinitionFile,
  strict = false,
): ParsedFile => {
  const { directory, definition } = decider.engine.references.of(org);
  const known = { roles: directory.roles, people: directory.people, definition };
  return parseFile({ text, mediaType, file, known, strict, schemaFault });
};
