/**
 * True when every group gets as many different voters as it needs, each voter standing in one group only. A place is
 * looked for each voter in turn; one who finds all theirs taken asks whoever sits there to move.
 */
export const fillsEachGroup = (
  needed: readonly number[],
  voters: readonly ReadonlySet<string>[],
): boolean => {
  const seats = needed.flatMap((count, group) => Array.from({ length: count }, () => group));
  const holder = new Map<number, string>();
  const seat = (voter: string, asked: Set<number>): boolean =>
    seats.some((group, index) => {
      if (asked.has(index) || voters[group]?.has(voter) !== true) {
        return false;
      }
      asked.add(index);
      const sitting = holder.get(index);
      if (sitting !== undefined && !seat(sitting, asked)) {
        return false;
      }
      holder.set(index, voter);
      return true;
    });
  for (const voter of new Set(voters.flatMap((group) => [...group]))) {
    seat(voter, new Set());
  }
  return holder.size === seats.length;
};
