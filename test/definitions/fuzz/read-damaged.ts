import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { languageOf } from "@countersign/definitions/language.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { MediaType, ParsedFile } from "@countersign/definitions/parse-file.ts";
import { schemaFault } from "@countersign/application/payload-schema.ts";
import { damaged, dice, wordsOf } from "./damage.ts";

const folder = join(import.meta.dirname, "../seeds");

/** The seeds' blocks in one language. */
export const seedsIn = (mediaType: MediaType): readonly string[] =>
  readdirSync(folder)
    .filter((name) => !name.endsWith(".md"))
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }))
    .filter(({ name, text }) => languageOf(text, name) === mediaType)
    .map(({ text }) => text);

const prototypes = [Object, Array, String, Number, Boolean, Function, Map].map(
  (made): object => made.prototype as object,
);
const names = (): string => prototypes.map((each) => Reflect.ownKeys(each).length).join();
const untouched = names();

/** Every mapping has the prototype it should have, and no own `__proto__`. */
const isPlain = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) {
    return true;
  }
  const wanted: unknown = Array.isArray(value) ? Array.prototype : Object.prototype;
  return (
    Object.getPrototypeOf(value) === wanted &&
    !Object.hasOwn(value, "__proto__") &&
    Object.values(value).every(isPlain)
  );
};

/** What is wrong with a reading, in words; null when nothing is. */
const wrong = (text: string, parsed: ParsedFile): string | null => {
  const { definitions, faults, warnings, ignored } = parsed;
  const lengths = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .map((line) => line.length);
  for (const { line, column } of [...faults, ...warnings, ...ignored]) {
    const length = lengths[line - 1];
    if (length === undefined || column < 1 || column > length + 2) {
      return `line ${line}, column ${column} is not there`;
    }
  }
  if (faults.some(({ line }, index) => line < (faults[index - 1]?.line ?? 0))) {
    return "faults are not in file order";
  }
  if (faults.length > 0 && definitions.length > 0) {
    return "it has faults and brings definitions";
  }
  if (!isPlain(definitions)) {
    return "a mapping of it has another prototype";
  }
  if (JSON.stringify(JSON.parse(JSON.stringify(definitions))) !== JSON.stringify(definitions)) {
    return "what it brings cannot be stored";
  }
  return names() === untouched ? null : "a prototype has changed";
};

/** Processor time that one small document may take, in microseconds. */
const MOST_MICROSECONDS = 100_000;

/** The least processor time of three readings, in microseconds: other programs and collections of garbage left out. */
const timeOf = (read: () => unknown): number =>
  Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.cpuUsage();
      read();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    }),
  );

/** How many of the damaged documents were taken, and how many refused. */
export interface Tally {
  readonly taken: number;
  readonly refused: number;
}

/** Reads so many damaged documents of one language. Throws at the first one that is not handled, with its text. */
export const readDamaged = (
  mediaType: MediaType,
  documents: readonly string[],
  { count, seed }: { readonly count: number; readonly seed: number },
): Tally => {
  const roll = dice(seed);
  const words = wordsOf(documents);
  let [taken, refused] = [0, 0];
  for (let number = 0; number < count; number += 1) {
    const text = damaged(documents, words, roll);
    const read = (): ParsedFile => parseFile({ text, mediaType, file: "fuzz", schemaFault });
    const fail = (why: string, cause?: unknown): Error =>
      new Error(`Document ${number} of seed ${seed}: ${why}\n${JSON.stringify(text)}`, { cause });
    const began = performance.now();
    let parsed: ParsedFile;
    try {
      parsed = read();
    } catch (error) {
      throw fail("it crashed the reader", error);
    }
    if (performance.now() - began > MOST_MICROSECONDS / 1_000 && timeOf(read) > MOST_MICROSECONDS) {
      throw fail("it takes more than 100 ms");
    }
    const fault = wrong(text, parsed);
    if (fault !== null) {
      throw fail(fault);
    }
    if (parsed.faults.length > 0) {
      refused += 1;
    } else {
      taken += 1;
    }
  }
  return { taken, refused };
};
