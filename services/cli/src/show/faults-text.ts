import { visible } from "./visible.ts";

/** What lint, import and simulate say about a place in a file. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
  readonly text?: string;
  readonly hint?: string;
}

/** A quoted text, or words up to what ends a key or a value. */
const MEANT = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s:,[\]{}#]+(?: [^\s:,[\]{}#]+)*)/;

/** Columns shown on either side of the place in a very long line. */
const AROUND = 100;

/** The place as its author sees it: the line, and carets under what is meant. */
const excerpt = (line: number, column: number, whole: string): readonly string[] => {
  const from = Math.max(0, column - 1 - AROUND);
  const flat = (text: string): string => visible(text.replaceAll("\t", " "));
  const before = flat(whole.slice(from, column - 1));
  const rest = whole.slice(column - 1, column - 1 + AROUND);
  const word = MEANT.exec(rest)?.[0] ?? rest.slice(0, 1);
  const number = String(line).padStart(5);
  return [
    `${number} | ${before}${flat(rest)}`,
    `      | ${" ".repeat([...before].length)}${"^".repeat(Math.max(1, [...flat(word)].length))}`,
  ];
};

/**
 * One finding: `file:line:column code message`, the line with what is meant underlined, and the hint. `lines` are the
 * file's own; without them the line as the server quoted it.
 */
export const findingText = (
  file: string,
  { code, message, line, column, text, hint }: Finding,
  lines?: readonly string[],
): string => {
  if (line === undefined || column === undefined) return visible(`${file}: ${code} ${message}`);
  const whole = lines?.[line - 1] ?? text;
  return [
    visible(`${file}:${line}:${column} ${code} ${message}`),
    ...(whole === undefined ? [] : excerpt(line, column, whole.replace(/\r$/, ""))),
    ...(hint === undefined ? [] : [`      = ${visible(hint)}`]),
  ].join("\n");
};
