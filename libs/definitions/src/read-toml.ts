import { TomlDate, TomlError, parse } from "smol-toml";
import type { Reading } from "./reading.ts";
import { MAX_DEPTH, below } from "./tree.ts";
import type { Entry, Node } from "./tree.ts";

interface KeyPlace {
  readonly keyStart: number;
  readonly valueStart: number;
  readonly end: number;
}

const bareOrQuoted = /\s*(?:([A-Za-z0-9_-]+)|"((?:[^"\\]|\\.)*)"|'([^']*)')\s*/y;

/** Parts of a dotted key from `at`, and where it ends; null when there is none. */
const dottedKey = (
  line: string,
  at: number,
): { readonly parts: readonly string[]; readonly end: number } | null => {
  const parts: string[] = [];
  let end = at;
  for (;;) {
    bareOrQuoted.lastIndex = end;
    const match = bareOrQuoted.exec(line);
    if (match === null) {
      return null;
    }
    parts.push(match[1] ?? match[2] ?? match[3] ?? "");
    end += match[0].length;
    if (line[end] !== ".") {
      return { parts, end };
    }
    end += 1;
  }
};

/**
 * Places of keys by path. The parser keeps none, so lines are searched for headers and keys; what stands inside of a
 * longer value (an inline table, a list over several lines) takes the place of the key that holds it.
 */
const keyPlaces = (text: string): ReadonlyMap<string, KeyPlace> => {
  const places = new Map<string, KeyPlace>();
  const lists = new Map<string, number>();
  let table = "";
  let start = 0;
  const note = (parts: readonly string[], place: KeyPlace): string => {
    let path = table;
    for (const part of parts) {
      path = below(path, part);
      const index = lists.get(path);
      if (!places.has(path)) {
        places.set(path, place);
      }
      path = index === undefined ? path : `${path}[${index}]`;
    }
    return path;
  };
  for (const line of text.split("\n")) {
    const end = start + line.length;
    const header = /^\s*(\[\[?)/.exec(line);
    const opening = header?.[0].length ?? 0;
    const key = dottedKey(line, opening);
    if (key !== null) {
      const keyStart = start + opening + (/^\s*/.exec(line.slice(opening))?.[0].length ?? 0);
      if (header !== null && line[key.end] === "]") {
        table = "";
        const place = { keyStart, valueStart: keyStart, end };
        if (header[1] === "[[") {
          const parent = note(key.parts.slice(0, -1), place);
          const list = below(parent, key.parts.at(-1) ?? "");
          const index = (lists.get(list) ?? -1) + 1;
          lists.set(list, index);
          table = `${list}[${index}]`;
          places.set(table, place);
          places.set(list, places.get(list) ?? place);
        } else {
          table = note(key.parts, place);
        }
      } else if (header === null && line[key.end] === "=") {
        const gap = /^=\s*/.exec(line.slice(key.end))?.[0].length ?? 1;
        note(key.parts, { keyStart, valueStart: start + key.end + gap, end });
      }
    }
    start = end + 1;
  }
  return places;
};

const treeOf = (
  reading: Reading,
  places: ReadonlyMap<string, KeyPlace>,
  value: unknown,
  path: string,
  outer: KeyPlace,
  depth: number,
): Node => {
  const place = places.get(path) ?? outer;
  const at = { start: place.valueStart, end: place.end };
  if (depth > MAX_DEPTH) {
    reading.faultAt("too-deep", at.start, path, `Nested deeper than ${MAX_DEPTH} levels.`);
    return { kind: "scalar", value: null, text: "", ...at };
  }
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) =>
      treeOf(reading, places, item, `${path}[${index}]`, place, depth + 1),
    );
    return { kind: "list", items, ...at };
  }
  if (value instanceof TomlDate) {
    const text = value.toISOString();
    return { kind: "scalar", value: text, text, ...at };
  }
  if (typeof value === "object" && value !== null) {
    const entries: Entry[] = [];
    for (const [key, inner] of Object.entries(value)) {
      const keyPath = below(path, key);
      const { keyStart } = places.get(keyPath) ?? place;
      if (key === "__proto__") {
        reading.faultAt("unknown-key", keyStart, keyPath, "`__proto__` is never a key here.");
      } else {
        const node = treeOf(reading, places, inner, keyPath, place, depth + 1);
        entries.push({ key, keyStart, value: node });
      }
    }
    return { kind: "map", entries, ...at };
  }
  const scalar =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? value
      : null;
  return { kind: "scalar", value: scalar, text: String(value), ...at };
};

/** The tree of a TOML text, or null with a syntax fault recorded. */
export const readToml = (reading: Reading): Node | null => {
  const { source } = reading;
  reading.slicesSayLess = true;
  try {
    const root = parse(source.text, { maxDepth: MAX_DEPTH * 2 });
    const whole = { keyStart: 0, valueStart: 0, end: source.text.length };
    return treeOf(reading, keyPlaces(source.text), root, "", whole, 0);
  } catch (error) {
    if (!(error instanceof TomlError)) {
      throw error;
    }
    const said = (error.message.split("\n")[0] ?? error.message).replace(
      /^Invalid TOML document: /,
      "",
    );
    const at = source.offset(error.line, error.column);
    if (said.includes("excessively nested")) {
      reading.faultAt("too-deep", at, "", `Nested deeper than ${MAX_DEPTH} levels.`);
    } else {
      const code = /redefine|already defined/.test(said) ? "duplicate-key" : "toml-syntax";
      reading.faultAt(code, at, "", `Not TOML: ${said.replace(/\.+$/, "")}.`);
    }
    return null;
  }
};
