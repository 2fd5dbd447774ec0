/** Words longer than this are nobody's slip of a key; the bound keeps the table of the distance small. */
const LONGEST = 64;

/**
 * Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other, up to `limit`; more than
 * `limit` is returned as `limit + 1`.
 */
export const editDistance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit || a.length > LONGEST || b.length > LONGEST) {
    return a === b ? 0 : limit + 1;
  }
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return Math.min(previous[b.length] ?? limit + 1, limit + 1);
};

/** The known word that was probably meant: two edits away, one for words under five letters. */
export const suggest = (word: string, known: Iterable<string>): string | undefined => {
  const limit = word.length < 5 ? 1 : 2;
  let best: string | undefined;
  let distance = limit + 1;
  for (const candidate of known) {
    const edits = editDistance(word, candidate, limit);
    if (edits < distance) {
      [best, distance] = [candidate, edits];
    }
  }
  return best;
};
