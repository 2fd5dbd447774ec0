/** Lines around a change that are shown as well. */
const CONTEXT = 3;

/** Comparisons of lines that one difference may take; beyond, all that differs is shown as replaced. */
const MOST_STEPS = 4_000_000;

type Line = readonly [sign: " " | "-" | "+", text: string];

/** The longest common lines of two texts that begin and end with different ones. */
const compared = (before: readonly string[], after: readonly string[]): readonly Line[] => {
  const replaced: readonly Line[] = [
    ...before.map((text): Line => ["-", text]),
    ...after.map((text): Line => ["+", text]),
  ];
  const width = after.length + 1;
  if (before.length * after.length > MOST_STEPS) return replaced;
  const common = new Uint16Array((before.length + 1) * width);
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      common[at] =
        before[row] === after[column]
          ? (common[at + width + 1] ?? 0) + 1
          : Math.max(common[at + width] ?? 0, common[at + 1] ?? 0);
    }
  }
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const at = row * width + column;
    const [old, now] = [before[row], after[column]];
    if (old !== undefined && old === now) {
      lines.push([" ", old]);
      row += 1;
      column += 1;
    } else if (
      old !== undefined &&
      (now === undefined || (common[at + width] ?? 0) >= (common[at + 1] ?? 0))
    ) {
      lines.push(["-", old]);
      row += 1;
    } else if (now !== undefined) {
      lines.push(["+", now]);
      column += 1;
    }
  }
  return lines;
};

/** How many lines two texts have in common from one end. */
const alike = (before: readonly string[], after: readonly string[], most: number): number => {
  let count = 0;
  while (count < most && before[count] === after[count]) count += 1;
  return count;
};

/**
 * Two texts line by line, as `diff -u` shows them: each line begins with a space, `-` or `+`, and `@@ -3 +3 @@` says at
 * which line of each a part begins. Empty when they are the same.
 */
export const lineDiff = (before: string, after: string): readonly string[] => {
  if (before === after) return [];
  const [old, now] = [before.split("\n"), after.split("\n")];
  const most = Math.min(old.length, now.length);
  const head = alike(old, now, most);
  const tail = alike(old.toReversed(), now.toReversed(), most - head);
  const all: readonly Line[] = [
    ...old.slice(0, head).map((text): Line => [" ", text]),
    ...compared(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...old.slice(old.length - tail).map((text): Line => [" ", text]),
  ];
  const shown = new Set<number>();
  all.forEach(([sign], index) => {
    for (let near = index - CONTEXT; sign !== " " && near <= index + CONTEXT; near += 1)
      shown.add(near);
  });
  const lines: string[] = [];
  let [oldLine, newLine] = [1, 1];
  all.forEach(([sign, text], index) => {
    if (shown.has(index)) {
      if (!shown.has(index - 1) || index === 0) lines.push(`@@ -${oldLine} +${newLine} @@`);
      lines.push(`${sign}${text}`);
    }
    if (sign !== "+") oldLine += 1;
    if (sign !== "-") newLine += 1;
  });
  return lines;
};
