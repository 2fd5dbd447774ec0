import type { Reading } from "./reading.ts";
import { readYaml } from "./read-yaml.ts";
import type { Node } from "./tree.ts";

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

/**
 * Where a text stops being JSON, and what should stand there. `JSON.parse` says so for some faults only, and authors
 * need a line and a column for all of them.
 */
const firstFault = (text: string): { readonly at: number; readonly expected: string } => {
  const open: ("{" | "[")[] = [];
  let place: Place = "value";
  let at = 0;
  const after = (): Place => (open.length === 0 ? "end" : ",");
  for (;;) {
    token.lastIndex = at;
    const [whole, punctuation, string, atom] = token.exec(text) ?? [];
    const value = place === "value" || place === "value-or-]";
    const key = place === "key" || place === "key-or-}";
    const inner = open.at(-1);
    if (whole === undefined) {
      break;
    } else if (value && (string !== undefined || atom !== undefined)) {
      place = after();
    } else if (value && (punctuation === "{" || punctuation === "[")) {
      open.push(punctuation);
      place = punctuation === "{" ? "key-or-}" : "value-or-]";
    } else if (key && string !== undefined) {
      place = ":";
    } else if (place === ":" && punctuation === ":") {
      place = "value";
    } else if (place === "," && punctuation === ",") {
      place = inner === "{" ? "key" : "value";
    } else if (
      (punctuation === "}" && inner === "{" && (place === "key-or-}" || place === ",")) ||
      (punctuation === "]" && inner === "[" && (place === "value-or-]" || place === ","))
    ) {
      open.pop();
      place = after();
    } else {
      break;
    }
    at += whole.length;
  }
  const rest = /[^ \t\r\n]/.exec(text.slice(at));
  return { at: rest === null ? text.trimEnd().length : at + rest.index, expected: expected[place] };
};

/** The tree of a JSON text, or null with a syntax fault recorded. Places come from the YAML reader: JSON is YAML. */
export const readJson = (reading: Reading): Node | null => {
  const text = reading.source.text;
  try {
    JSON.parse(text);
  } catch {
    const fault = firstFault(text);
    reading.faultAt("json-syntax", fault.at, "", `Not JSON: ${fault.expected} should stand here.`);
    return null;
  }
  return readYaml(reading);
};
