/** Longest line quoted in a finding, in characters. */
const SHOWN = 200;

/** A text that knows its lines. A byte order mark is not part of it. */
export class SourceText {
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      starts.push(at + 1);
    }
    this.#starts = starts;
  }

  /** Line and column of an offset, both from 1, with the line itself. */
  at(offset: number): { readonly line: number; readonly column: number; readonly text: string } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    const start = this.#starts[low] ?? 0;
    const next = this.#starts[low + 1];
    const line = this.text.slice(start, next === undefined ? undefined : next - 1);
    const shown = line.endsWith("\r") ? line.slice(0, -1) : line;
    return {
      line: low + 1,
      column: offset - start + 1,
      text: shown.length > SHOWN ? `${shown.slice(0, SHOWN - 1)}…` : shown,
    };
  }

  /** Offset of a line and column, both from 1, held inside the text. */
  offset(line: number, column: number): number {
    const start = this.#starts[line - 1] ?? this.text.length;
    return Math.min(start + column - 1, this.text.length);
  }
}
