import { describe, expect, test } from "vitest";
import { cut, shownValue } from "@countersign/domain/automation/bounds.ts";
import { fillIn, fillInValue, templateFields } from "@countersign/domain/automation/template.ts";

describe("what a recipe shows", () => {
  test("is cut to its length, never inside of a character", () => {
    expect(cut("four", 4)).toBe("four");
    expect(cut("fives", 4)).toBe("fiv…");
    expect(cut("ab🚀cd", 4)).toBe("ab…");
    expect(cut("ab🚀cd", 5)).toBe("ab🚀…");
  });

  test("is a value as it is, or the beginning of its JSON", () => {
    const value = { list: [1, 2] };
    expect(shownValue(value)).toBe(value);
    expect(shownValue(["x".repeat(3_000)])).toMatch(/^\["xxx.*…$/);
    const longest = ["x".repeat(1_996)];
    expect(shownValue(longest)).toBe(longest);
  });
});

describe("texts to be filled in", () => {
  const facts = { issue: { id: "r-1", tags: ["a"], nested: { n: 2 }, off: false, none: null } };

  test.each([
    ["{{case.id}}", ""],
    ["{{issue.id}} and ${issue.nested.n}", "r-1 and 2"],
    ["{{ id }}", "r-1"],
    ["{{tags}}", '["a"]'],
    ["{{off}}|{{none}}|{{missing.deep}}", "false||"],
    ["{{__proto__}}{{constructor.name}}", ""],
    ["{{not a field}} {single}", "{{not a field}} {single}"],
  ])("%s becomes %s", (text, filled) => {
    expect(fillIn(text, facts)).toBe(filled);
  });

  test("keep the kind of a value that stands alone", () => {
    expect(fillInValue({ a: "{{tags}}", b: ["{{nested.n}}", "n{{nested.n}}"] }, facts)).toEqual({
      a: ["a"],
      b: [2, "n2"],
    });
    expect(fillInValue([" {{nested.n}} ", "${nested.n}", "{{missing}}", 7, null], facts)).toEqual([
      2,
      2,
      null,
      7,
      null,
    ]);
  });

  test("are no value that stands alone where they name two, or none", () => {
    expect(fillInValue("{{nested.n}}{{id}}", facts)).toBe("2r-1");
    expect(fillInValue("{{id}} {{id}}", facts)).toBe("r-1 r-1");
    expect(fillInValue("", facts)).toBe("");
    expect(fillInValue("  ", facts)).toBe("  ");
  });

  test("take at most two thousand characters of a fact", () => {
    const of = (long: string) => fillIn("<{{long}}>", { issue: { long } });
    expect(of("x".repeat(2_000))).toBe(`<${"x".repeat(2_000)}>`);
    expect(of("x".repeat(2_001))).toBe(`<${"x".repeat(1_999)}…>`);
    expect(of(`${"x".repeat(1_998)}🚀x`)).toBe(`<${"x".repeat(1_998)}…>`);
  });

  test("say which fields they need", () => {
    expect(templateFields("{{a.b}} ${c} {{ d }}")).toEqual(["a.b", "c", "d"]);
  });
});
