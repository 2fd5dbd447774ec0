import type { RefusalCode } from "@countersign/domain/request/refusals.ts";
import { agents, has, nobody, seatOf, type Crowd } from "./crowd.ts";
import { apartAt, appliesAt, finished, recordedAt, settled, voterName } from "./course.ts";
import { hatsOf, isAway, type Hat } from "./hats.ts";
import { isOver } from "./late.ts";
import { withoutLeavers } from "./leaving.ts";
import {
  openPlace,
  stageAt,
  withStage,
  type Ballot,
  type Circle,
  type Sheet,
  type Stage,
} from "./sheet.ts";
import { holders, mayHold, recorded } from "./standing.ts";
import type { Told } from "./submitting.ts";
import { votersOf, type Town } from "./town.ts";

/** An approve or a deny as it was said. */
export interface Said {
  readonly by: string;
  readonly yes: boolean;
  /** Counts from 1. */
  readonly level: number | null;
  readonly hash: string | null;
  readonly reason: string | null;
}

/** Everything that the tables of answers ask about. */
export interface Case {
  readonly sheet: Sheet;
  readonly said: Said;
  readonly voter: number;
  readonly hash: string;
  readonly town: Town;
  readonly now: number;
  /** Place of the open level, -1 for none. */
  readonly open: number;
  readonly hats: readonly Hat[];
  /** The right that the vote would take; undefined for none. */
  readonly hat: Hat | undefined;
}

const hatsAt = (
  { sheet, said, town, now }: Pick<Case, "sheet" | "said" | "town" | "now">,
  circles: readonly Circle[],
  may: Crowd = mayHold(sheet, town),
): readonly Hat[] => hatsOf(said.by, { circles, policy: sheet.policy, may, town, now });

/** Who asks, with the rights they have at the open level. */
export const caseOf = (sheet: Sheet, said: Said, town: Town, now: number): Case => {
  const open = openPlace(sheet);
  const stage = sheet.stages[open];
  const asked = { sheet, said, town, now };
  const hats = stage === undefined ? [] : hatsAt(asked, stage.circles);
  const voter = seatOf(said.by);
  const isTaken = ({ slot }: Hat): boolean =>
    slot !== voter &&
    stage?.ballots.some((ballot) => ballot.slot === slot && ballot.by !== voter) === true;
  const hash = said.hash ?? sheet.firstHash;
  return { ...asked, voter, hash, open, hats, hat: hats.find((hat) => !isTaken(hat)) };
};

/** The voter's vote on this hash at a level. */
const stands = (stage: Stage | undefined, { voter, hash }: Case): Ballot | undefined =>
  stage?.ballots.find((ballot) => ballot.by === voter && ballot.hash === hash);

/** The level that is meant: the one named, else the open one. */
const meant = (of: Case): Stage | undefined =>
  of.sheet.stages[of.said.level === null ? of.open : of.said.level - 1];

const lastStanding = (of: Case): Ballot | undefined => {
  const held = of.sheet.edit?.held ?? null;
  return (
    stands(
      of.sheet.stages.findLast((stage) => stands(stage, of) !== undefined),
      of,
    ) ?? (held?.by === of.voter && held.hash === of.hash ? held : undefined)
  );
};

const saidBefore = (of: Case): boolean => stands(meant(of), of)?.yes === of.said.yes;

/** No level is named, and at the open one the voter has not voted: what stands earlier may be what is meant. */
const meantEarlier = (of: Case): Ballot | undefined =>
  of.said.level === null && stands(meant(of), of) === undefined ? lastStanding(of) : undefined;

const saidEarlier = (of: Case): boolean =>
  meantEarlier(of)?.yes === of.said.yes && of.hat === undefined;

/** Would be asked at some level that may apply, for themselves or another, if separation of duties were not. */
const keptOut = (of: Case): boolean => {
  const { sheet, voter, town } = of;
  const may = votersOf(town);
  return sheet.rungs.some(
    (rung, place) =>
      appliesAt(sheet, place) &&
      hatsAt(
        of,
        rung.boxes.map((box) => recorded(box, rung, may, town, apartAt(sheet, place))),
        may,
      ).some(({ slot }) => has(sheet.apart, voter) || has(sheet.apart, slot)),
  );
};

/** Edited the payload at another level, or acts for who did, and would be asked at the open one without the edit. */
const editedElsewhere = (of: Case): boolean => {
  const { sheet, said, voter, town, open } = of;
  const { edit } = sheet;
  if (edit === null || open < 0 || open === edit.place) return false;
  if (said.level !== null && said.level !== open + 1) return false;
  const may = mayHold(sheet, town);
  const circles = recordedAt({ ...sheet, edit: null }, open, town);
  return edit.editor === voter
    ? circles.some((circle) => has(holders(circle, may, town), voter))
    : hatsAt(of, circles, may).some(({ slot }) => slot === edit.editor);
};

const isResolved = (stage: Stage | undefined): boolean =>
  stage?.state === "approved" || stage?.state === "denied";

/** Answered at a level that people resolved, could still answer there, or stood there when it ended. */
const pastApprover = (of: Case): boolean =>
  of.sheet.stages.some(
    (stage) =>
      isResolved(stage) &&
      (stage.ballots.some(({ by }) => by === of.voter) ||
        hatsAt(of, stage.circles).length > 0 ||
        stage.circles.some(({ last }) => has(last ?? nobody, of.voter))),
  );

