import { describe, expect, test } from "vitest";
import type { Delegation } from "@countersign/domain/delegation/delegation.ts";
import { delegationsOf, handsOver, withoutDelegation } from "../../testkit/examples/delegations.ts";
import { decides, delegates, outcome, passesOn } from "./deciding.ts";

const WEEK_MS = 7 * 86_400_000;
const weekStart = (week: number): string =>
  new Date(Date.parse("2026-01-05T00:00:00.000Z") + week * WEEK_MS).toISOString();

/** From the start of one week to the start of another, counted from the examples' first. */
type Weeks = readonly [number, number];

const weeks = ([from, to]: Weeks) => ({ startsAt: weekStart(from), endsAt: weekStart(to) });

const people = ["bo", "cy", "dee", "eli", "fay"];

/** A chain of redelegating links through the people above, each open in its weeks. */
const chainOf = (...windows: readonly Weeks[]): Delegation[] =>
  windows.map((window, index) =>
    passesOn(people[index] ?? "", people[index + 1] ?? "", weeks(window)),
  );

const made = ["DelegationCreated"];

describe("circles", () => {
  test("nobody delegates to themselves", () => {
    expect(outcome(delegates([], handsOver("bo", "bo")))).toBe("delegation-cycle");
  });
  test("mutual cover for a holiday is fine, even where one of the two may be redelegated", () => {
    expect(outcome(delegates([handsOver("bo", "cy")], handsOver("cy", "bo")))).toEqual(made);
    expect(outcome(delegates([passesOn("bo", "cy")], handsOver("cy", "bo")))).toEqual(made);
    expect(outcome(delegates([handsOver("bo", "cy")], passesOn("cy", "bo")))).toEqual(made);
  });
  test("one of redelegating links is refused", () => {
    expect(outcome(delegates([passesOn("bo", "cy")], passesOn("cy", "bo")))).toBe(
      "delegation-cycle",
    );
  });
  test("one over three people is refused as well, unless one of them may not hand on", () => {
    const first = passesOn("bo", "cy");
    expect(outcome(delegates([first, passesOn("cy", "dee")], passesOn("dee", "bo")))).toBe(
      "delegation-cycle",
    );
    expect(outcome(delegates([first, handsOver("cy", "dee")], passesOn("dee", "bo")))).toEqual(
      made,
    );
  });
  test("one is found among everything that a person handed on", () => {
    const others = [passesOn("cy", "eli"), passesOn("cy", "bo"), passesOn("cy", "fay")];
    expect(outcome(delegates(others, passesOn("bo", "cy")))).toBe("delegation-cycle");
  });
  test("one whose links never are open together is none", () => {
    const before = [passesOn("bo", "cy", weeks([0, 1]))];
    expect(outcome(delegates(before, passesOn("cy", "bo", weeks([1, 2]))))).toEqual(made);
  });
  test.each([
    ["none: the second is over when the third opens", [0, 4], [0, 1], [2, 4], made],
    ["none: the third is over when the second opens", [0, 4], [2, 4], [0, 1], made],
    ["none: one ends in the instant in which the next opens", [0, 4], [0, 2], [2, 4], made],
    ["one, be it for a single week", [0, 3], [0, 2], [1, 4], "delegation-cycle"],
    [
      "one, be it for a single week, the later one first",
      [0, 3],
      [1, 4],
      [0, 2],
      "delegation-cycle",
    ],
  ] as const)("three links in a ring are %s", (_, first, second, third, expected) => {
    const before = [passesOn("cy", "dee", weeks(second)), passesOn("dee", "bo", weeks(third))];
    expect(outcome(delegates(before, passesOn("bo", "cy", weeks(first))))).toEqual(expected);
  });
  test("a revoked link closes none", () => {
    const state = withoutDelegation(delegationsOf([passesOn("bo", "cy")]), "dlg_bo-cy");
    const command = { type: "delegate", delegation: passesOn("cy", "bo") } as const;
    expect(outcome(decides(state, "cy", command))).toEqual(made);
  });
  test("one that others close among themselves is followed once round", () => {
    const ring = [passesOn("cy", "dee"), passesOn("dee", "cy")];
    expect(outcome(delegates(ring, passesOn("bo", "cy")))).toEqual(made);
    expect(outcome(delegates(ring, passesOn("dee", "eli")))).toEqual(made);
  });
});

