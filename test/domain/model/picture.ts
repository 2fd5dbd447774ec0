import type { ActorView, RequestView } from "@countersign/domain/request/view/wire.ts";
import { agents, nameOf, nobody, only, placesIn, size, type Crowd } from "./crowd.ts";
import { apartAt, countNow } from "./course.ts";
import { openPlace, stageAt, type Circle, type Sheet, type Stage } from "./sheet.ts";
import {
  ableIn,
  countUp,
  holders,
  lackAfterVotes,
  mayHold,
  mostFilled,
  onceOnly,
  recorded,
  wanted,
  type Count,
} from "./standing.ts";
import type { Box, Rung } from "./shapes.ts";
import type { Town } from "./town.ts";

/**
 * A request as one line, made from the decider's picture of it and from the model's sheet alike: status, what is
 * blocked, who ended it when, and every level with the state, quorum and slots of its groups.
 *
 * Where people stand in several groups and count once, which group an approval is shown to fill is the matching's
 * choice: there the line says only how many places are filled.
 */

const slotWords = {
  open: "o",
  approved: "a",
  denied: "d",
  not_required: "n",
  voided: "v",
  cancelled: "c",
} as const;

/** Somebody's approval is shown in two groups. */
const sharesVoters = (shown: readonly Crowd[]): boolean => {
  let seen = nobody;
  return shown.some((crowd) => {
    const shared = (seen & crowd) !== 0;
    seen |= crowd;
    return shared;
  });
};

const viewedLevel = (level: RequestView["levels"][number]): string => {
  const counted = level.groups.reduce(
    (all, { slots }) => all + slots.filter((slot) => slot.counted).length,
    0,
  );
  const voters = level.groups.flatMap(({ slots }) =>
    slots.filter(({ status }) => status === "approved").map(({ approver }) => approver),
  );
  const isChoice = level.logic === "AND" && new Set(voters).size < voters.length;
  const groups = level.groups.map(({ needed, status, blocked, slots }) => {
    const shown = slots
      .map((slot) => `${slot.approver}${slotWords[slot.status]}`)
      .toSorted()
      .join(" ");
    const how = isChoice && status !== "denied" ? "?" : status;
    return `${needed} ${how}${blocked ? "!" : ""} ${shown}`;
  });
  return `${level.status}${counted} {${groups.join("} {")}}`;
};

const actorShown = ({ kind, id, on_behalf_of: other }: ActorView): string =>
  other === undefined ? `${kind}:${id}` : `${kind}:${id}>${other}`;

const questionShown = (asked: RequestView["questions"][number]): string =>
  [asked["level"], asked["asked_by"], asked["answer"], asked["answered_by"]]
    .map((part) => JSON.stringify(part))
    .join("+");

/** The decider's picture as a line. */
export const lineOfView = ({
  payload_hash,
  status,
  blocked,
  expires_at,
  resolution,
  claimed_by,
  questions,
  attempts,
  execution,
  levels,
}: RequestView): string =>
  `${status}${blocked ? "!" : ""} ${payload_hash} ${expires_at ?? "never"} ${
    resolution === null ? "" : actorShown(resolution.by)
  } ${claimed_by ?? "unclaimed"} ${questions.map(questionShown).join(",")} ${attempts.length} ${
    execution === null ? "ungranted" : `${execution.status} ${execution.valid_until}`
  } ${levels.map(viewedLevel).join(" / ")}`;

const recordedPeople = ({ slips }: Circle): Crowd =>
  slips.reduce((all, { person }) => all | only(person), nobody);

/** Everybody who is shown in a group with a slot: recorded people who are there, agents, and those of the pools. */
const listedIn = (circle: Circle, crowd: Crowd): Crowd =>
  (recordedPeople(circle) & ~circle.gone) |
  circle.agents |
  (circle.last ?? (circle.pools.length === 0 ? nobody : crowd));

/** Slots with a letter for how each stands: void and replaced ones too. */
const slotsShown = (
  circle: Circle,
  { ballots }: Stage,
  crowd: Crowd,
  wantsMore: boolean,
): string => {
  const answers = placesIn(listedIn(circle, crowd)).map((person) => {
    const ballot = ballots.find(({ slot }) => slot === person);
    const unanswered = wantsMore ? "o" : "n";
    return `${nameOf(person)}${ballot === undefined ? unanswered : ballot.yes ? "a" : "d"}`;
  });
  const voided = placesIn(circle.gone).map((person) => `${nameOf(person)}v`);
  const replaced = placesIn(circle.replaced).map((person) => `${nameOf(person)}c`);
  return [...answers, ...voided, ...replaced].toSorted().join(" ");
};

