import { describe, expect, test } from "vitest";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import { level, parseMarked, policyOf } from "./marked-file.ts";

const places = (
  parsed: ReturnType<typeof parseFile>,
): readonly (readonly [string, number, number])[] =>
  parsed.faults.map(({ code, line, column }) => [code, line, column]);

describe("JSON", () => {
  test.each([
    ["a missing comma", '{\n  "policy": {\n    "id": "p" ▶"name": "x"\n  }\n}'],
    ["a comma too many", '{\n  "policy": {"id": "p",▶}\n}'],
    ["a word without quotes", "{▶policy: 1}"],
    ["a text in single quotes", "{\"policy\": ▶'x'}"],
    ["an end too early", '{\n  "policy": [1, 2▶'],
    ["something behind the end", "{} ▶x"],
    ["nothing at all", "▶"],
    ["a number that is none", '{"a": ▶01}'],
    ["a wrong escape", '{"a": ▶"\\x"}'],
    ["a bracket of another kind", '{"a": [1▶}}'],
    ["a comment", "{▶// x\n}"],
  ])("%s is a syntax fault at its place", (_, marked) => {
    const { parsed, places: marks } = parseMarked(marked, { mediaType: "json" });
    const [mark] = marks;
    expect(parsed.faults.map(({ code }) => code)).toContain("json-syntax");
    const [fault] = parsed.faults;
    const wanted = marked.includes("01") ? (mark?.column ?? 0) + 1 : mark?.column;
    expect([fault?.line, fault?.column]).toEqual([mark?.line, wanted]);
  });

  test("other faults have their places too, tabs or not", () => {
    const { parsed, places: marks } = parseMarked(
      '{\n\t"policy": {\n\t\t"id": "p",\n\t\t▶"id": "q",\n\t\t"chain": [{"assignments": [{"type": ▶"team", "identifier": "x"}]}]\n\t}\n}',
      { mediaType: "json" },
    );
    expect(places(parsed)).toEqual([
      ["duplicate-key", marks[0]?.line, marks[0]?.column],
      ["not-one-of", marks[1]?.line, marks[1]?.column],
    ]);
  });

  test("a text that never ends is told at once", () => {
    const text = `{"a": "${"a".repeat(300_000)}`;
    expect(places(parseFile({ text, mediaType: "json", file: "x.json" }))).toEqual([
      ["json-syntax", 1, 7],
    ]);
  });
});

describe("TOML", () => {
  test("a policy, with faults at their keys", () => {
    const { parsed, places: marks } = parseMarked(
      `[policy]
id = "p"
expires_in = ▶"soon"
▶expire_in = "1h"

[[policy.chain]]
name = "QA"
assignments = [{ type = "role", identifier = "qa" }]
timeout = ▶30

[[policy.chain]]
assignments = [{ type = "role", identifier = "sre" }]
logic = ▶"XOR"
`,
      { mediaType: "toml" },
    );
    expect(places(parsed)).toEqual(
      ["bad-duration", "unknown-key", "bad-duration", "not-one-of"].map((code, index) => [
        code,
        marks[index]?.line,
        marks[index]?.column,
      ]),
    );
  });

  test("what is no TOML", () => {
    const { parsed } = parseMarked("[policy]\nid = \n", { mediaType: "toml" });
    expect(places(parsed)).toEqual([["toml-syntax", 2, 6]]);
  });

  test("a key twice", () => {
    const { parsed } = parseMarked('[policy]\nid = "a"\nid = "b"\n', { mediaType: "toml" });
    expect(places(parsed)).toEqual([["duplicate-key", 3, 1]]);
  });
});

describe("YAML", () => {
  test("a byte order mark and Windows line ends change nothing", () => {
    const text = policyOf(level("      timeout: 30\n"));
    const windows = `\uFEFF${text.replaceAll("\n", "\r\n")}`;
    const [one, other] = [text, windows].map((each) => parseMarked(each).parsed.faults);
    expect(other).toEqual(one);
    expect(one).toHaveLength(1);
  });

  test("anchors and merged mappings keep what they bring", () => {
    const { parsed } = parseMarked(
      "policy:\n  id: p\n  chain:\n    - &qa\n      assignments: [{ type: role, identifier: qa }]\n      required: all\n    - <<: *qa\n      name: Again\n",
    );
    expect(parsed.faults).toEqual([]);
    const [policy] = parsed.definitions;
    const chain = policy?.kind === "policy" ? policy.content.chain : [];
    expect(chain.map(({ name, groups }) => [name, groups[0]?.quorum.required])).toEqual([
      ["Level 1", "all"],
      ["Again", "all"],
    ]);
  });

  test("more than fifty aliases are refused, those inside of aliases counted", () => {
    const nine = (name: string): string => Array.from({ length: 9 }, () => `*${name}`).join(", ");
    const { parsed, places: marks } = parseMarked(
      `a: &a [x]\nb: &b [${nine("a")}]\nc: &c [${nine("b")}]\nd: [${nine("c")}]\n`,
    );
    expect(marks).toEqual([]);
    expect(parsed.faults.map(({ code }) => code)).toEqual(["too-many-aliases"]);
  });

  test("an alias to what holds it ends", () => {
    const { parsed } = parseMarked("policy: &a\n  id: p\n  chain: *a\n");
    expect(parsed.faults.map(({ code }) => code)).toEqual(["too-deep"]);
  });

  test.each([
    ["yaml", `a: ${"[".repeat(60)}${"]".repeat(60)}`],
    ["yaml", `a: ${"[".repeat(100_000)}`],
    ["yaml", "- ".repeat(5_000)],
    ["json", `{"a": ${"[".repeat(60)}${"]".repeat(60)}}`],
    ["json", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["toml", `a = ${"[".repeat(200)}${"]".repeat(200)}`],
  ] as const)("what is nested too deep is refused in %s", (mediaType, text) => {
    const { faults } = parseFile({ text, mediaType, file: "deep" });
    expect(faults.map(({ code }) => code)).toEqual(["too-deep"]);
  });
});

describe("several definitions in a file", () => {
  const text = `policies:
  - id: a
    chain:
      - assignments: [{ type: role, identifier: qa }]
  - id: b
    version: 1.10
    chain:
      - assignments: [{ type: role, identifier: sre }]
defaults:
  policy: a
`;

  test("come in file order, each with its own slice and label", () => {
    const { definitions, faults } = parseMarked(text).parsed;
    expect(faults).toEqual([]);
    expect(definitions.map(({ kind, id, label }) => [kind, id, label])).toEqual([
      ["policy", "a", null],
      ["policy", "b", "1.10"],
      ["defaults", "defaults", null],
    ]);
    expect(definitions[1]?.source).toBe(
      "  - id: b\n    version: 1.10\n    chain:\n      - assignments: [{ type: role, identifier: sre }]",
    );
    expect(definitions[2]?.source).toBe("defaults:\n  policy: a");
  });

  test("comments and layout change no content", () => {
    const again = parseMarked(`# changed\n${text.replaceAll("\n", "   # note\n\n")}`).parsed;
    expect(again.definitions).toHaveLength(3);
    expect(again.definitions.map(({ content }) => content)).toEqual(
      parseMarked(text).parsed.definitions.map(({ content }) => content),
    );
  });
});
