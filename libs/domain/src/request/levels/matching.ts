/**
 * A maximum matching of voters to groups, each voter to at most one group, each group taking at most what it needs
 * (Kuhn's augmenting paths). Which votes come first decides only who is matched, never how many.
 *
 * `memberships[v]` lists the groups (by index) in which voter `v` may count. Answers the voters (by index) of each group.
 */
export const matchVoters = (
  needs: readonly number[],
  memberships: readonly (readonly number[])[],
): readonly (readonly number[])[] => {
  const held: number[][] = needs.map(() => []);
  const place = (voter: number, visited: Set<number>): boolean => {
    for (const group of memberships[voter] ?? []) {
      const members = held[group];
      if (members === undefined || visited.has(group)) continue;
      visited.add(group);
      if (members.length < (needs[group] ?? 0)) {
        members.push(voter);
        return true;
      }
      for (const [index, member] of members.entries()) {
        if (place(member, visited)) {
          members[index] = voter;
          return true;
        }
      }
    }
    return false;
  };
  for (const voter of memberships.keys()) place(voter, new Set());
  return held;
};

/** True when each group gets what it needs from the people listed for it, each person in one group only. */
export const canFill = (
  needs: readonly number[],
  peopleOf: readonly (readonly string[])[],
): boolean => {
  let wanted = 0;
  let shortest = Infinity;
  for (const [group, need] of needs.entries()) {
    const people = peopleOf[group]?.length ?? 0;
    if (people < need) return false;
    wanted += need;
    shortest = Math.min(shortest, people);
  }
  // Groups that could each fill all places alone cannot starve one another.
  if (shortest >= wanted) return true;
  const groups = new Map<string, number[]>();
  for (const [group, people] of peopleOf.entries()) {
    for (const person of people) {
      const known = groups.get(person);
      if (known === undefined) groups.set(person, [group]);
      else known.push(group);
    }
  }
  const held = matchVoters(needs, [...groups.values()]);
  return held.every((voters, group) => voters.length >= (needs[group] ?? 0));
};
