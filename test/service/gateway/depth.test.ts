import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { limitRule } from "@countersign/gateway/graphql/limits.ts";

const schema = buildSchema("type Query { a: Query edges: Query node: Query leaf: String }");

const faults = (query: string): string[] =>
  validate(schema, parse(query), [limitRule]).map(({ message }) => message);

const nest = (field: string, levels: number, inside: string): string =>
  `${`${field} { `.repeat(levels)}${inside}${" }".repeat(levels)}`;

const tooDeep = ["The query is deeper than 12 levels."];

test("a query may be twelve levels deep, and no deeper", () => {
  expect(faults(`{ ${nest("a", 11, "leaf")} }`)).toEqual([]);
  expect(faults(`{ ${nest("a", 12, "leaf")} }`)).toEqual(tooDeep);
});

test("connections are not counted", () => {
  const rows = nest("edges", 1, nest("node", 1, "leaf"));
  expect(faults(`{ ${nest("a", 11, rows)} }`)).toEqual([]);
});

test("fragments are counted where they are spread, however they are written", () => {
  const inside = nest("a", 6, "leaf");
  expect(faults(`{ ${nest("a", 6, "...F")} } fragment F on Query { ${inside} }`)).toEqual(tooDeep);
  expect(faults(`{ ${nest("a", 6, `... on Query { ${inside} }`)} }`)).toEqual(tooDeep);
  expect(faults("{ ...F } fragment F on Query { a { ...F } }")).toEqual([]);
});
