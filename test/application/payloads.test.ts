import { applyPatch } from "rfc6902";
import { describe, expect, test } from "vitest";
import { canonicalHash } from "@countersign/application/canonical.ts";
import { editPayload } from "@countersign/application/edit-payload.ts";
import { misfits, schemaFault } from "@countersign/application/payload-schema.ts";

const schema = {
  type: "object",
  required: ["image"],
  properties: {
    image: { type: "string", pattern: "^app:v[0-9.]+$" },
    replicas: { type: "integer" },
  },
  additionalProperties: false,
} as const;

describe("holding parameters against a JSON Schema", () => {
  test("what fits has no faults", () => {
    expect(misfits(schema, { image: "app:v2.0.0", replicas: 2 })).toEqual([]);
  });

  test.each([
    [{ replicas: 2 }, ""],
    [{ image: "other" }, "image"],
    [{ image: "app:v1", replicas: 1.5 }, "replicas"],
    [{ image: "app:v1", more: true }, ""],
  ])("%j is told at %j", (value, path) => {
    expect(misfits(schema, value).map((fault) => fault.path)).toEqual([path]);
  });

  test("references within the schema work, and none lead outside", () => {
    const within = { $defs: { n: { type: "number" } }, properties: { a: { $ref: "#/$defs/n" } } };
    expect(misfits(within, { a: "x" })).toHaveLength(1);
    expect(schemaFault({ $ref: "https://elsewhere.example/schema.json" })).toContain("outside");
    expect(schemaFault({ properties: { a: { $dynamicRef: "other#x" } } })).toContain("outside");
  });

  test.each([
    { type: "no-such-type" },
    { $ref: "#/$defs/missing" },
    { pattern: "(" },
    { $async: true },
    { description: "x".repeat(17_000) },
  ])("a schema that cannot be used fits nothing: %j", (unusable) => {
    expect(schemaFault(unusable)).not.toBeNull();
    expect(misfits(unusable, {})).toHaveLength(1);
  });

  test("a schema that would be answered later lets nothing through", () => {
    expect(misfits({ $async: true, type: "string" }, 1)).toHaveLength(1);
  });

  test("two askers may use one `$id` for different schemas", () => {
    expect(misfits({ $id: "https://demo.example/x", type: "string" }, "a")).toEqual([]);
    expect(misfits({ $id: "https://demo.example/x", type: "number" }, "a")).toHaveLength(1);
  });

  test("an asker's pattern takes time by the text's length and not by its square", () => {
    const evil = { properties: { a: { pattern: "^(a+)+$" } } };
    expect(misfits(evil, { a: `${"a".repeat(50_000)}!` })).toHaveLength(1);
  });
});

describe("an edit", () => {
  const action = {
    type: "deploy",
    tool: "kubectl",
    parameters: { image: "app:v1", replicas: 3, hosts: ["a", "b"] },
  };
  const wanted = { image: "app:v1", replicas: 2, hosts: ["a", "c", "b"] };

  test("has the hash of the whole action with the new parameters", () => {
    const { hash } = editPayload(wanted)(action, []);
    expect(hash).toBe(canonicalHash({ ...action, parameters: wanted }));
  });

  test("keeps a patch that leads from the old parameters to the new ones", () => {
    const { patch } = editPayload(wanted)(action, []);
    const copy = structuredClone(action.parameters);
    applyPatch(copy, structuredClone(patch) as Parameters<typeof applyPatch>[1]);
    expect(copy).toEqual(wanted);
    expect(patch).toContainEqual({ op: "replace", path: "/replicas", value: 2 });
  });

  test("replaces long lists as a whole, because comparing them costs the product of their lengths", () => {
    const long = (from: number) => Array.from({ length: 20_000 }, (_, index) => from + index);
    const before = { ...action, parameters: { list: long(0) } };
    const { patch } = editPayload({ list: long(1) })(before, []);
    expect(patch).toEqual([{ op: "replace", path: "/list", value: long(1) }]);
  });

  test("says where the parameters do not fit, by their place in the body", () => {
    const { faults } = editPayload({ image: 1 })(action, [schema]);
    expect(faults).toMatchObject([{ path: "payload.image" }]);
  });
});
