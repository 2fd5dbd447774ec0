import { describe, expect, test } from "vitest";
import { thisBuild } from "./build.ts";
import { everySequence, shapes } from "./every-sequence.ts";

const DEPTH = 5;

/** 11 + 11² + … + 11⁵ */
const EXPECTED = (11 ** (DEPTH + 1) - 11) / 10;

describe("Decider and model agree after every sequence of up to five commands", () => {
  for (const shape of shapes) {
    test(`on ${shape.title}`, { timeout: 300_000 }, () => {
      const { sequences, divergences } = everySequence(thisBuild, shape, DEPTH);
      expect(divergences.slice(0, 3)).toEqual([]);
      expect(shape.steps).toHaveLength(11);
      expect(sequences).toBe(EXPECTED);
    });
  }
});
