import { describe, expect, test } from "vitest";
import {
  DEFINITION_SCHEMA_VERSION,
  decodeDefinitionEvent,
} from "@countersign/domain/definition/codec.ts";
import { decidersNamedBy } from "@countersign/domain/definition/deciders.ts";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import {
  definitionKinds,
  type DefinitionEvent,
  type DefinitionKind,
  type DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { everyCalendar } from "@countersign/domain/definition/every-calendar.ts";
import {
  emptyDefinition,
  evolveDefinition,
  productDefaults,
} from "@countersign/domain/definition/evolve.ts";
import type { HashedDefinition } from "@countersign/domain/definition/parsed.ts";
import { decideRetire } from "@countersign/domain/definition/retire.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import { guardsOf } from "@countersign/domain/topic/workflow-guard.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { about, of, transition } from "./one-of-each.ts";
import { importedByAna as metadata } from "../../testkit/examples/metadata.ts";

/** Every event goes through its stored text and back. */
const evolve = (state: DefinitionState, events: readonly DefinitionEvent[]): DefinitionState =>
  events.reduce((folded, { type, data }) => {
    const event = decodeDefinitionEvent(type, JSON.stringify(data), DEFINITION_SCHEMA_VERSION);
    return evolveDefinition(folded, { event, metadata });
  }, state);

const imports = (state: DefinitionState, ...definitions: readonly HashedDefinition[]) => {
  const { events } = decideImport(state, { definitions, file: "file.yaml" });
  return { events, after: evolve(state, events) };
};
const retires = (state: DefinitionState, kind: DefinitionKind) => {
  const { events } = decideRetire(state, { kind, id: "x" });
  return { events, after: evolve(state, events) };
};
const typesOf = (events: readonly DefinitionEvent[]): readonly string[] =>
  events.map(({ type }) => type);

describe.each(
  definitionKinds.map((kind) => [kind, `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`] as const),
)("a %s", (kind, word) => {
  const importStrict = () => imports(emptyDefinition, of(kind, false));
  const importLoose = () => imports(importStrict().after, of(kind, true));

  test("is recorded as it was read, at its version, with the words of its file", () => {
    const strict = importStrict();
    expect(strict.events).toHaveLength(1);
    expect(strict.events[0]).toMatchObject({
      type: `${word}Imported`,
      data: { kind, version: 1, file: "file.yaml", ...about, hash: `sha256:${kind}-strict` },
    });
    const [event] = strict.events;
    const content = event !== undefined && "content" in event.data ? event.data.content : null;
    expect(strict.after.entries.get(`${kind}/x`)).toEqual([
      {
        kind,
        ...about,
        version: 1,
        active: true,
        hash: `sha256:${kind}-strict`,
        file: "file.yaml",
        importedAt: metadata.occurredAt,
        importedBy: "ana",
        content,
      },
    ]);
  });

  test("that loosens is followed by the event that says so; the hours of a calendar let nothing pass", () => {
    const loose = importLoose();
    expect(typesOf(loose.events)).toEqual(
      kind === "calendar" ? ["CalendarImported"] : [`${word}Imported`, `${word}Loosened`],
    );
    const said = loose.events[1]?.data;
    if (kind !== "calendar") expect(said).toMatchObject({ kind, id: "x", version: 2, from: 1 });
    expect(loose.after.revision).toBe(loose.events.length);
    expect(
      loose.after.entries.get(`${kind}/x`)?.map(({ version, active }) => [version, active]),
    ).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  test("is taken out of use at its newest version, once", () => {
    const loose = importLoose();
    const gone = retires(loose.after, kind);
    expect(gone.events).toEqual([{ type: `${word}Retired`, data: { kind, id: "x", version: 2 } }]);
    expect(gone.after.revision).toBe(loose.after.revision + 1);
    expect(gone.after.entries.get(`${kind}/x`)?.map(({ active }) => active)).toEqual([
      false,
      false,
    ]);
    expect(retires(gone.after, kind).events).toEqual([]);
    const state = gone.after;
    expect(() => evolve(state, gone.events)).toThrow(`Version 2 of ${kind}/x is not active.`);
  });

  test("is held against the version that was retired when it comes back", () => {
    const strict = importStrict();
    const back = imports(retires(strict.after, kind).after, of(kind, true));
    expect(typesOf(back.events)).toEqual(typesOf(importLoose().events));
    expect(back.after.entries.get(`${kind}/x`)?.at(-1)).toMatchObject({ version: 2, active: true });
  });

  test("of another version than the next cannot have been imported", () => {
    const loose = importLoose();
    const [event] = loose.events;
    expect(() => evolve(loose.after, event === undefined ? [] : [event])).toThrow(
      `Version 2 of ${kind}/x does not follow the one before it.`,
    );
  });
});

describe("what is active", () => {
  const everything = () =>
    imports(emptyDefinition, ...definitionKinds.map((kind) => of(kind, false))).after;
  const shown = (state: DefinitionState) => ({
    policies: [...state.activePolicies.keys()],
    workflows: [...state.workflows.keys()],
    calendars: [...state.calendars.keys()],
    gates: state.gates.gates.map(({ id }) => id),
    rules: state.gates.rules.map(({ id }) => id),
    levels: state.gates.levels?.fallback ?? null,
    guards: guardsOf(state, "release", null, "b").length,
    defaults: state.defaults,
  });
  const all = {
    policies: ["x", "x--a--b"],
    workflows: ["x"],
    calendars: ["x"],
    gates: ["x"],
    rules: ["x"],
    levels: "always",
    guards: 1,
    defaults: productDefaults,
  };

  test("stands by kind", () => {
    expect(shown(everything())).toEqual(all);
  });

  test.each<[DefinitionKind, object]>([
    ["policy", { policies: ["x--a--b"] }],
    ["workflow", { policies: ["x"], workflows: [] }],
    ["gate", { gates: [] }],
    ["rule", { rules: [] }],
    ["recipe", {}],
    ["calendar", { calendars: [] }],
    ["defaults", {}],
    ["levels", { levels: null }],
    ["guard", { guards: 0 }],
  ])("loses a %s that is retired, and nothing else", (kind, without) => {
    expect(shown(retires(everything(), kind).after)).toEqual({ ...all, ...without });
  });

  test("are the product's own defaults again where the organisation's were retired", () => {
    const own = imports(emptyDefinition, of("defaults", true)).after;
    expect(own.defaults.selfApproval).toBe("allow");
    expect(retires(own, "defaults").after.defaults).toEqual(productDefaults);
  });

  test("are calendars as today's have them, also those that left out what they may", () => {
    const data = { kind: "calendar", id: "x", version: 1, source: "…" };
    const content = { id: "x", zone: "UTC", hours: { mon: ["09:00-17:00"] } };
    const calendar = { ...content, name: null, holidays: [] };
    const event = decodeDefinitionEvent(
      "CalendarImported",
      JSON.stringify({ ...data, content }),
      DEFINITION_SCHEMA_VERSION,
    );
    const first = evolve(emptyDefinition, [event]);
    expect([first.calendars.get("x"), everyCalendar(first).get("x")]).toEqual([calendar, calendar]);
    const whole = { ...content, name: "Work", holidays: ["2026-12-25"] };
    const named = { kind: "calendar", ...about, hash: "h", content: whole } as const;
    const next = imports(emptyDefinition, named).after;
    expect([next.calendars.get("x"), everyCalendar(next).get("x")]).toEqual([whole, whole]);
    expect(everyCalendar(everything()).get("x")?.hours).toEqual({ mon: ["09:00-17:00"] });
  });

  test("is of a workflow what its newest version says", () => {
    const next = imports(everything(), of("workflow", true)).after;
    expect(next.workflows.get("x")?.transitions[0]?.policy?.version).toBe(2);
    expect(next.activePolicies.get("x--a--b")?.version).toBe(2);
    expect([...next.policies.keys()]).toEqual(["x@1", "x--a--b@1", "x--a--b@2"]);
  });

  test("is of the others what it was, and everything can be retired", () => {
    const none = definitionKinds.reduce((state, kind) => retires(state, kind).after, everything());
    expect(shown(none)).toEqual({
      policies: [],
      workflows: [],
      calendars: [],
      gates: [],
      rules: [],
      levels: null,
      guards: 0,
      defaults: productDefaults,
    });
    expect([...none.policies.keys()]).toEqual(["x@1", "x--a--b@1"]);
  });
});

test("at most a hundred changes that loosen are named, and those that do not are none of them", () => {
  const wide = (people: readonly string[], name: string): HashedDefinition => ({
    kind: "policy",
    ...about,
    hash: name,
    content: policy(
      people.map((who) => level(group(any, who), { name: who })),
      { id: "x", version: 0, name },
    ),
  });
  const roles = Array.from({ length: 101 }, (_, index) => `role-${index}`);
  const before = imports(emptyDefinition, wide([...roles, "sre"], "A")).after;
  const loosened = imports(before, wide(["sre"], "B")).events[1];
  const changes = loosened !== undefined && "changes" in loosened.data ? loosened.data.changes : [];
  expect(changes).toHaveLength(100);
  expect(changes[0]).toEqual({ path: "chain", text: "level 1 (role-0) of role-0 is gone" });
  expect(changes.map(({ path }) => path)).not.toContain("name");
});

test("agents that decide are those of the levels, of the fallback and of transitions, each once", () => {
  const decided = (id: string, fallback: boolean): Policy =>
    policy(
      [
        level(group(any, "sre"), { deciders: ["bot", "ci"] }),
        level(group(any, "qa"), { deciders: ["bot"] }),
      ],
      {
        id,
        version: 0,
        fallback: fallback ? level(group(any, "qa"), { deciders: ["night"] }) : null,
      },
    );
  const named = (definition: HashedDefinition) =>
    imports(emptyDefinition, definition).events.flatMap(decidersNamedBy);
  expect(named({ kind: "policy", ...about, hash: "h", content: decided("x", true) })).toEqual(
    ["bot", "ci", "night"].map((agent) => ({ policy: "x@1", agent })),
  );
  const transitions = [transition("b", decided("x--a--b", false)), transition("c", null)];
  const content = { id: "x", version: 0, name: "X", states: [], transitions };
  expect(named({ kind: "workflow", ...about, hash: "h", content })).toEqual(
    ["bot", "ci"].map((agent) => ({ policy: "x--a--b@1", agent })),
  );
  expect(named(of("gate", false))).toEqual([]);
});

test("an event of another build is not guessed at", () => {
  const unknown = (type: string, version: number): string =>
    `Unknown definition event ${type} in version ${version}.`;
  expect(() => decodeDefinitionEvent("GateDreamt", "{}", 1)).toThrow(unknown("GateDreamt", 1));
  expect(() => decodeDefinitionEvent("GateImported", "{}", 2)).toThrow(unknown("GateImported", 2));
});
