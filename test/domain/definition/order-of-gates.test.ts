import { describe, expect, test } from "vitest";
import { decodeDefinitionEvent } from "@countersign/domain/definition/codec.ts";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import type { HashedDefinition } from "@countersign/domain/definition/parsed.ts";
import { hasGates, noGates } from "@countersign/domain/gate/active-gates.ts";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import { asksFor, rule } from "../../testkit/examples/gates.ts";
import { when } from "../../testkit/examples/policies.ts";
import { importedByAna as metadata } from "../../testkit/examples/metadata.ts";

/** A gate with this id; another message is another content. */
const gate = (id: string, message: string | null = null): HashedDefinition => {
  const content: Gate = asksFor("x:*", { id, message });
  return { kind: "gate", id, label: null, source: "", hash: `sha256:${id}${message}`, content };
};

const after = (state: DefinitionState, events: readonly DefinitionEvent[]): DefinitionState =>
  events.reduce((known, event) => evolveDefinition(known, { event, metadata }), state);

const imports = (
  state: DefinitionState,
  definitions: readonly HashedDefinition[],
  file = "gates.yaml",
): { readonly state: DefinitionState; readonly changed: readonly string[] } => {
  const { events } = decideImport(state, { definitions, file });
  return { state: after(state, events), changed: events.map(({ data }) => data.id) };
};

const order = ({ gates }: DefinitionState): readonly string[] => gates.gates.map(({ id }) => id);

const retirements = {
  gate: { type: "GateRetired", data: { kind: "gate", id: "g", version: 1 } },
  rule: { type: "RuleRetired", data: { kind: "rule", id: "no", version: 1 } },
  levels: { type: "LevelsRetired", data: { kind: "levels", id: "levels", version: 1 } },
} as const satisfies Readonly<Record<string, DefinitionEvent>>;

const [a, b, c] = [gate("a"), gate("b"), gate("c")];
const first = imports(emptyDefinition, [a, b]).state;

