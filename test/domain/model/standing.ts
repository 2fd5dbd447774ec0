import { agents, has, nobody, only, placesIn, size, type Crowd } from "./crowd.ts";
import type { Bar, Box, Rung, Source } from "./shapes.ts";
import type { Ballot, Circle, Sheet, Slip } from "./sheet.ts";
import { votersOf, type Town } from "./town.ts";

/** Approvals wanted of so many recorded people; an empty set never approves, so it is never less than one. */
const bars: Readonly<Record<Bar["required"], (people: number, amount: number) => number>> = {
  any: () => 1,
  threshold: (_people, amount) => amount,
  all: (people) => people,
  percent: (people, amount) => {
    let enough = 0;
    while (enough * 100 < people * amount) enough += 1;
    return enough;
  },
};

/** Whether today's members answer, or those who were there when the level opened. */
export const answeredByPool: Readonly<Record<Bar["required"], boolean>> = {
  any: true,
  threshold: true,
  all: false,
  percent: false,
};

/** Who may hold a slot of this request today: people, and agents where the organisation lets them decide. */
export const mayHold = (
  { apart, escalated }: Pick<Sheet, "apart" | "escalated">,
  town: Town,
): Crowd => (votersOf(town) | (town.agentsDecide && !escalated ? agents : nobody)) & ~apart;

/** Those whose approval can bring a group nearer to its quorum: agents are none of the heads that are counted. */
export const ableIn = ({ bar }: Box, crowd: Crowd): Crowd =>
  answeredByPool[bar.required] ? crowd : crowd & ~agents;

/** Whose turn it is: the one of the role who waits longest, -1 for nobody. A forecast knows no turns and nobody away. */
const nextOf = (role: number, may: Crowd, { roles, turns, away }: Town, opens: boolean): number => {
  const last = (place: number): number => (opens ? (turns[role]?.[place] ?? 0) : 0);
  const there = placesIn((roles[role] ?? nobody) & may & (opens ? ~away : ~nobody));
  return there.toSorted((one, other) => last(one) - last(other))[0] ?? -1;
};

/** What a group records of those who are named to it: roles that answer by the day, and people. */
export const named = (
  bar: Bar,
  sources: readonly Source[],
  may: Crowd,
  town: Town,
  opens = false,
): Pick<Circle, "pools" | "slips"> => {
  const slips: Slip[] = [];
  const pools: number[] = [];
  let seen: Crowd = nobody;
  const note = (person: number, role: number | null, turn?: true): void => {
    if (!has(may, person) || has(seen, person)) return;
    seen |= only(person);
    slips.push({ person, role, ...(turn && { turn }) });
  };
  for (const source of sources) {
    if ("person" in source) {
      if (has(town.known, source.person)) note(source.person, null);
    } else if ("turn" in source) {
      note(nextOf(source.turn, may, town, opens), source.turn, true);
    } else if (answeredByPool[bar.required]) {
      if (!pools.includes(source.role)) pools.push(source.role);
    } else {
      const members = town.roles[source.role] ?? nobody;
      for (const person of placesIn(members)) note(person, source.role);
    }
  }
  return { pools, slips };
};

/** Approvals wanted of so many recorded people. */
export const barFor = ({ required, amount }: Bar, people: number): number =>
  Math.max(1, bars[required](people, amount));

/** The group as it would be recorded if its level opened now; with `opens` it does. */
export const recorded = (
  { bar, sources }: Box,
  { deciders }: Pick<Rung, "deciders">,
  may: Crowd,
  town: Town,
  apart: Crowd = nobody,
  opens = false,
): Circle => {
  const { pools, slips } = named(bar, sources, may & ~apart, town, opens);
  const wants = barFor(bar, slips.length);
  return {
    pools,
    slips,
    agents: deciders & may & ~apart,
    bar: wants,
    gone: nobody,
    apart,
    replaced: nobody,
    last: null,
  };
};

export const inPools = ({ pools, apart, replaced }: Circle, may: Crowd, town: Town): Crowd =>
  pools.reduce((crowd, role) => crowd | (town.roles[role] ?? nobody), nobody) &
  may &
  ~apart &
  ~replaced;

/** Recorded people who still are what they were recorded as. */
export const stillThere = ({ slips, gone }: Circle, may: Crowd, town: Town): Crowd => {
  let crowd = nobody;
  for (const { person, role } of slips) {
    if (role === null || has(town.roles[role] ?? nobody, person)) crowd |= only(person);
  }
  return crowd & may & ~gone;
};

/** Everybody who may answer in the group today. */
export const holders = (circle: Circle, may: Crowd, town: Town): Crowd =>
  ((stillThere(circle, may, town) | (circle.agents & may)) & ~circle.apart) |
  inPools(circle, may, town);

/** Approvals wanted now: of the recorded people those who stayed count. */
export const wanted = ({ bar }: Box, circle: Circle): number =>
  circle.gone === nobody ? circle.bar : barFor(bar, circle.slips.length - size(circle.gone));

export const onceOnly = (rung: Rung): boolean =>
  rung.distinct && rung.logic === "AND" && rung.boxes.length > 1;

