import { describe, expect, test } from "vitest";
import { parseFile, type ParsedFile } from "@countersign/definitions/parse-file.ts";

const parse = (text: string): ParsedFile =>
  parseFile({ text, mediaType: "yaml", file: "outside.yaml" });

const contents = (text: string): unknown[] => {
  const { definitions, faults } = parse(text);
  expect(faults).toEqual([]);
  return definitions.filter(({ kind }) => kind === "guard").map(({ content }) => content);
};

describe("workflow guards in a file", () => {
  test("name what they are asked before, and wait five seconds unless told otherwise", () => {
    expect(
      contents(`
guards:
  - { workflow: release, to: production, url: "https://ai.example/review" }
  - { id: freeze, workflow: release, from: staging, url: "http://10.0.0.7:8080/", timeout: 2s, policy: board }
`),
    ).toEqual([
      {
        id: "outside-guard-1",
        workflow: "release",
        from: null,
        to: "production",
        url: "https://ai.example/review",
        timeout: "5s",
        policy: null,
      },
      {
        id: "freeze",
        workflow: "release",
        from: "staging",
        to: null,
        url: "http://10.0.0.7:8080/",
        timeout: "2s",
        policy: "board",
      },
    ]);
  });

  test("beside a workflow they are that workflow's", () => {
    const file = `
workflow: { name: Release Train, transitions: [{ from: a, to: b }] }
guards: [{ url: "https://ai.example/" }]
`;
    expect(contents(file)).toMatchObject([{ workflow: "release-train" }]);
  });

  test.each([
    ["from: aa", ["guards[0].from"]],
    ["to: c", ["guards[0].to"]],
    ["from: a, to: b", []],
  ])("name states that their workflow has: %s", (states, paths) => {
    const file = `
workflow: { id: w, transitions: [{ from: a, to: b }] }
guards: [{ ${states}, url: "https://ai.example/" }]
`;
    const { faults } = parse(file);
    expect(faults.map(({ code }) => code)).toEqual(paths.map(() => "unknown-name"));
    expect(faults.map(({ path }) => path)).toEqual(paths);
  });

  test.each([
    ['{ workflow: w, url: "ftp://x/" }', "wrong-type guards[0].url"],
    ['{ workflow: w, url: "https://ana:secret@x/" }', "wrong-type guards[0].url"],
    ['{ workflow: w, url: "https://x/", timeout: 31s }', "out-of-range guards[0].timeout"],
    ['{ url: "https://x/" }', "missing-key guards[0].workflow"],
    ["{ workflow: w }", "missing-key guards[0].url"],
    ['{ workflow: w, urls: "https://x/" }', "unknown-key guards[0].urls"],
  ])("%s is refused", (guard, fault) => {
    const { faults } = parse(`guards: [${guard}]`);
    expect(faults.map(({ code, path }) => `${code} ${path}`)).toContain(fault);
  });
});
