import type { Json } from "@countersign/domain/json.ts";
import type { Reading } from "./reading.ts";
import type { Cursor, Node } from "./tree.ts";

/** A tree as plain JSON: aliases are resolved, and what is no number in JSON is null. */
export const plainOf = (node: Node): Json => {
  switch (node.kind) {
    case "map":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
    case "list":
      return node.items.map(plainOf);
    case "scalar":
      return typeof node.value === "number" && !Number.isFinite(node.value) ? null : node.value;
  }
};

/**
 * A definition's own slice of its file: from the beginning of its line, unless something else stands before it there.
 * Where a slice alone would say something else, because of aliases or in a table of TOML, it is the same as JSON.
 * `from` is the place of the key that the definition stands under.
 */
export const ownSource = (reading: Reading, { node, path }: Cursor, from?: number): string => {
  const { text } = reading.source;
  if (reading.slicesSayLess) {
    const json = JSON.stringify(plainOf(node));
    return from === undefined ? json : `${JSON.stringify(path.split(".").at(-1) ?? path)}: ${json}`;
  }
  const start = from ?? node.start;
  const line = text.lastIndexOf("\n", start - 1) + 1;
  const alone = /^[\s-]*$/.test(text.slice(line, start));
  return text.slice(alone ? line : start, node.end).trimEnd();
};
