import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Document, YAMLMap, YAMLSeq } from "yaml";
import type { Reading } from "./reading.ts";
import { MAX_ALIASES, MAX_DEPTH, below } from "./tree.ts";
import type { Entry, MapNode, Node } from "./tree.ts";

/** Nodes of one file, aliases resolved: more than 384 KiB can hold without aliases. */
const MAX_NODES = 500_000;

interface Walk {
  readonly reading: Reading;
  readonly document: Document;
  aliases: number;
  nodes: number;
  /** Set once a limit was reached: the rest of the file is not looked at. */
  stopped: boolean;
}

const nothing = (at: number): Node => ({
  kind: "scalar",
  value: null,
  text: "",
  start: at,
  end: at,
});

const stop = (
  walk: Walk,
  code: "too-deep" | "too-many-aliases",
  at: number,
  path: string,
): Node => {
  if (!walk.stopped) {
    walk.stopped = true;
    const message =
      code === "too-deep"
        ? `Nested deeper than ${MAX_DEPTH} levels.`
        : `More than ${MAX_ALIASES} aliases are resolved in this file.`;
    walk.reading.faultAt(code, at, path, message);
  }
  return nothing(at);
};

const keyText = (walk: Walk, key: unknown, path: string, at: number): string | null => {
  if (isScalar(key)) {
    return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
  }
  walk.reading.faultAt("yaml-syntax", at, path, "A key has to be a plain word.");
  return null;
};

const startOf = (node: unknown, otherwise: number): number =>
  isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
    ? (node.range?.[0] ?? otherwise)
    : otherwise;

const isMerge = (key: unknown): boolean =>
  isScalar(key) && key.value === "<<" && (key.type === undefined || key.type === "PLAIN");

/** Entries that `<<` brings in: those of a mapping, or of each mapping of a list, the first one's first. */
const mergedEntries = (walk: Walk, value: Node, path: string): readonly Entry[] => {
  if (value.kind === "map") {
    return value.entries;
  }
  if (value.kind === "list") {
    return value.items.flatMap((item) => mergedEntries(walk, item, path));
  }
  if (!walk.stopped) {
    walk.reading.faultAt("wrong-type", value.start, path, "`<<` takes a mapping.");
  }
  return [];
};

const mapOf = (walk: Walk, node: YAMLMap, path: string, depth: number, at: number): MapNode => {
  const entries = new Map<string, Entry>();
  const merged: Entry[] = [];
  for (const pair of node.items) {
    if (walk.stopped) {
      break;
    }
    const keyStart = startOf(pair.key, at);
    const key = keyText(walk, pair.key, path, keyStart);
    if (key === null) {
      continue;
    }
    const keyPath = below(path, key);
    if (isMerge(pair.key)) {
      const brought = nodeOf(walk, pair.value, keyPath, depth + 1, keyStart);
      merged.push(...mergedEntries(walk, brought, keyPath));
    } else if (entries.has(key)) {
      walk.reading.faultAt("duplicate-key", keyStart, keyPath, `\`${key}\` is here twice.`);
    } else if (key === "__proto__") {
      walk.reading.faultAt("unknown-key", keyStart, keyPath, "`__proto__` is never a key here.");
    } else {
      const value = nodeOf(walk, pair.value, keyPath, depth + 1, keyStart);
      entries.set(key, { key, keyStart, value });
    }
  }
  for (const entry of merged) {
    if (!entries.has(entry.key)) {
      entries.set(entry.key, entry);
    }
  }
  return {
    kind: "map",
    entries: [...entries.values()],
    start: node.range?.[0] ?? at,
    end: node.range?.[1] ?? at,
  };
};

const listOf = (walk: Walk, node: YAMLSeq, path: string, depth: number, at: number): Node => ({
  kind: "list",
  items: node.items.map((item, index) => nodeOf(walk, item, `${path}[${index}]`, depth + 1, at)),
  start: node.range?.[0] ?? at,
  end: node.range?.[1] ?? at,
});

const scalarValue = (value: unknown, text: string): string | number | boolean | null =>
  typeof value === "string" ||
  typeof value === "number" ||
  typeof value === "boolean" ||
  value === null
    ? value
    : text;

/** Our tree of a node of the package's; `at` is where it would stand if it says nothing itself. */
const nodeOf = (walk: Walk, node: unknown, path: string, depth: number, at: number): Node => {
  const start = startOf(node, at);
  if (walk.stopped) {
    return nothing(start);
  }
  if (depth > MAX_DEPTH) {
    return stop(walk, "too-deep", start, path);
  }
  walk.nodes += 1;
  if (isAlias(node)) {
    walk.aliases += 1;
    walk.reading.slicesSayLess = true;
    if (walk.aliases > MAX_ALIASES || walk.nodes > MAX_NODES) {
      return stop(walk, "too-many-aliases", start, path);
    }
    const target = node.resolve(walk.document);
    if (target === undefined) {
      walk.reading.faultAt(
        "yaml-syntax",
        start,
        path,
        `No anchor \`&${node.source}\` stands before.`,
      );
      return nothing(start);
    }
    return nodeOf(walk, target, path, depth + 1, start);
  }
  if (isMap(node)) {
    return mapOf(walk, node, path, depth, start);
  }
  if (isSeq(node)) {
    return listOf(walk, node, path, depth, start);
  }
  if (isScalar(node)) {
    const text = node.source ?? String(node.value);
    const end = node.range?.[1] ?? start;
    return { kind: "scalar", value: scalarValue(node.value, text), text, start, end };
  }
  return nothing(start);
};

/** First line of the package's message, without the place, which findings have of their own. */
const sentence = (message: string): string =>
  `${(message.split("\n")[0] ?? message).replace(/ at line \d+, column \d+:?$/, "").replace(/\.$/, "")}.`;

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
};

/** The tree of a YAML text, or null with syntax faults recorded. JSON is read by the same rules once it is known to be JSON. */
export const readYaml = (reading: Reading): Node | null => {
  const text = reading.source.text;
  const documents = parseAllDocuments(text, {
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  const overflow = errors.find(({ message }) => /call stack|stack overflow/i.test(message));
  if (overflow !== undefined) {
    const message = `Nested deeper than ${MAX_DEPTH} levels.`;
    reading.faultAt("too-deep", overflow.pos[0], "", message);
    return null;
  }
  let last = -1;
  for (const { code, pos, message } of errors) {
    // One slip makes the parser complain several times at one place: the first word is the clearest.
    if (pos[0] !== last) {
      reading.faultAt("yaml-syntax", pos[0], "", sentence(message), hints[code]);
    }
    last = pos[0];
  }
  const [document, second] = documents;
  if (document === undefined) {
    return nothing(0);
  }
  if (second !== undefined) {
    const at = second.range[0];
    reading.faultAt("yaml-syntax", at, "", "One file holds one document.");
  }
  if (reading.faults.length > 0) {
    return null;
  }
  const walk: Walk = { reading, document, aliases: 0, nodes: 0, stopped: false };
  const root = nodeOf(walk, document.contents, "", 0, 0);
  const broken = reading.faults.some(({ code }) => code === "yaml-syntax");
  return walk.stopped || broken ? null : root;
};
