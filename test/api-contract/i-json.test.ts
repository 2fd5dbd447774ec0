import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_DEPTH, parseIJson } from "@countersign/api-contract/i-json.ts";

const faultOf = (text: string) => {
  const result = parseIJson(text);
  return result.ok ? undefined : result.fault;
};

describe("a body that is I-JSON", () => {
  test.each([
    ['{"a":{"b":[1,2.5,-3e2]},"c":null}'],
    ['"\\ud83d\\ude00 and 😀"'],
    ['{"a":1,"b":{"a":1}}'],
    ['[{"a":1},{"a":1}]'],
    ['{"big":100000000000000000000000,"zero":-0,"fraction":0.30000000000000000001}'],
    ['{"a":9007199254740992,"b":1.5e300}'],
    ["[".repeat(MAX_DEPTH) + "]".repeat(MAX_DEPTH)],
  ])("%s is read as JSON.parse reads it", (text) => {
    expect(parseIJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  test("any value that JSON.stringify writes is read back, whatever its keys", () => {
    const value = fc
      .jsonValue({ maxDepth: 6 })
      .filter((json) => !/__proto__/.test(JSON.stringify(json)));
    fc.assert(
      fc.property(value, (json) => {
        const text = JSON.stringify(json);
        expect(parseIJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("an object with thousands of keys is read without comparing each with each", () => {
    const wide = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]),
    );
    expect(parseIJson(JSON.stringify(wide)).ok).toBe(true);
  });
});

describe("a body that is no I-JSON", () => {
  test.each([
    ["", ""],
    ["{", ""],
    ["{'a':1}", ""],
    ['{"a":1}x', ""],
    ["\ufeff{}", ""],
    ['{"a":1,"b":2,"a":3}', "a"],
    ['{"x":[{"a":1,"\\u0061":2}]}', "x[0].a"],
    ['{"a":"\\ud800"}', "a"],
    ['{"a":"\\udc00\\ud800"}', "a"],
    [`{"a":"${"\ud800"}"}`, "a"],
    ['{"\\ud800":1}', ""],
    ['{"a":{"b":1e999}}', "a.b"],
    ['{"a":-1e999}', "a"],
    ['{"a":{"__proto__":{}}}', "a.__proto__"],
    ['{"\\u005f_proto__":1}', "__proto__"],
    ['{"a b":[0,{"c":1,"c":2}]}', '["a b"][1].c'],
    [`{"k":${"[".repeat(MAX_DEPTH)}${"]".repeat(MAX_DEPTH)}}`, `k${"[0]".repeat(MAX_DEPTH - 1)}`],
  ])("%s is a bad request at %s", (text, path) => {
    expect(faultOf(text)).toMatchObject({ code: "bad-request", path });
  });

  test("a key that stands twice is found among more keys than are hashed", () => {
    const keys = Array.from({ length: 100 }, (_, index) => `"k${index}":0`);
    expect(faultOf(`{${keys.join(",")},"k50":1}`)).toMatchObject({ path: "k50" });
  });

  test.each([
    ["9007199254740993"],
    ["-9007199254740993"],
    ["12345678901234567890"],
    ["9007199254740993.0"],
    ["9007199254740993e-0"],
    ["90071992547409930e-1"],
  ])("the whole number %s would be rounded", (number) => {
    expect(faultOf(`{"a":[${number}]}`)).toMatchObject({ code: "number-not-exact", path: "a[0]" });
  });

  test("a fault of form is told before a rounded number", () => {
    expect(faultOf('{"a":9007199254740993,"b":1,"b":2}')).toMatchObject({
      code: "bad-request",
      path: "b",
    });
  });

  test("a planted second key is found at any place of any document", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue(), { minKeys: 1 }),
        (object) => {
          const text = JSON.stringify(object);
          const key = JSON.stringify(Object.keys(JSON.parse(text))[0]);
          expect(parseIJson(`${text.slice(0, -1)},${key}:0}`).ok).toBe(false);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});
