import type { DefinitionEntry } from "@countersign/domain/definition/definition.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Asked } from "../asked.ts";
import { optionalText, requiredText, wholeNumber } from "../parameters.ts";
import { notFound, yes } from "../reply.ts";
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

/** One definition with its source, at the version asked for or the newest. */
export const definitionQuery = ({ references }: QueuePart, { org, parameters }: Asked): Reply => {
  const key = `${requiredText(parameters, "kind")}/${requiredText(parameters, "id")}`;
  const versions = references.of(org).definition.entries.get(key) ?? [];
  const asked = wholeNumber(parameters, "version", { from: 1, to: 1e9, otherwise: 0 });
  const found = asked === 0 ? versions[versions.length - 1] : versions[asked - 1];
  if (found === undefined) throw notFound();
  return yes(JSON.stringify({ ...view(found), source: found.source }));
};
