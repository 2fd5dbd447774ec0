/** A file as one tree, whatever it was written in. Offsets count UTF-16 units from the beginning of the text. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `1.0` stays `1.0`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly start: number;
  readonly end: number;
}

export interface Entry {
  readonly key: string;
  readonly keyStart: number;
  readonly value: Node;
}

export interface MapNode {
  readonly kind: "map";
  /** In file order, each key once. */
  readonly entries: readonly Entry[];
  readonly start: number;
  readonly end: number;
}

export type Node = ScalarNode | ListNode | MapNode;

/** A node and how its author would name its place. */
export interface Cursor {
  readonly node: Node;
  readonly path: string;
}

/** Path of a key below another path; a key that is no plain word stands in quotes. */
export const below = (path: string, key: string): string => {
  if (!/^[\w-]+$/.test(key)) {
    return `${path}[${JSON.stringify(key.length > 64 ? `${key.slice(0, 63)}…` : key)}]`;
  }
  return path === "" ? key : `${path}.${key}`;
};

/** Nesting beyond this is refused: no real definition comes near it. */
export const MAX_DEPTH = 50;

/** Aliases that may be resolved in one file, those inside of aliases counted each time. */
export const MAX_ALIASES = 50;