describe("chains", () => {
  test("three links may follow one another", () => {
    const before = [passesOn("bo", "cy"), passesOn("cy", "dee")];
    expect(outcome(delegates(before, passesOn("dee", "eli")))).toEqual(made);
    expect(outcome(delegates(before.slice(1), passesOn("bo", "cy")))).toEqual(made);
  });
  const four = chainOf([0, 1], [0, 1], [0, 1], [0, 1]);
  const places = [
    ["in front", 0],
    ["second", 1],
    ["third", 2],
    ["at the end", 3],
  ] as const;
  const withNew = (links: readonly Delegation[], index: number): unknown => {
    const link = links[index];
    return link && outcome(delegates(links.toSpliced(index, 1), link));
  };
  test.each(places)("a fourth link is too deep %s", (_, index) => {
    expect(withNew(four, index)).toBe("delegation-too-deep");
  });
  test.each(places)(
    "the last of four may be one that is not redelegated: too deep %s",
    (_, index) => {
      expect(withNew(four.with(3, handsOver("eli", "fay")), index)).toBe("delegation-too-deep");
    },
  );
  test.each(places)(
    "a chain goes on only behind what may be redelegated, the new one %s",
    (_, index) => {
      for (const [place, link] of four.slice(0, 3).entries())
        expect(withNew(four.with(place, { ...link, redelegate: false }), index)).toEqual(made);
    },
  );
  test.each([
    [
      "that is open at another time",
      [
        [0, 1],
        [0, 1],
        [0, 1],
        [1, 2],
      ],
    ],
    [
      "that never is open together with the one next but one",
      [
        [0, 4],
        [0, 1],
        [0, 4],
        [2, 4],
      ],
    ],
    [
      "that is open long, where two others never are together",
      [
        [0, 4],
        [0, 1],
        [2, 4],
        [0, 4],
      ],
    ],
    [
      "that is open long, where two others are one after the other",
      [
        [0, 4],
        [2, 4],
        [0, 2],
        [0, 4],
      ],
    ],
  ] as const)("a fourth %s is not part of the chain", (_, windows) => {
    for (const index of four.keys()) expect(withNew(chainOf(...windows), index)).toEqual(made);
  });
  test("of several ways the longest counts, whichever was made first", () => {
    const [first, ...rest] = four;
    const last = four[3];
    const aside = [passesOn("cy", "gus"), passesOn("gus", "eli"), passesOn("hal", "eli")];
    for (const before of [
      [...aside, ...four],
      [...four, ...aside],
    ])
      for (const link of [first, last])
        expect(
          link &&
            outcome(
              delegates(
                before.filter(({ id }) => id !== link.id),
                link,
              ),
            ),
        ).toBe("delegation-too-deep");
    expect(first && outcome(delegates([...aside, ...rest.slice(0, 1)], first))).toEqual(made);
  });
  test("one that comes back to somebody in it is no longer for that", () => {
    const back = handsOver("eli", "bo");
    const three = four.slice(0, 3);
    for (const index of three.keys()) expect(withNew([...three, back], index)).toEqual(made);
    expect(outcome(delegates(three, back))).toEqual(made);
  });
});

describe("the refusal of a link", () => {
  const [first, second, third, last] = chainOf([0, 1], [0, 1], [0, 1], [0, 1]);
  test.each([
    [
      "to oneself",
      "delegation-cycle",
      "Nobody delegates to themselves.",
      handsOver("bo", "bo"),
      {},
    ],
    [
      "that closes a circle",
      "delegation-cycle",
      "bo hands on to dee in the same time, in a circle that all of them may redelegate.",
      passesOn("dee", "bo"),
      { from: "dee", to: "bo" },
    ],
    [
      "that makes a chain too long",
      "delegation-too-deep",
      "At most 3 delegations may follow one another.",
      last,
      { from: "eli", to: "fay", most: 3 },
    ],
  ])("%s says who and why", (_, code, message, link, details) => {
    const before = [first, second, third].filter((each) => each !== undefined);
    expect(link && delegates(before, link).refusal).toEqual({
      code,
      message,
      details: { ...details, faults: [{ path: "to", message }] },
    });
  });
});
