/** Characters as a terminal counts them, near enough: wide scripts are not measured. */
const widthOf = (text: string): number => [...text].length;

const cut = (text: string, width: number): string =>
  widthOf(text) <= width ? text : `${[...text].slice(0, width - 1).join("")}…`;

/** The longest a cell is shown. */
const MAX_CELL = 60;

/** Columns side by side under their heads. Cells must be visible text. */
export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string => {
  const cells = rows.map((row) => row.map((cell) => cut(cell, MAX_CELL)));
  const widths = heads.map((head, column) =>
    Math.max(widthOf(head), ...cells.map((row) => widthOf(row[column] ?? ""))),
  );
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)))
      .join("  ")
      .trimEnd();
  return [heads, widths.map((width) => "─".repeat(width)), ...cells].map(lineOf).join("\n");
};
