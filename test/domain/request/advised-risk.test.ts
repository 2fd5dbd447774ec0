import { describe, expect, test } from "vitest";
import { advisedRisk, askersRisk } from "@countersign/domain/request/asking/advised-risk.ts";

describe("risk, as asker and advisor have it", () => {
  test.each([
    [
      "the advisor's where the asker says less",
      { score: 0.2 },
      0.7,
      { score: 0.7, advisor_score: 0.7 },
    ],
    [
      "the asker's where the advisor says less",
      { score: 0.9 },
      0.1,
      { score: 0.9, advisor_score: 0.1 },
    ],
    ["the advisor's where the asker says nothing", {}, 0.4, { score: 0.4, advisor_score: 0.4 }],
    [
      "the asker's where the advisor is silent",
      { score: 0.3 },
      null,
      { score: 0.3, advisor_score: null },
    ],
    ["unknown where nobody says anything", {}, null, { advisor_score: null }],
    [
      "never the advisor's by the asker's word",
      { advisor_score: 0 },
      null,
      { advisor_score: null },
    ],
  ])("is %s", (_what, asked, advised, expected) => {
    expect(advisedRisk(asked, advised)).toEqual(expected);
  });

  test("keeps what else the asker says, but for what only an advisor may", () => {
    expect(askersRisk({ score: 0.1, advisor_score: 0, budget: 5 })).toEqual({
      score: 0.1,
      budget: 5,
    });
    const plain = { score: 0.1 };
    expect(askersRisk(plain)).toBe(plain);
  });
});
