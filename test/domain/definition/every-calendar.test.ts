import { parseFile } from "@countersign/definitions/parse-file.ts";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { everyCalendar } from "@countersign/domain/definition/every-calendar.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { decideRetire } from "@countersign/domain/definition/retire.ts";
import { expect, test } from "vitest";
import { importedByAna as metadata } from "../../testkit/examples/metadata.ts";

const evolve = (
  state: DefinitionState,
  events: readonly Parameters<typeof evolveDefinition>[1]["event"][],
) => events.reduce((folded, event) => evolveDefinition(folded, { event, metadata }), state);

const importing = (state: DefinitionState, day: string): DefinitionState => {
  const text = `calendars: [{ id: work, zone: UTC, hours: { ${day}: ["09:00-17:00"] } }]`;
  const { definitions } = parseFile({ text, mediaType: "yaml", file: "file.yaml" });
  const hashed = definitions.map((each) => ({ ...each, hash: day }));
  return evolve(state, decideImport(state, { definitions: hashed, file: "file.yaml" }).events);
};

const daysOf = (state: DefinitionState): readonly string[] =>
  Object.keys(everyCalendar(state).get("work")?.hours ?? {});

test("a calendar is followed as it was imported last", () => {
  expect(daysOf(importing(importing(emptyDefinition, "mon"), "tue"))).toEqual(["tue"]);
});

test("one that is out of use is still followed by what names it", () => {
  const before = importing(emptyDefinition, "mon");
  const after = evolve(before, decideRetire(before, { kind: "calendar", id: "work" }).events);
  expect(after.calendars.has("work")).toBe(false);
  expect(daysOf(after)).toEqual(["mon"]);
});
