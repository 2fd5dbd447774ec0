import { expect } from "vitest";
import type { Change } from "@countersign/domain/definition/changes/change.ts";
import { definitionChanges } from "@countersign/domain/definition/changes/definition-changes.ts";
import type { ParsedDefinition } from "@countersign/domain/definition/parsed.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { MediaType } from "@countersign/definitions/parse-file.ts";

const read = (text: string, mediaType: MediaType): ParsedDefinition => {
  const { definitions, faults } = parseFile({ text, mediaType, file: "file" });
  expect(faults).toEqual([]);
  const [definition] = definitions;
  if (definition === undefined) {
    throw new Error("The file brings nothing.");
  }
  return definition;
};

/** What is different in the first definitions of two files. */
export const changes = (
  before: string,
  after: string,
  mediaType: MediaType = "yaml",
): readonly Change[] => definitionChanges(read(before, mediaType), read(after, mediaType));
