import { describe, expect, test } from "vitest";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import { decodeDefinitionEvent } from "@countersign/domain/definition/codec.ts";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import type { HashedDefinition } from "@countersign/domain/definition/parsed.ts";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import { asksFor, rule } from "../../testkit/examples/gates.ts";
import { when } from "../../testkit/examples/policies.ts";

const metadata: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: { kind: "person", id: "ana" },
  channel: "rest",
  occurredAt: "2026-01-02T03:04:05.000Z",
  schemaVersion: 1,
};

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
