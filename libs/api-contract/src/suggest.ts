/** Edit distance with insert, delete, replace and swap of neighbours, for names of ordinary length. */
const distance = (left: string, right: string): number => {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[right.length] ?? 0;
};

/** The known name that `name` is probably a slip of: at most 2 edits away, 1 for names under five letters. */
export const suggest = (name: string, known: readonly string[]): string | undefined => {
  if (name.length > 40) return undefined;
  const plain = name.toLowerCase().replaceAll("-", "_");
  let best: string | undefined;
  let bestDistance = Math.min(plain.length < 5 ? 1 : 2, plain.length) + 1;
  for (const candidate of known) {
    const edits = distance(plain, candidate);
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
};