/** An approver, by the people of the day, of a level that is still to come or was skipped. */
const comingApprover = (of: Case): boolean =>
  of.sheet.rungs.some((_, place) => {
    const state = of.sheet.stages[place]?.state ?? "skipped";
    return state === "skipped" && hatsAt(of, recordedAt(of.sheet, place, of.town)).length > 0;
  });

const knownNowhere = (of: Case): boolean =>
  has(of.sheet.apart, of.voter) || (!pastApprover(of) && !comingApprover(of));

/** Holds a slot here that somebody else answers now. */
const handedOver = ({ sheet, said, voter, town, now, open }: Case): boolean => {
  const may = mayHold(sheet, town);
  return (
    isAway(said.by, town, now) &&
    sheet.stages[open]?.circles.some((circle) => has(holders(circle, may, town), voter)) === true
  );
};

const namesAnother = ({ sheet, said: { level } }: Case): boolean =>
  level !== null && level !== sheet.stages.length;

const namesResolved = ({ sheet, said: { level } }: Case): boolean =>
  isResolved(sheet.stages[(level ?? 0) - 1]);

/** `done`: nothing more happens, and nothing is refused. `late`: refused, and the request expires. */
export type Answer = RefusalCode | "done" | "late";

export type Row = readonly [Answer, (of: Case) => boolean];

const isAgent = ({ voter }: Case): boolean => has(agents, voter);

/** Some level names the agent as decider, whether or not it is asked there. */
const isNamed = ({ sheet, voter }: Case): boolean =>
  sheet.rungs.some(({ deciders }) => has(deciders, voter));

/** What is answered to somebody without a right at the open level. */
export const withoutRight: readonly Row[] = [
  ["not-an-approver", ({ voter }) => voter < 0],
  ["not-an-approver", (of) => isAgent(of) && !isNamed(of)],
  ["separation-of-duties", (of) => isAgent(of) && has(of.sheet.apart, of.voter)],
  ["not-an-approver", (of) => isAgent(of) && !has(mayHold(of.sheet, of.town), of.voter)],
  ["separation-of-duties", (of) => has(of.sheet.apart, of.voter) && keptOut(of)],
  ["not-an-approver", (of) => has(of.sheet.apart, of.voter)],
  ["separation-of-duties", editedElsewhere],
  ["not-an-approver", (of) => knownNowhere(of) && handedOver(of)],
  ["separation-of-duties", (of) => knownNowhere(of) && keptOut(of)],
  ["not-an-approver", knownNowhere],
  ["level-resolved", (of) => namesAnother(of) && namesResolved(of)],
  ["level-not-open", namesAnother],
  ["level-resolved", pastApprover],
  ["level-not-open", () => true],
];

/** What is answered to an approver of the open level who names another. */
export const namedWrongly: readonly Row[] = [
  ["level-resolved", (of) => namesAnother(of) && namesResolved(of)],
  ["level-not-open", namesAnother],
];

export const only =
  (when: (of: Case) => boolean) =>
  ([answer, holds]: Row): Row => [answer, (of) => when(of) && holds(of)];

/** What is answered to a vote: the first row that holds wins; with none of them the vote counts. */
const rows: readonly Row[] = [
  ["done", saidBefore],
  ["done", saidEarlier],
  ["already-resolved", ({ sheet }) => sheet.status !== "pending"],
  ["late", ({ sheet, now }) => isOver(sheet, now)],
  ["reason-required", ({ said: { yes, reason } }) => !yes && (reason ?? "").trim() === ""],
  ...withoutRight.map(only(({ hat }) => hat === undefined)),
  ...namedWrongly,
  ["level-not-named", (of) => meantEarlier(of) !== undefined],
  ["payload-changed", ({ sheet, hash }) => hash !== sheet.hash],
];

/** A vote that counts, and what follows. */
export const castBallot = (before: Sheet, place: number, ballot: Ballot, town: Town): Sheet => {
  const left = withoutLeavers(before, place, town);
  const stage = stageAt(left, place);
  const others = stage.ballots.filter(({ slot, by }) => slot !== ballot.slot && by !== ballot.by);
  const sheet = withStage(left, place, { ...stage, ballots: [...others, ballot] });
  return settled(sheet, place, voterName(ballot), town);
};

/** What follows from the first row that holds, or from none. */
export const answered = (table: readonly Row[], of: Case, otherwise: () => Sheet): Told => {
  const { sheet, town } = of;
  const answer = table.find(([, holds]) => holds(of))?.[0];
  switch (answer) {
    case undefined:
      return { sheet: otherwise(), code: null };
    case "done":
      return { sheet, code: null };
    case "late":
      return { sheet: finished(sheet, "expired", "timer:expiry", town), code: "already-resolved" };
    default:
      return { sheet, code: answer };
  }
};

export const voted = (sheet: Sheet, said: Said, town: Town, now: number): Told => {
  const of = caseOf(sheet, said, town, now);
  const { voter, hat, hash, open } = of;
  return answered(rows, of, () =>
    castBallot(sheet, open, { slot: hat?.slot ?? voter, by: voter, yes: said.yes, hash }, town),
  );
};