/**
 * How many places can be filled when nobody fills two: the smallest, over all sets of groups, of the places outside of
 * the set and the people who may stand inside of it (Hall's theorem in Ore's form).
 */
export const mostFilled = (needs: readonly number[], crowds: readonly Crowd[]): number => {
  let least = Infinity;
  for (let set = 0; set < 1 << needs.length; set++) {
    let filled = 0;
    let inside = nobody;
    for (const [index, need] of needs.entries()) {
      if ((set >> index) & 1) inside |= crowds[index] ?? nobody;
      else filled += need;
    }
    least = Math.min(least, filled + size(inside));
  }
  return least;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

export const canFillAll = (needs: readonly number[], crowds: readonly Crowd[]): boolean =>
  mostFilled(needs, crowds) === sum(needs);

/** The numbers by which a level is judged, group by group. */
export interface Count {
  readonly needs: readonly number[];
  /** Who may answer. */
  readonly crowds: readonly Crowd[];
  readonly yes: readonly Crowd[];
  readonly no: readonly Crowd[];
  readonly denied: readonly boolean[];
}

const castBy = (ballots: readonly Ballot[], yes: boolean): Crowd =>
  ballots.reduce((crowd, ballot) => (ballot.yes === yes ? crowd | only(ballot.slot) : crowd), 0);

const isDenied = (rung: Rung, box: Box, crowd: Crowd, no: Crowd, need: number): boolean => {
  if ((crowd & no) === 0) return false;
  if (rung.onDeny === "veto" || box.bar.required === "all") return true;
  const able = ableIn(box, crowd);
  return size(able & ~no) < need && need <= size(able);
};

/** Counts a level's votes, where `crowds` are those who may answer in its groups. */
export const countUp = (
  rung: Rung,
  circles: readonly Circle[],
  ballots: readonly Ballot[],
  crowds: readonly Crowd[],
): Count => {
  const [yes, no] = [castBy(ballots, true), castBy(ballots, false)];
  const needs = circles.map((circle, at) => wanted(rung.boxes[at] as Box, circle));
  return {
    needs,
    crowds,
    yes: crowds.map((crowd, at) => ableIn(rung.boxes[at] as Box, crowd & yes)),
    no: crowds.map((crowd) => crowd & no),
    denied: crowds.map((crowd, at) =>
      isDenied(rung, rung.boxes[at] as Box, crowd, no, needs[at] ?? 1),
    ),
  };
};

export type Verdict =
  | { readonly is: "open" }
  | { readonly is: "approved" }
  | { readonly is: "denied"; readonly group: number };

/** What a level's count comes to when a vote has just been cast. */
export const verdictOf = (rung: Rung, count: Count): Verdict => {
  const { needs, crowds, yes, no, denied } = count;
  const met = needs.map((need, at) => size(yes[at] ?? nobody) >= need);
  if (rung.logic === "OR") {
    if (denied.every(Boolean)) return { is: "denied", group: 0 };
    return { is: met.some((enough, at) => enough && denied[at] !== true) ? "approved" : "open" };
  }
  const group = denied.indexOf(true);
  if (group >= 0) return { is: "denied", group };
  const noes = no.reduce((all, each) => all | each, nobody);
  if (rung.onDeny === "unreachable" && onceOnly(rung) && noes !== nobody) {
    const able = crowds.map((crowd, at) => ableIn(rung.boxes[at] as Box, crowd));
    const left = able.map((crowd) => crowd & ~noes);
    if (canFillAll(needs, able) && !canFillAll(needs, left)) {
      return { is: "denied", group: no.findIndex((each) => each !== nobody) };
    }
  }
  const enough = onceOnly(rung) ? canFillAll(needs, yes) : met.every(Boolean);
  return { is: enough ? "approved" : "open" };
};

/** Why nobody can approve a level as things stand. */
export type Lack = "empty" | "short" | "voted" | null;

/** What people a level lacks, votes aside. */
export const lackOf = (
  rung: Rung,
  needs: readonly number[],
  crowds: readonly Crowd[],
): Exclude<Lack, "voted"> => {
  const able = crowds.map((crowd, at) => ableIn(rung.boxes[at] as Box, crowd));
  const short = able.filter((crowd, at) => size(crowd) < (needs[at] ?? 1));
  if (short.length === 0) return onceOnly(rung) && !canFillAll(needs, able) ? "short" : null;
  if (rung.logic === "OR" && short.length < crowds.length) return null;
  return short.every((crowd) => crowd === nobody) ? "empty" : "short";
};

/** The same of an open level, where it also lacks people when all have voted and nothing came of it. */
export const lackAfterVotes = (rung: Rung, { needs, crowds, yes, no, denied }: Count): Lack => {
  const lack = lackOf(rung, needs, crowds);
  if (lack !== null) return lack;
  const waits = crowds.some(
    (crowd, at) =>
      denied[at] !== true &&
      (ableIn(rung.boxes[at] as Box, crowd) & ~(yes[at] ?? nobody) & ~(no[at] ?? nobody)) !==
        nobody,
  );
  return waits ? null : "voted";
};
