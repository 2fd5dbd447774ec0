import type { Reading } from "./reading.ts";
import { MAX_DEPTH, below } from "./tree.ts";
import type { Entry, Node } from "./tree.ts";

/** One token with the white space before it: a bracket or sign, a text, or a number or word. */
const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[ !#-[\]-\u{10FFFF}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy;

type Place = "value" | "value-or-]" | "key" | "key-or-}" | ":" | "," | "end";

const expected: Readonly<Record<Place, string>> = {
  value: "a value",
  "value-or-]": "a value or `]`",
  key: "a key in double quotes",
  "key-or-}": "a key in double quotes or `}`",
  ":": "`:`",
  ",": "`,` or the closing bracket",
  end: "the end of the file",
};

/** A mapping or list that is not closed yet. `key` is the one whose value comes next. */
interface Open {
  readonly kind: "map" | "list";
  readonly start: number;
  readonly path: string;
  readonly entries: Map<string, Entry>;
  readonly items: Node[];
  key: { readonly text: string; readonly start: number; readonly taken: boolean } | null;
}

/** A JSON text on the way from its beginning to its end, or to where it stops being JSON. */
class JsonWalk {
  readonly #reading: Reading;
  readonly #open: Open[] = [];
  #place: Place = "value";
  #root: Node | null = null;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** The tree, or null with the first fault of syntax recorded. */
  read(): Node | null {
    const { text } = this.#reading.source;
    let at = 0;
    for (;;) {
      token.lastIndex = at;
      const found = token.exec(text);
      if (found === null) break;
      const [whole, sign, quoted, atom] = found;
      const end = at + whole.length;
      const start = end - (sign ?? quoted ?? atom ?? "").length;
      if (!this.#take(start, end, sign, quoted, atom)) break;
      if (this.#open.length > MAX_DEPTH) {
        const message = `Nested deeper than ${MAX_DEPTH} levels.`;
        this.#reading.faultAt("too-deep", start, this.#open.at(-1)?.path ?? "", message);
        return null;
      }
      at = end;
    }
    const rest = /[^ \t\r\n]/.exec(text.slice(at));
    if (rest === null && this.#place === "end") return this.#root;
    const where = rest === null ? text.trimEnd().length : at + rest.index;
    const message = `Not JSON: ${expected[this.#place]} should stand here.`;
    this.#reading.faultAt("json-syntax", where, "", message);
    return null;
  }

  /** Takes one token; false when it cannot stand here. */
  #take(
    start: number,
    end: number,
    sign: string | undefined,
    quoted: string | undefined,
    atom: string | undefined,
  ): boolean {
    const place = this.#place;
    const inner = this.#open.at(-1);
    if (place === "value" || place === "value-or-]") {
      if (sign === "{" || sign === "[") {
        this.#begin(sign === "{" ? "map" : "list", start);
        return true;
      }
      if (quoted !== undefined || atom !== undefined) {
        this.#value(scalar(start, end, quoted, atom));
        return true;
      }
    }
    if (inner !== undefined && quoted !== undefined && (place === "key" || place === "key-or-}")) {
      this.#key(inner, JSON.parse(quoted) as string, start);
      return true;
    }
    if (place === ":" && sign === ":") {
      this.#place = "value";
      return true;
    }
    if (place === "," && sign === ",") {
      this.#place = inner?.kind === "map" ? "key" : "value";
      return true;
    }
    const closes =
      (sign === "}" && inner?.kind === "map" && (place === "key-or-}" || place === ",")) ||
      (sign === "]" && inner?.kind === "list" && (place === "value-or-]" || place === ","));
    if (closes && inner !== undefined) {
      this.#open.pop();
      this.#value(
        inner.kind === "map"
          ? { kind: "map", entries: [...inner.entries.values()], start: inner.start, end }
          : { kind: "list", items: inner.items, start: inner.start, end },
      );
    }
    return closes;
  }

  #begin(kind: Open["kind"], start: number): void {
    const outer = this.#open.at(-1);
    const path =
      outer === undefined
        ? ""
        : outer.kind === "list"
          ? `${outer.path}[${outer.items.length}]`
          : below(outer.path, outer.key?.text ?? "");
    this.#open.push({ kind, start, path, entries: new Map(), items: [], key: null });
    this.#place = kind === "map" ? "key-or-}" : "value-or-]";
  }

  #key(map: Open, text: string, start: number): void {
    const taken = map.entries.has(text) || text === "__proto__";
    if (taken) {
      const path = below(map.path, text);
      if (text === "__proto__") {
        this.#reading.faultAt("unknown-key", start, path, "`__proto__` is never a key here.");
      } else {
        this.#reading.faultAt("duplicate-key", start, path, `\`${text}\` is here twice.`);
      }
    }
    map.key = { text, start, taken };
    this.#place = ":";
  }

  #value(node: Node): void {
    const outer = this.#open.at(-1);
    if (outer === undefined) {
      this.#root = node;
    } else if (outer.kind === "list") {
      outer.items.push(node);
    } else if (outer.key !== null && !outer.key.taken) {
      const { text: key, start: keyStart } = outer.key;
      outer.entries.set(key, { key, keyStart, value: node });
    }
    this.#place = outer === undefined ? "end" : ",";
  }
}

const scalar = (
  start: number,
  end: number,
  quoted: string | undefined,
  atom: string | undefined,
): Node => {
  if (quoted !== undefined) {
    const value = JSON.parse(quoted) as string;
    return { kind: "scalar", value, text: value, start, end };
  }
  const text = atom ?? "";
  const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
  const value = Object.hasOwn(words, text) ? (words[text] ?? null) : Number(text);
  return { kind: "scalar", value, text, start, end };
};

/** The tree of a JSON text with its places, or null with a syntax fault recorded. */
export const readJson = (reading: Reading): Node | null => new JsonWalk(reading).read();
