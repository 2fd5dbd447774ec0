import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canFill, matchVoters } from "@countersign/domain/request/levels/matching.ts";

/** The most voters that can be placed, by trying everything. */
const most = (needs: readonly number[], memberships: readonly (readonly number[])[]): number => {
  const [first, ...others] = memberships;
  if (first === undefined) return 0;
  const placed = first
    .filter((group) => (needs[group] ?? 0) > 0)
    .map(
      (group) =>
        1 +
        most(
          needs.map((need, at) => (at === group ? need - 1 : need)),
          others,
        ),
    );
  return Math.max(most(needs, others), ...placed);
};

const shapes = fc.record({
  needs: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  memberships: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }), {
    maxLength: 6,
  }),
});

describe("matching voters to groups", () => {
  test("a voter who fits in two groups leaves the scarce one to the other", () => {
    expect(matchVoters([1, 1], [[0, 1], [0]]).map((voters) => [...voters])).toEqual([[1], [0]]);
  });

  test("chains of moves are found", () => {
    const held = matchVoters([1, 1, 1], [[0, 1], [1, 2], [0, 1], [1]]);
    expect(held.flat()).toHaveLength(3);
  });

  test("a group takes no more than it needs", () => {
    expect(matchVoters([2], [[0], [0], [0]]).map((voters) => voters.length)).toEqual([2]);
  });

  test("it places as many as any other way would, and each where they may count", () => {
    fc.assert(
      fc.property(shapes, ({ needs, memberships }) => {
        const within = memberships.map((groups) => groups.filter((at) => at < needs.length));
        const held = matchVoters(needs, within);
        const placed = held.flat();
        expect(new Set(placed).size).toBe(placed.length);
        for (const [group, voters] of held.entries()) {
          expect(voters.length).toBeLessThanOrEqual(needs[group] ?? 0);
          for (const voter of voters) expect(within[voter]).toContain(group);
        }
        expect(placed.length).toBe(most(needs, within));
      }),
      { numRuns: 500 },
    );
  });

  test("groups can be filled exactly when a matching fills them", () => {
    fc.assert(
      fc.property(shapes, ({ needs, memberships }) => {
        const peopleOf = needs.map((_, group) =>
          memberships.flatMap((groups, voter) => (groups.includes(group) ? [`p${voter}`] : [])),
        );
        const within = memberships.map((groups) => groups.filter((at) => at < needs.length));
        const wanted = needs.reduce((sum, need) => sum + need, 0);
        expect(canFill(needs, peopleOf)).toBe(most(needs, within) === wanted);
      }),
      { numRuns: 500 },
    );
  });
});
