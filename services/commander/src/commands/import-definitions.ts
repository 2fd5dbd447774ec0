import { canonicalHash } from "@countersign/application/canonical.ts";
import { importDefinitions as importInto } from "@countersign/application/definition.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import { decideImport, type ImportDecision } from "@countersign/domain/definition/decide.ts";
import { hashed } from "@countersign/domain/definition/parsed.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { envelopeOf, type Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";

type MediaType = Parameters<typeof parseFile>[0]["mediaType"];

const mediaTypes: ReadonlyMap<string, MediaType> = new Map<string, MediaType>([
  ["application/yaml", "yaml"],
  ["text/yaml", "yaml"],
  ["application/x-yaml", "yaml"],
  ["application/json", "json"],
  ["application/toml", "toml"],
]);

/** Imports a file of definitions whole, or refuses it with every fault at its place. */
export const importDefinitions = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const { headers, org, body: text } = incoming;
  const contentType = (headers["Countersign-Content-Type"] ?? "").split(";")[0]?.trim() ?? "";
  const mediaType = mediaTypes.get(contentType.toLowerCase());
  if (mediaType === undefined)
    return no({
      code: "unsupported-media-type",
      message: `Definitions are ${[...mediaTypes.keys()].join(", ")}; not ${contentType || "unnamed"}.`,
    });
  const file = decodeURIComponent(headers["Countersign-File"] ?? "") || `definitions.${mediaType}`;
  const { directory, definition } = decider.engine.references.of(org);
  const parsed = parseFile({
    text,
    mediaType,
    file,
    known: { roles: directory.roles, people: directory.people, definition },
  });
  const definitions = parsed.definitions.map((each) => ({
    ...each,
    hash: canonicalHash(hashed(each)),
  }));
  let decision: ImportDecision | undefined;
  const outcome = await importInto(
    decider.engine,
    decider.definition,
    envelopeOf(incoming, decider.ids, "import-definitions", text),
    (state) => {
      if (parsed.faults.length > 0)
        return {
          events: [],
          refusal: {
            code: "invalid-definition",
            message: `${file} was not imported: ${faultCount(parsed.faults.length)}.`,
            details: { faults: parsed.faults.map((fault) => ({ ...fault })) },
          },
        };
      decision = decideImport(state, { definitions, file });
      return { events: decision.events };
    },
  );
  if (!outcome.ok) return no(outcome.refusal);
  decision ??= decideImport(outcome.fold.state, { definitions, file });
  return yes(
    outcome.effect === "appended" ? "created" : "repeated",
    JSON.stringify({
      definitions: decision.definitions,
      warnings: parsed.warnings,
      ignored: parsed.ignored,
    }),
  );
};

const faultCount = (count: number): string => (count === 1 ? "1 fault" : `${count} faults`);
