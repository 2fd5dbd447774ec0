import { canonicalHash } from "@countersign/application/canonical.ts";
import { changeDefinitions } from "@countersign/application/definition.ts";
import type { ParsedFile } from "@countersign/definitions/parse-file.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import {
  decideImport,
  type ImportDecision,
  type ImportedLine,
} from "@countersign/domain/definition/decide.ts";
import { hashed, type HashedDefinition } from "@countersign/domain/definition/parsed.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { envelopeOf, type Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";
import { fileOf, readFile } from "./definition-file.ts";

/** Imports a file of definitions whole, or refuses it with every fault at its place. */
export const importDefinitions = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const file = fileOf(incoming);
  if ("code" in file) return no(file);
  let parsed: ParsedFile | undefined;
  // Read only for who may import: a big file takes a while, and nobody else decides meanwhile.
  const read = (): ParsedFile => (parsed ??= readFile(decider, incoming, file));
  const definitions = (): readonly HashedDefinition[] =>
    read().definitions.map((each) => ({ ...each, hash: canonicalHash(hashed(each)) }));
  let decision: ImportDecision | undefined;
  const outcome = await changeDefinitions(
    decider.engine,
    decider.definition,
    // The name and the type say what a body means: with others it is another import.
    envelopeOf(incoming, decider.ids, "import-definitions", [
      file.name,
      file.mediaType,
      incoming.body,
    ]),
    (state) => {
      const { faults } = read();
      if (faults.length > 0)
        return {
          events: [],
          refusal: {
            code: "invalid-definition",
            message: `${file.name} was not imported: ${faultCount(faults.length)}.`,
            details: { faults: faults.map((fault) => ({ ...fault })) },
          },
        };
      decision = decideImport(state, { definitions: definitions(), file: file.name });
      return { events: decision.events };
    },
  );
  if (!outcome.ok) return no(outcome.refusal);
  decision ??= { events: [], definitions: importedBefore(outcome.fold.state, definitions()) };
  const { warnings, ignored } = read();
  return yes(
    outcome.effect === "appended" ? "created" : "repeated",
    JSON.stringify({ definitions: decision.definitions, warnings, ignored }),
  );
};

/** What an import that is repeated made then, as it stands now: a later version may have taken its place. */
const importedBefore = (
  { entries }: DefinitionState,
  definitions: readonly HashedDefinition[],
): readonly ImportedLine[] =>
  definitions.flatMap(({ kind, id, hash }) => {
    const entry = entries.get(`${kind}/${id}`)?.findLast((each) => each.hash === hash);
    return entry === undefined
      ? []
      : [{ kind, id, version: entry.version, active: entry.active, hash }];
  });

const faultCount = (count: number): string => (count === 1 ? "1 fault" : `${count} faults`);
