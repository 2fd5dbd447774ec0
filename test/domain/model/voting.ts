import type { RefusalCode } from "@countersign/domain/request/refusals.ts";
import { has, nobody, only, placeOf, type Crowd } from "./crowd.ts";
import { countNow, deniedAt, ended, finished, goOn } from "./course.ts";
import { isOver } from "./late.ts";
import { withoutLeavers } from "./leaving.ts";
import { applies } from "./shapes.ts";
import {
  openPlace,
  rungAt,
  stageAt,
  withStage,
  type Ballot,
  type Sheet,
  type Stage,
} from "./sheet.ts";
import { holders, lackAfterVotes, mayHold, recorded, verdictOf } from "./standing.ts";
import type { Told } from "./submitting.ts";
import { votersOf, type Town } from "./town.ts";

/** An approve or a deny as it was said. */
export interface Said {
  readonly by: string | null;
  readonly yes: boolean;
  /** Counts from 1. */
  readonly level: number | null;
  readonly hash: string | null;
  readonly reason: string | null;
}

/** Everything that the table of answers asks about. */
interface Case {
  readonly sheet: Sheet;
  readonly said: Said;
  readonly voter: number;
  readonly hash: string;
  readonly town: Town;
  readonly now: number;
  /** Place of the open level, -1 for none. */
  readonly open: number;
  readonly hasSlot: boolean;
}

const holdersAt = (sheet: Sheet, stage: Stage, town: Town): Crowd => {
  const may = mayHold(sheet, town);
  return stage.circles.reduce((crowd, circle) => crowd | holders(circle, may, town), nobody);
};

/** The voter's vote on this hash at a level. */
const stands = (stage: Stage | undefined, { voter, hash }: Case): Ballot | undefined =>
  stage?.ballots.find((ballot) => ballot.by === voter && ballot.hash === hash);

/** The level that is meant: the one named, else the open one. */
const meant = (of: Case): Stage | undefined =>
  of.sheet.stages[of.said.level === null ? of.open : of.said.level - 1];

const lastStanding = (of: Case): Ballot | undefined =>
  stands(
    of.sheet.stages.findLast((stage) => stands(stage, of) !== undefined),
    of,
  );

const saidBefore = (of: Case): boolean => stands(meant(of), of)?.yes === of.said.yes;

/** No level is named, and at the open one the voter has not voted: what stands earlier may be what is meant. */
const meantEarlier = (of: Case): Ballot | undefined =>
  of.said.level === null && stands(meant(of), of) === undefined ? lastStanding(of) : undefined;

const saidEarlier = (of: Case): boolean => meantEarlier(of)?.yes === of.said.yes && !of.hasSlot;

/** Would be asked at some level that may apply, if separation of duties were not. */
const keptOut = ({ sheet, voter, town }: Case): boolean => {
  const may = votersOf(town);
  return (
    has(sheet.apart, voter) &&
    sheet.rungs.some(
      (rung) =>
        applies(rung, sheet.facts) &&
        rung.boxes.some((box) => has(holders(recorded(box, may, town), may, town), voter)),
    )
  );
};

const isResolved = (stage: Stage | undefined): boolean =>
  stage?.state === "approved" || stage?.state === "denied";

/** Answered at a level that people resolved, could still stand there, or stood there when it ended. */
const pastApprover = ({ sheet, voter, town }: Case): boolean =>
  sheet.stages.some(
    (stage) =>
      isResolved(stage) &&
      (stage.ballots.some(({ by }) => by === voter) ||
        has(holdersAt(sheet, stage, town), voter) ||
        stage.circles.some(({ last, gone }) => has((last ?? nobody) & ~gone, voter))),
  );

/** An approver, by the people of the day, of a level that is still to come or was skipped. */
const comingApprover = ({ sheet, voter, town }: Case): boolean => {
  const may = mayHold(sheet, town);
  return sheet.rungs.some(
    ({ boxes }, place) =>
      (sheet.stages[place] === undefined || sheet.stages[place].state === "skipped") &&
      boxes.some((box) => has(holders(recorded(box, may, town), may, town), voter)),
  );
};

