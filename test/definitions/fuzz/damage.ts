/** A seeded source of whole numbers below a bound (mulberry32): the same documents in every run. */
export const dice = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

/** What is put into a document: signs with a meaning, values of another type, and names that reach for prototypes. */
const hostile: readonly string[] = [
  "__proto__",
  '"__proto__": {"polluted": true},',
  "__proto__: {polluted: true}\n",
  "constructor: {prototype: {polluted: true}}\n",
  "toString",
  "hasOwnProperty",
  "&a ",
  "*a",
  "<<: *a\n",
  "!!set ",
  "!!js/function ",
  "- ",
  "? ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  "[[",
  "]]",
  '"',
  "'",
  '"""',
  "|\n",
  ">-\n",
  "\t",
  "#",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "null",
  "~",
  ".nan",
  "-.inf",
  "1e999",
  "-0",
  "0x1F",
  "9007199254740993",
  "true",
  "2026-02-30",
  "${",
  "${a.b}",
  "\u0000",
  "\ud800",
  "\u202e",
  "\uFEFF",
  "\r\n",
  "\n",
  "  ",
  "%",
  "@",
  ",",
  "=",
];

const token = /[A-Za-z_]\w*|\d+|\s+|[^\w\s]/g;

type Change = (text: string, roll: (below: number) => number, words: readonly string[]) => string;

const at = (text: string, from: number, remove: number, insert: string): string =>
  text.slice(0, from) + insert + text.slice(from + remove);

const pick = (words: readonly string[], roll: (below: number) => number): string =>
  words[roll(words.length)] ?? "";

/** One thing that happens to a text: to its characters, its words, or its lines. */
const changes: readonly Change[] = [
  (text, roll) => at(text, roll(text.length + 1), 1 + roll(20), ""),
  (text, roll) => at(text, roll(text.length + 1), roll(3), pick(hostile, roll)),
  (text, roll) => at(text, roll(text.length + 1), 1, String.fromCharCode(roll(256))),
  (text, roll) => text.slice(0, roll(text.length + 1)),
  (text, roll, words) => {
    const tokens = text.match(token) ?? [];
    tokens[roll(tokens.length + 1)] = roll(2) === 0 ? pick(words, roll) : pick(hostile, roll);
    return tokens.join("");
  },
  (text, roll) => {
    const tokens = text.match(token) ?? [];
    const [one, other] = [roll(tokens.length + 1), roll(tokens.length + 1)];
    [tokens[one], tokens[other]] = [tokens[other] ?? "", tokens[one] ?? ""];
    return tokens.join("");
  },
  (text, roll) => {
    const lines = text.split("\n");
    lines.splice(roll(lines.length + 1), roll(3), pick(lines, roll));
    return lines.join("\n");
  },
  (text, roll) => {
    const lines = text.split("\n");
    const line = roll(lines.length);
    lines[line] = " ".repeat(roll(6)) + (lines[line] ?? "").trimStart();
    return lines.join("\n");
  },
];

/** Damaged copies of documents, one to four changes each: `roll` decides which, `words` may come in from elsewhere. */
export const damaged = (
  documents: readonly string[],
  words: readonly string[],
  roll: (below: number) => number,
): string => {
  let text = pick(documents, roll);
  for (let count = 1 + roll(4); count > 0; count -= 1) {
    text = changes[roll(changes.length)]?.(text, roll, words) ?? text;
  }
  return text;
};

/** Every word of some documents, once. */
export const wordsOf = (documents: readonly string[]): readonly string[] => [
  ...new Set(documents.flatMap((text) => text.match(/[A-Za-z_]\w+/g) ?? [])),
];
