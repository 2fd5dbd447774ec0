import { expect, test } from "vitest";
import { definitionChanges } from "@countersign/domain/definition/changes/definition-changes.ts";
import type { ParsedDefinition } from "@countersign/domain/definition/parsed.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import { damaged, dice, wordsOf } from "./damage.ts";
import { seedsIn } from "./read-damaged.ts";

const read = (text: string): readonly ParsedDefinition[] =>
  parseFile({ text, mediaType: "yaml", file: "fuzz" }).definitions;

test("whatever changes in a definition is said, and nothing else is", () => {
  const documents = seedsIn("yaml");
  const [words, roll] = [wordsOf(documents), dice(7)];
  let [changed, untouched] = [0, 0];
  for (let number = 0; number < 1_500; number += 1) {
    const text = documents[number % documents.length] ?? "";
    const before = new Map(read(text).map((each) => [`${each.kind}/${each.id}`, each]));
    for (const after of read(damaged([text], words, roll))) {
      const known = before.get(`${after.kind}/${after.id}`);
      if (known === undefined) continue;
      const same = JSON.stringify(known.content) === JSON.stringify(after.content);
      const changes = definitionChanges(known, after);
      expect(changes.length === 0, JSON.stringify([known.content, after.content])).toBe(same);
      if (same) untouched += 1;
      else changed += 1;
    }
  }
  // Both kinds of pairs were met.
  expect(changed).toBeGreaterThan(30);
  expect(untouched).toBeGreaterThan(30);
}, 60_000);
