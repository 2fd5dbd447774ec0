import { describe, expect, test } from "vitest";
import { level, parseMarked, policyOf } from "./marked-file.ts";

describe("all faults of a file are named at once", () => {
  test("in file order, each with its line's text, and a hint where there is one", () => {
    const { parsed } = parseMarked(
      policyOf(
        level("      timeout: 30\n      requried: all\n") + level("      logic: and"),
        "  expires_in: soon\n",
      ),
    );
    expect(parsed.faults.map(({ code, line, text, hint }) => ({ code, line, text, hint }))).toEqual(
      [
        { code: "bad-duration", line: 3, text: "  expires_in: soon", hint: undefined },
        {
          code: "bad-duration",
          line: 7,
          text: "      timeout: 30",
          hint: "Say the unit, for instance 30m.",
        },
        {
          code: "unknown-key",
          line: 8,
          text: "      requried: all",
          hint: "Did you mean `required`?",
        },
        { code: "not-one-of", line: 11, text: "      logic: and", hint: undefined },
      ],
    );
  });
});
