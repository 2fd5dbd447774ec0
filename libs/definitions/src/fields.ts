import type { Reading } from "./reading.ts";
import { suggest } from "./suggest.ts";
import { below } from "./tree.ts";
import type { Cursor, Entry, MapNode } from "./tree.ts";

/** Which keys a mapping may have. */
export interface Shape {
  /** With its article, for messages: `a level`. */
  readonly what: string;
  /** Keys that say something. */
  readonly keys: readonly string[];
  /** Keys of the dialect that say nothing here, and why. */
  readonly silent?: Readonly<Record<string, string>>;
}

/** A mapping's values by key. */
export interface Fields {
  readonly cursor: Cursor & { readonly node: MapNode };
  readonly get: (key: string) => Cursor | undefined;
  readonly keyStart: (key: string) => number;
}

const kinds = { map: "a mapping", list: "a list" } as const;

/** What a value is, for messages. */
export const described = ({ node }: Cursor): string => {
  if (node.kind !== "scalar") {
    return kinds[node.kind];
  }
  if (node.value === null) {
    return "empty";
  }
  const text = node.text.length > 60 ? `${node.text.slice(0, 59)}…` : node.text;
  return typeof node.value === "string" ? `the text "${text}"` : `the ${typeof node.value} ${text}`;
};

/** Fields of a mapping whatever its keys; a fault for anything else. */
export const anyFields = (reading: Reading, cursor: Cursor, what: string): Fields | null => {
  const { node, path } = cursor;
  if (node.kind !== "map") {
    reading.fault(
      "wrong-type",
      cursor,
      `${what} has to be a mapping; this is ${described(cursor)}.`,
    );
    return null;
  }
  const entries = new Map<string, Entry>(node.entries.map((entry) => [entry.key, entry]));
  return {
    cursor: { node, path },
    get: (key) => {
      const entry = entries.get(key);
      return entry === undefined ? undefined : { node: entry.value, path: below(path, key) };
    },
    keyStart: (key) => entries.get(key)?.keyStart ?? node.start,
  };
};

/**
 * Fields of a mapping with known keys. An unknown key that is a slip of a known one is a fault, because a misspelt
 * `required` must not loosen; every other one is listed as ignored.
 */
export const fieldsOf = (reading: Reading, cursor: Cursor, shape: Shape): Fields | null => {
  const fields = anyFields(
    reading,
    cursor,
    `${shape.what[0]?.toUpperCase()}${shape.what.slice(1)}`,
  );
  const silent = shape.silent ?? {};
  for (const { key, keyStart } of fields?.cursor.node.entries ?? []) {
    const path = below(cursor.path, key);
    if (shape.keys.includes(key)) {
      continue;
    }
    const why = Object.hasOwn(silent, key) ? silent[key] : undefined;
    const meant = why === undefined ? suggest(key, shape.keys) : undefined;
    if (meant === undefined) {
      reading.ignore(keyStart, path, why ?? `\`${key}\` is no key of ${shape.what}.`);
    } else {
      const message = `\`${key}\` is no key of ${shape.what}.`;
      reading.faultAt("unknown-key", keyStart, path, message, `Did you mean \`${meant}\`?`);
    }
  }
  return fields;
};
