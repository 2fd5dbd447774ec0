import { exportFile, type ExportedFile } from "@countersign/definitions/export-file.ts";
import { definitionChanges } from "@countersign/domain/definition/changes/definition-changes.ts";
import type { DefinitionEntry } from "@countersign/domain/definition/definition.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Asked } from "../asked.ts";
import { optionalText, requiredText, wholeNumber } from "../parameters.ts";
import { notFound, yes } from "../reply.ts";
import { lineDiff } from "./line-diff.ts";
import type { QueuePart } from "./queue-part.ts";

const view = (entry: DefinitionEntry): JsonObject => ({
  kind: entry.kind,
  id: entry.id,
  version: entry.version,
  label: entry.label,
  active: entry.active,
  hash: entry.hash,
  imported_at: entry.importedAt,
  imported_by: entry.importedBy,
  file: entry.file,
});

/** The active version of every definition, without its source. */
export const definitionsQuery = ({ references }: QueuePart, { org, parameters }: Asked): Reply => {
  const kind = optionalText(parameters, "kind");
  const active = [...references.of(org).definition.entries.values()].flatMap((versions) =>
    versions
      .filter((entry) => entry.active && (kind === undefined || entry.kind === kind))
      .map(view),
  );
  return yes(JSON.stringify({ definitions: active }));
};

/** Versions of the definition that a query names, oldest first. Throws `Refused` (`not-found`) when there is none. */
const versionsOf = (
  { references }: QueuePart,
  { org, parameters }: Asked,
): readonly DefinitionEntry[] => {
  const key = `${requiredText(parameters, "kind")}/${requiredText(parameters, "id")}`;
  const versions = references.of(org).definition.entries.get(key);
  if (versions === undefined) throw notFound();
  return versions;
};

/** One definition with its source, at the version asked for or the newest. */
export const definitionQuery = (part: QueuePart, asked: Asked): Reply => {
  const versions = versionsOf(part, asked);
  const version = wholeNumber(asked.parameters, "version", {
    from: 1,
    to: 1e9,
    otherwise: versions.length,
  });
  const found = versions[version - 1];
  if (found === undefined) throw notFound();
  return yes(JSON.stringify({ ...view(found), source: found.source }));
};

/** What changed between two versions: in words, and line by line. Without numbers it is the newest and the one before. */
export const definitionDiffQuery = (part: QueuePart, asked: Asked): Reply => {
  const versions = versionsOf(part, asked);
  const numbered = { from: 1, to: 1e9 };
  const to = wholeNumber(asked.parameters, "to", { ...numbered, otherwise: versions.length });
  const otherwise = Math.max(1, to - 1);
  const from = wholeNumber(asked.parameters, "from", { ...numbered, otherwise });
  const [before, after] = [versions[from - 1], versions[to - 1]];
  if (before === undefined || after === undefined) throw notFound();
  const changes = definitionChanges(before, after);
  return yes(JSON.stringify({ changes, lines: lineDiff(before.source, after.source) }));
};

/** Each active version is made into a file once: making it reads it again. */
const exported = new WeakMap<DefinitionEntry, ExportedFile | null>();

/**
 * The active definitions, each as a file that imports as the same content under its own name; `skipped` are those that
 * cannot be made into one.
 */
export const definitionsExportQuery = (
  { references }: QueuePart,
  { org, parameters }: Asked,
): Reply => {
  const kind = optionalText(parameters, "kind");
  const { definition: state } = references.of(org);
  const files: JsonObject[] = [];
  const skipped: JsonObject[] = [];
  for (const versions of state.entries.values()) {
    const entry = versions.find(({ active }) => active);
    if (entry === undefined || (kind !== undefined && entry.kind !== kind)) continue;
    const made = exported.get(entry) ?? exportFile(entry, state);
    exported.set(entry, made);
    const { id, version, file } = entry;
    const about = { kind: entry.kind, id, version, file };
    if (made === null) skipped.push(about);
    else files.push({ ...about, media_type: `application/${made.mediaType}`, source: made.text });
  }
  return yes(JSON.stringify({ files, skipped }));
};