const knownNowhere = (of: Case): boolean =>
  has(of.sheet.apart, of.voter) || (!pastApprover(of) && !comingApprover(of));

const namesAnother = ({ sheet, said: { level } }: Case): boolean =>
  level !== null && level !== sheet.stages.length;

const namesResolved = ({ sheet, said: { level } }: Case): boolean =>
  isResolved(sheet.stages[(level ?? 0) - 1]);

/** `done`: nothing more happens, and nothing is refused. `late`: refused, and the request expires. */
type Answer = RefusalCode | "done" | "late";

/** What is answered to a vote: the first row that holds wins; with none of them the vote counts. */
const rows: readonly (readonly [Answer, (of: Case) => boolean])[] = [
  ["done", saidBefore],
  ["done", saidEarlier],
  ["already-resolved", ({ sheet }) => sheet.status !== "pending"],
  ["late", ({ sheet, now }) => isOver(sheet, now)],
  ["reason-required", ({ said: { yes, reason } }) => !yes && (reason ?? "").trim() === ""],
  ["not-an-approver", ({ hasSlot, voter }) => !hasSlot && voter < 0],
  ["separation-of-duties", (of) => !of.hasSlot && knownNowhere(of) && keptOut(of)],
  ["not-an-approver", (of) => !of.hasSlot && knownNowhere(of)],
  ["level-resolved", (of) => !of.hasSlot && namesAnother(of) && namesResolved(of)],
  ["level-not-open", (of) => !of.hasSlot && namesAnother(of)],
  ["level-resolved", (of) => !of.hasSlot && pastApprover(of)],
  ["level-not-open", ({ hasSlot }) => !hasSlot],
  ["level-resolved", (of) => namesAnother(of) && namesResolved(of)],
  ["level-not-open", namesAnother],
  ["level-not-named", (of) => meantEarlier(of) !== undefined],
  ["payload-changed", ({ sheet, hash }) => hash !== sheet.hash],
];

/** A vote that counts, and what follows. */
const cast = ({ sheet: before, voter, said, hash, town, open, ...rest }: Case): Sheet => {
  const left = withoutLeavers(before, open, town);
  const stage = stageAt(left, open);
  const ballot: Ballot = { slot: voter, by: voter, yes: said.yes, hash };
  const others = stage.ballots.filter(({ slot, by }) => slot !== ballot.slot && by !== voter);
  const sheet = withStage(left, open, { ...stage, ballots: [...others, ballot] });
  const count = countNow(sheet, open, town);
  const rung = rungAt(sheet, open);
  const verdict = verdictOf(rung, count);
  const by = `person:${said.by}`;
  switch (verdict.is) {
    case "open":
      return lackAfterVotes(rung, count) === null ? sheet : { ...sheet, stuck: open + 1 };
    case "denied":
      return deniedAt(sheet, open, verdict.group, by, town);
    case "approved":
      return goOn(ended(sheet, open, "approved", -1, town), open + 1, true, by, town);
  }
  throw new Error(`The model has no such verdict ${JSON.stringify(rest)}.`);
};

export const voted = (sheet: Sheet | null, said: Said, town: Town, now: number): Told => {
  if (sheet === null) return { sheet, code: "not-found" };
  if (said.by === null) return { sheet, code: "forbidden" };
  const voter = placeOf(said.by);
  const open = openPlace(sheet);
  const stage = sheet.stages[open];
  const of: Case = {
    sheet,
    said,
    voter,
    hash: said.hash ?? sheet.hash,
    town,
    now,
    open,
    hasSlot: stage !== undefined && (holdersAt(sheet, stage, town) & only(voter)) !== nobody,
  };
  const answer = rows.find(([, holds]) => holds(of))?.[0];
  switch (answer) {
    case undefined:
      return { sheet: cast(of), code: null };
    case "done":
      return { sheet, code: null };
    case "late":
      return { sheet: finished(sheet, "expired", "timer:expiry", town), code: "already-resolved" };
    default:
      return { sheet, code: answer };
  }
};
