import { schemaFault } from "@countersign/application/payload-schema.ts";
import type { FileToParse } from "@countersign/definitions/parse-file.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";

const MARK = "▶";

export interface MarkedPlace {
  readonly line: number;
  readonly column: number;
}

/** A text with `▶` in front of the places that a test is about: the text without the marks, and where they stood. */
export const unmark = (
  marked: string,
): { readonly text: string; readonly places: readonly MarkedPlace[] } => {
  const places: MarkedPlace[] = [];
  const lines = marked.split("\n").map((line, index) => {
    const pieces = line.split(MARK);
    let column = 1;
    for (const piece of pieces.slice(0, -1)) {
      column += piece.length;
      places.push({ line: index + 1, column });
    }
    return pieces.join("");
  });
  return { text: lines.join("\n"), places };
};

type Options = Partial<Pick<FileToParse, "mediaType" | "file" | "known" | "strict">>;

/** Parses a marked text; `places` are those of the marks. */
export const parseMarked = (marked: string, options: Options = {}) => {
  const { text, places } = unmark(marked);
  return {
    places,
    parsed: parseFile({ text, mediaType: "yaml", file: "file.yaml", schemaFault, ...options }),
  };
};

/** A policy file around a chain, which is indented by four. */
export const policyOf = (chain: string, rest = ""): string =>
  `policy:\n  id: p\n${rest}  chain:\n${chain}`;

/** One level of plain assignments, ready for more keys. */
export const level = (more = ""): string =>
  `    - assignments:\n        - { type: role, identifier: qa }\n${more}`;
