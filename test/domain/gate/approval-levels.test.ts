import { describe, expect, test } from "vitest";
import type { ApprovalLevel } from "@countersign/domain/gate/gate.ts";
import type { Ask, Principal } from "@countersign/domain/request/commands.ts";
import { active, gate, levels } from "../../testkit/examples/gates.ts";
import { acts, codes, evaluated } from "./evaluating.ts";

const kinds = ["file_write", "git_commit", "bash"] as const;

const asksOn = (
  gates: ReturnType<typeof active>,
  context: Ask["context"] = {},
  by?: Principal,
): readonly string[] =>
  kinds.filter(
    (type) =>
      evaluated(gates, { ...acts(type), context }, by === undefined ? {} : { by }).decision ===
      "ESCALATE",
  );

const levelGate = (level: ApprovalLevel, namespace: string | null = null, id = "level") =>
  gate({ type: "approval_level", level, namespace }, { id });

const person: Principal = { kind: "person", id: "bo", org: "demo" };
const trusted: Principal = {
  kind: "agent",
  id: "deployment-bot",
  org: "demo",
  scopes: ["approval-level"],
};

describe("Approval levels", () => {
  test.each<[ApprovalLevel, readonly string[]]>([
    ["none", []],
    ["on-write", ["file_write"]],
    ["on-commit", ["git_commit"]],
    ["always", ["file_write", "git_commit", "bash"]],
  ])("%s asks for %j", (level, asked) => {
    expect(asksOn(active([levelGate(level)]))).toEqual(asked);
    expect(asksOn(active([], { levels: levels({ fallback: level }) }))).toEqual(asked);
  });

  test("give their own reason", () => {
    const verdict = evaluated(active([levelGate("always")]), acts("bash"));
    expect(codes(verdict)).toEqual(["APPROVAL_LEVEL"]);
    expect(verdict.fired.map(({ type }) => type)).toEqual(["approval_level"]);
  });

  test("of a namespace go before the one for all, stricter or looser", () => {
    const table = active([], {
      levels: levels({
        fallback: "on-commit",
        namespaces: { infrastructure: "always", experiments: "none" },
      }),
    });
    expect(asksOn(table)).toEqual(["git_commit"]);
    expect(asksOn(table, { namespace: "infrastructure" })).toEqual([...kinds]);
    expect(asksOn(table, { namespace: "experiments" })).toEqual([]);
    expect(asksOn(table, { namespace: "elsewhere" })).toEqual(["git_commit"]);
    expect(asksOn(table, { namespace: "constructor" })).toEqual(["git_commit"]);
    expect(asksOn(table, { namespace: ["infrastructure"] })).toEqual(["git_commit"]);
  });

  test("stand in gates too, with the same precedence", () => {
    const gates = active([levelGate("always"), levelGate("on-write", "backend", "backend")]);
    expect(asksOn(gates)).toEqual([...kinds]);
    expect(asksOn(gates, { namespace: "backend" })).toEqual(["file_write"]);
    expect(asksOn(gates, { namespace: "frontend" })).toEqual([...kinds]);
  });

  test("of a namespace that is called null are not those of no namespace", () => {
    const table = active([], {
      levels: levels({ fallback: "none", namespaces: { null: "always" } }),
    });
    expect(asksOn(table)).toEqual([]);
    expect(asksOn(table, { namespace: "null" })).toEqual([...kinds]);
  });

  test("are silent where none is defined", () => {
    const gates = active([levelGate("always", "backend")]);
    expect(asksOn(gates)).toEqual([]);
    expect(asksOn(active([]), { approval: "always" })).toEqual([]);
  });

  test("of a task count from an agent's credential only when they are stricter", () => {
    const gates = active([], { levels: levels({ fallback: "on-write" }) });
    expect(asksOn(gates, { approval: "always" })).toEqual([...kinds]);
    expect(asksOn(gates, { approval: "on-commit" })).toEqual(["file_write", "git_commit"]);
    expect(asksOn(gates, { approval: "none" })).toEqual(["file_write"]);
    expect(asksOn(gates, { approval: "sometimes" })).toEqual(["file_write"]);
  });

  test.each([
    ["a person", person],
    ["a key with the right to", trusted],
  ])("of a task may be loosened by %s, which stands in the trace", (_, by) => {
    const gates = active([], { levels: levels({ fallback: "always" }) });
    expect(asksOn(gates, { approval: "none" }, by)).toEqual([]);
    expect(asksOn(gates, { approval: "on-commit" }, by)).toEqual(["git_commit"]);
    const { checks } = evaluated(gates, { ...acts("bash"), context: { approval: "none" } }, { by });
    expect(checks).toEqual([
      {
        check: "levels",
        result: "pass",
        code: "APPROVAL_LEVEL",
        message: `${by.id} set the approval level to none for this task; it is always here.`,
      },
    ]);
  });

  test.each([
    ["on-write", "file_write", "ESCALATE"],
    ["on-write", "git_commit", "ALLOW"],
    ["on-write", null, "ALLOW"],
    ["on-commit", "git_commit", "ESCALATE"],
    ["on-commit", "file_write", "ALLOW"],
  ] as const)("%s, of an action that is only shown as %s: %s", (level, view, decision) => {
    const gates = active([levelGate(level)]);
    expect(evaluated(gates, { ...acts("notes:save"), view }).decision).toBe(decision);
  });

  test("of a task count also where nobody speaks of its namespace, for the first of them", () => {
    const table = active([], { levels: levels({ namespaces: { backend: "none" } }) });
    expect(asksOn(table)).toEqual([]);
    expect(asksOn(table, { approval: "on-write" })).toEqual(["file_write"]);
    expect(asksOn(table, { approval: "always", namespace: "frontend" })).toEqual([...kinds]);
    expect(asksOn(table, { approval: "none" })).toEqual([]);
    const gates = active([
      gate({ type: "manual", position: "elsewhere" }),
      levelGate("none", "a", "first"),
      levelGate("none", "b", "second"),
    ]);
    const { fired } = evaluated(gates, { ...acts("bash"), context: { approval: "always" } });
    expect(fired.map(({ id }) => id)).toEqual(["first"]);
    expect(evaluated(gates, acts("bash")).checks).toEqual([{ check: "manual", result: "pass" }]);
  });

  test("of the same nearness all count, and none of those further away", () => {
    const gates = active(
      [
        levelGate("always", null, "all"),
        levelGate("on-write", "backend", "own"),
        levelGate("on-commit", "backend", "other"),
        levelGate("always", "frontend", "foreign"),
      ],
      { levels: levels({ fallback: "always", namespaces: { backend: "always" } }) },
    );
    const context = { namespace: "backend" };
    const { fired, checks } = evaluated(gates, { ...acts("file_write"), context });
    expect(fired.map(({ id }) => id)).toEqual(["own", "levels"]);
    expect(checks.map(({ check }) => check)).toEqual(["own", "other", "levels"]);
  });

  test.each([
    ["on-write", null, "file_write", "escalate", "The approval level is on-write: file_write."],
    ["on-write", null, "bash", "pass", "The approval level is on-write: bash."],
    ["on-write", "always", "file_write", "escalate", "The approval level is on-write: file_write."],
    ["on-write", "always", "bash", "escalate", "The approval level is always: bash."],
    ["on-write", "none", "bash", "pass", "The approval level is none: bash."],
    ["none", null, "bash", "pass", "The approval level is none: bash."],
  ] as const)("say which of them counts: %s, for the task %s, of %s", (...row) => {
    const [level, own, type, result, message] = row;
    const context = own === null ? {} : { approval: own };
    const { checks } = evaluated(active([levelGate(level)]), { ...acts(type), context });
    expect(checks).toEqual([{ check: "level", result, code: "APPROVAL_LEVEL", message }]);
  });
});
