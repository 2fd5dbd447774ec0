import { decideImport } from "@countersign/domain/definition/decide.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { hashed, type ParsedDefinition } from "@countersign/domain/definition/parsed.ts";
import { canonicalHash } from "../canonical.ts";

/** The definitions as they would be after importing a file, without importing it. */
export const withDraft = (
  known: DefinitionState,
  definitions: readonly ParsedDefinition[],
  file: string,
  at: string,
): DefinitionState => {
  const drafted = definitions.map((each) => ({ ...each, hash: canonicalHash(hashed(each)) }));
  const { events } = decideImport(known, { definitions: drafted, file });
  let state = known;
  for (const event of events) {
    state = evolveDefinition(state, {
      event,
      metadata: {
        commandId: "draft",
        correlationId: "draft",
        org: "draft",
        actor: { kind: "system", id: "draft" },
        channel: "system",
        occurredAt: at,
        schemaVersion: 1,
      },
    });
  }
  return state;
};

/** What a draft names first: the policy that a simulation of the bare file is about. */
export const policiesOf = (definitions: readonly ParsedDefinition[]): readonly string[] =>
  definitions.flatMap((each) => {
    if (each.kind === "policy") return [each.id];
    if (each.kind !== "workflow") return [];
    return each.content.transitions.flatMap(({ policy }) => (policy === null ? [] : [policy.id]));
  });
