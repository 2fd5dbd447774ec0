import { expect, test } from "vitest";
import { parseMarked } from "./marked-file.ts";

/** Title, text with `▶` where each fault is, and the faults' codes and paths in file order. */
export type Case = readonly [
  title: string,
  marked: string,
  ...faults: (readonly [code: string, path: string])[],
];

/** One test a case: exactly these faults at exactly these places, each said in a sentence, and nothing is imported. */
export const expectFaults = (cases: readonly Case[]): void => {
  for (const [title, marked, ...faults] of cases) {
    test(`${title}`, () => {
      const { parsed, places } = parseMarked(marked);
      expect(
        parsed.faults.map(({ code, path, line, column }) => [code, path, line, column]),
      ).toEqual(
        faults.map(([code, path], index) => [
          code,
          path,
          places[index]?.line,
          places[index]?.column,
        ]),
      );
      for (const { message } of parsed.faults) {
        expect(message).toMatch(/^[A-Z`].*[.]$/s);
      }
      expect(parsed.definitions).toEqual([]);
    });
  }
};