const countedIn = (rung: Rung, { needs, yes }: Count): number =>
  onceOnly(rung)
    ? mostFilled(needs, yes)
    : yes.reduce(
        (all, crowd, at) =>
          all + (yes.length > 1 ? size(crowd) : Math.min(size(crowd), needs[at] ?? 1)),
        0,
      );

/** Who may answer, and after the end who might have. */
const crowdsOf = (sheet: Sheet, stage: Stage, town: Town): readonly Crowd[] =>
  stage.circles.map((circle) =>
    stage.state === "open" ? holders(circle, mayHold(sheet, town), town) : listedIn(circle, nobody),
  );

const sheetLevel = (sheet: Sheet, rung: Rung, place: number, town: Town): string => {
  const stage = sheet.stages[place];
  if (stage === undefined || stage.state === "skipped") {
    const may = mayHold(sheet, town);
    const groups = rung.boxes.map(
      (box: Box) =>
        `${wanted(box, recorded(box, rung, may, town, apartAt(sheet, place)))} waiting `,
    );
    return `${stage === undefined ? "waiting" : "skipped"}0 {${groups.join("} {")}}`;
  }
  const isOpen = stage.state === "open";
  const crowds = crowdsOf(sheet, stage, town);
  const count = countUp(rung, stage.circles, stage.ballots, crowds);
  const yes = stage.ballots.reduce((all, vote) => (vote.yes ? all | only(vote.slot) : all), nobody);
  const isChoice =
    rung.logic === "AND" &&
    sharesVoters(stage.circles.map((circle, at) => listedIn(circle, crowds[at] ?? nobody) & yes));
  const groups = stage.circles.map((circle, at) => {
    const crowd = crowds[at] ?? nobody;
    const need = count.needs[at] ?? 1;
    const denied = count.denied[at] === true;
    const met = size(count.yes[at] ?? nobody) >= need;
    const status =
      denied || stage.deniedBy === at
        ? "denied"
        : isChoice
          ? "?"
          : met
            ? "approved"
            : isOpen
              ? "open"
              : "not_required";
    const blocked = isOpen && size(ableIn(rung.boxes[at] as Box, crowd)) < need;
    const shown = slotsShown(circle, stage, crowd, isOpen && !denied);
    return `${need} ${status}${blocked ? "!" : ""} ${shown}`;
  });
  const word = stage.state === "closed" ? "open" : stage.state;
  return `${word}${countedIn(rung, count)} {${groups.join("} {")}}`;
};

const isBlocked = (sheet: Sheet, town: Town): boolean => {
  if (sheet.status !== "pending") return false;
  const place = openPlace(sheet);
  if (place < 0) return sheet.allSkipped;
  const rung = sheet.rungs[place];
  return rung !== undefined && lackAfterVotes(rung, countNow(sheet, place, town)) !== null;
};

/** The model's sheet as a line. */
export const lineOfSheet = (sheet: Sheet, town: Town): string =>
  `${sheet.status}${isBlocked(sheet, town) ? "!" : ""} ${sheet.hash} ${
    sheet.deadline === Infinity ? "never" : new Date(sheet.deadline).toISOString()
  } ${sheet.endedBy} ${sheet.claimedBy ?? "unclaimed"} ${sheet.questions
    .map(({ place, by, text, answeredBy }) =>
      [place + 1, by, text, answeredBy].map((part) => JSON.stringify(part)).join("+"),
    )
    .join(",")} ${sheet.attempts} ${
    sheet.grant === null
      ? "ungranted"
      : `${sheet.grant.stands} ${new Date(sheet.grant.until).toISOString()}`
  } ${sheet.rungs.map((rung, place) => sheetLevel(sheet, rung, place, town)).join(" / ")}`;

/** People and agents who hold an open slot now. */
export const waitedFor = (sheet: Sheet, town: Town): Crowd => {
  const place = openPlace(sheet);
  if (place < 0) return nobody;
  const { circles, ballots } = stageAt(sheet, place);
  const count = countNow(sheet, place, town);
  const voted = ballots.reduce((all, { slot }) => all | only(slot), nobody);
  const waiting = circles.reduce(
    (all, _, at) => (count.denied[at] === true ? all : all | (count.crowds[at] ?? nobody)),
    nobody,
  );
  return waiting & ~voted;
};

/** People in whose queue the request is; agents have none. */
export const queueOf = (sheet: Sheet, town: Town): string =>
  placesIn(waitedFor(sheet, town) & ~agents)
    .map(nameOf)
    .toSorted()
    .join(" ");
