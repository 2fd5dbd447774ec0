import { describe, expect, test } from "vitest";
import { append, type Written } from "./planting.ts";
import {
  bot,
  definition,
  group,
  imported,
  level,
  org,
  person,
  policy,
  stream,
  submitted,
} from "./written.ts";
import { sentences } from "./broken.ts";

const deploy = policy("p", [level(1, [group("qa_lead")])]);
const retired: Written = ["PolicyRetired", { kind: "policy", id: "p", version: 1 }];
const loosened = (version: number): Written => [
  "PolicyLoosened",
  { kind: "policy", id: "p", version, from: version - 1, changes: [] },
];

const importing = (...events: readonly Written[]) =>
  append(org(imported("Policy", deploy)), {
    stream: definition,
    actor: person("ana"),
    events,
    minute: 2,
  });

const asking = (log: ReturnType<typeof org>, version: number) =>
  append(log, {
    stream: stream("1"),
    actor: bot,
    events: [submitted("1", { policies: [{ id: "p", version, gate: null }] })],
    minute: 3,
  });

describe("I8 for definitions", () => {
  test.each([
    ["a next version", [imported("Policy", deploy, 2)]],
    ["a version that loosens", [imported("Policy", deploy, 2), loosened(2)]],
    ["one taken out of use, and back", [retired, imported("Policy", deploy, 2)]],
  ])("%s is as it should be", (_, events) => {
    expect(sentences(importing(...events), "I8")).toEqual([]);
  });

  test.each([
    ["a version left out", [imported("Policy", deploy, 3)], /does not follow/],
    ["a version twice", [imported("Policy", deploy, 1)], /does not follow/],
    ["something retired twice", [retired, retired], /not the active one/],
    ["another version retired", [imported("Policy", deploy, 2), retired], /not the active one/],
    ["a loosening without its import", [loosened(1)], /does not bring/],
    [
      "a loosening of another version",
      [imported("Policy", deploy, 2), loosened(3)],
      /does not bring/,
    ],
  ])("%s is found", (_, events, sentence) => {
    expect(sentences(importing(...events), "I8")).toEqual([expect.stringMatching(sentence)]);
  });

  test("a request is under a version in use when it was decided", () => {
    const next = importing(imported("Policy", deploy, 2));
    expect(sentences(asking(next, 2), "I8")).toEqual([]);
    expect(sentences(asking(next, 1), "I8")).toEqual([expect.stringContaining("not in use then")]);
    expect(sentences(asking(importing(retired), 1), "I8")).toEqual([
      expect.stringContaining("not in use then"),
    ]);
  });
});