describe("The order of a file is the order in which its gates are evaluated", () => {
  test("as it was imported, one file after the other", () => {
    const { state } = imports(first, [gate("z"), c], "other.yaml");
    expect(order(state)).toEqual(["a", "b", "z", "c"]);
  });

  test("a new gate between two others comes between them, and they stay as they are", () => {
    const { state, changed } = imports(first, [a, c, b]);
    expect([order(state), changed]).toEqual([["a", "c", "b"], ["c"]]);
    const front = imports(first, [c, a, b]);
    expect([order(front.state), front.changed]).toEqual([["c", "a", "b"], ["c"]]);
  });

  test("a gate that changes keeps its place", () => {
    const { state, changed } = imports(first, [gate("a", "Please"), b]);
    expect([order(state), changed]).toEqual([["a", "b"], ["a"]]);
    expect(state.gates.gates[0]).toMatchObject({ message: "Please", version: 2 });
  });

  test("a gate that moves is a new version, because the order is part of what the file says", () => {
    const { state, changed } = imports(first, [b, a]);
    expect([order(state), changed]).toEqual([["b", "a"], ["a"]]);
    expect(imports(state, [b, a]).changed).toEqual([]);
  });

  test("a rule that is called like a gate that moves stays as it is", () => {
    const content = rule("deny", when("context.a", 1), { id: "a" });
    const like = { kind: "rule", id: "a", label: null, source: "", hash: "h", content } as const;
    const { events } = decideImport(imports(first, [like]).state, {
      definitions: [b, a, like],
      file: "gates.yaml",
    });
    expect(events.map(({ type }) => type)).toEqual(["GateImported"]);
  });

  test("a gate that was retired asks no more, and comes back with its next version", () => {
    const data = { kind: "gate", id: "a", version: 1 } as const;
    const retired = after(first, [{ type: "GateRetired", data }]);
    expect(order(retired)).toEqual(["b"]);
    const back = imports(retired, [a, b]);
    expect(order(back.state)).toEqual(["a", "b"]);
    expect(back.state.gates.gates[0]).toMatchObject({ version: 2 });
  });

  test("gates of the first imports, which kept their authors' words, do not hold until they are imported again", () => {
    const stored = {
      kind: "gate",
      id: "old",
      version: 1,
      label: null,
      hash: "sha256:old",
      file: "old.yaml",
      source: "",
      content: { gate_type: "deny", actions: ["*"] },
    };
    const old = after(emptyDefinition, [
      decodeDefinitionEvent("GateImported", JSON.stringify(stored), 1),
    ]);
    expect(order(old)).toEqual([]);
    expect(order(imports(old, [gate("old")], "old.yaml").state)).toEqual(["old"]);
  });

  test.each([
    ["RuleImported", "rule", { when: "context.a == 1", decide: "deny" }],
    ["RuleImported", "rule", { decide: "deny" }],
    ["RuleImported", "rule", { when: null }],
    ["LevelsImported", "levels", { default: "always" }],
    ["GateImported", "gate", null],
  ])("%s of the first imports does not hold either: %s %j", (type, kind, content) => {
    const data = {
      kind,
      id: "old",
      version: 1,
      label: null,
      hash: "",
      file: "",
      source: "",
      content,
    };
    const old = decodeDefinitionEvent(type, JSON.stringify(data), 1);
    expect(after(emptyDefinition, [old]).gates).toEqual(noGates);
  });

  test("a rule and the table of levels hold until they are retired", () => {
    const about = { version: 1, label: null, hash: "", file: "", source: "" };
    const content = { fallback: "always", namespaces: {}, timeout: null, notify: false } as const;
    const no = rule("deny", when("context.a", 1), { id: "no" });
    const state = after(emptyDefinition, [
      { type: "LevelsImported", data: { kind: "levels", id: "levels", ...about, content } },
      { type: "RuleImported", data: { kind: "rule", id: "no", ...about, content: no } },
      {
        type: "GateImported",
        data: { kind: "gate", id: "g", ...about, content: asksFor("*", { id: "g" }) },
      },
    ]);
    expect(state.gates).toMatchObject({ rules: [no], levels: { ...content, version: 1 } });
    const without = (...kinds: readonly (keyof typeof retirements)[]) =>
      after(
        state,
        kinds.map((kind) => retirements[kind]),
      ).gates;
    expect([without("rule").rules, without("rule").levels]).toMatchObject([[], content]);
    expect([without("levels").rules, without("levels").levels]).toEqual([[no], null]);
    expect(hasGates(without("rule", "levels"))).toBe(true);
    expect(hasGates(without("rule", "gate"))).toBe(true);
    expect(hasGates(without("levels", "gate"))).toBe(true);
    expect(hasGates(without("rule", "levels", "gate"))).toBe(false);
    const other = rule("deny", when("context.b", 1), { id: "other" });
    const two = after(state, [
      { type: "RuleImported", data: { kind: "rule", id: "other", ...about, content: other } },
      retirements.rule,
    ]);
    expect(two.gates.rules).toEqual([other]);
  });

  test("several new gates between two others come in the file's order, and new ones at the end after all files", () => {
    const [x, y, z, d, e] = [gate("x"), gate("y"), gate("z"), gate("d"), gate("e")];
    const between = imports(first, [a, x, y, b]);
    expect([order(between.state), between.changed]).toEqual([
      ["a", "x", "y", "b"],
      ["x", "y"],
    ]);
    const other = imports(first, [z, c], "other.yaml").state;
    const end = imports(other, [a, b, d, e]);
    expect(order(end.state)).toEqual(["a", "b", "z", "c", "d", "e"]);
    expect(end.state.gates.gates.map(({ place }) => place)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a gate that comes between one that moved up and the next one stays behind the one that moved", () => {
    const three = imports(emptyDefinition, [a, b, c]).state;
    const { state, changed } = imports(three, [b, gate("new"), a, c]);
    expect([order(state), changed]).toEqual([
      ["b", "new", "a", "c"],
      ["new", "a"],
    ]);
  });

  test("other definitions of the file take no place among its gates", () => {
    const content = rule("deny", when("context.a", 1), { id: "no" });
    const no: HashedDefinition = {
      kind: "rule",
      id: "no",
      label: null,
      source: "",
      hash: "sha256:no",
      content,
    };
    const { state } = imports(emptyDefinition, [a, no, b]);
    expect(state.gates.gates.map(({ id, place }) => [id, place])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("an import that says no place puts its gate behind all others", () => {
    const data = { kind: "gate", version: 1, label: null, hash: "", file: "", source: "" } as const;
    const content = (id: string): Gate => asksFor("x:*", { id });
    const state = after(emptyDefinition, [
      { type: "GateImported", data: { ...data, id: "a", content: content("a"), place: 7 } },
      { type: "GateImported", data: { ...data, id: "b", content: content("b") } },
    ]);
    expect(state.gates.gates.map(({ id, place }) => [id, place])).toEqual([
      ["a", 7],
      ["b", 8],
    ]);
  });

  test("rules are active in the order of their imports, each at its newest version", () => {
    const no = rule("deny", when("context.a", 1), { id: "no" });
    const made = (content: typeof no): HashedDefinition => {
      const { id, reason } = content;
      return { kind: "rule", id, label: null, source: "", hash: `${id}${reason}`, content };
    };
    const yes = rule("approve", when("context.a", 1), { id: "yes" });
    const { state } = imports(emptyDefinition, [made(no), made(yes)]);
    const next = imports(state, [made({ ...no, reason: "Why" }), made(yes)]).state;
    expect(next.gates.rules.map(({ id, reason }) => [id, reason])).toEqual([
      ["no", "Why"],
      ["yes", null],
    ]);
  });
});
