import type { RefusalCode } from "@countersign/domain/request/refusals.ts";
import { has, nobody, only } from "./crowd.ts";
import { finished, goOn } from "./course.ts";
import { askedHash, type Wish } from "./moves.ts";
import { applies, type Book, type Named, type Rung } from "./shapes.ts";
import type { Sheet } from "./sheet.ts";
import { holders, lackOf, mayHold, recorded, wanted } from "./standing.ts";
import { agentsOf, answersFor, owners, type Shelf, type Town } from "./town.ts";

const DAY = 24 * 60;
const LONGEST = 3_650 * DAY;

/** The level that a list of approvers makes. */
const inlineRung = (sources: readonly Named[]): Rung => ({
  boxes: [{ bar: { required: "any", amount: 1 }, sources }],
  logic: "AND",
  distinct: true,
  onDeny: "veto",
  onEmpty: "block",
  test: null,
  unskippable: false,
  deciders: nobody,
});

interface Asking {
  readonly by: string;
  readonly wish: Wish;
  readonly book: Book | undefined;
  readonly written: number | null;
  readonly sheet: Sheet;
  readonly town: Town;
  readonly shelf: Shelf;
}

const minutes = (expires: number | "never"): number => (expires === "never" ? Infinity : expires);

/** What policy and org wrote: the policy's, else the org's; null when neither did. */
const writtenExpiry = (book: Book | undefined, { orgExpires }: Shelf): number | null => {
  const said = book?.expires ?? orgExpires;
  return said === null ? null : minutes(said);
};

const inlineUnknown = ({ wish, town }: Asking): boolean =>
  !wish.gated &&
  (wish.approvers ?? []).some((source) =>
    "person" in source ? !has(town.known, source.person) : town.roles[source.role] === undefined,
  );

/** Levels that may apply and can never be approved by the people there are. */
const outOfReach = ({ sheet, town }: Asking): boolean => {
  const may = mayHold(sheet, town);
  return sheet.rungs.some((rung) => {
    if (!applies(rung, sheet.facts)) return false;
    const circles = rung.boxes.map((box) => recorded(box, rung, may, town));
    const crowds = circles.map((circle) => holders(circle, may, town));
    const needs = rung.boxes.map((box, at) => {
      const circle = circles[at];
      return circle === undefined ? 1 : wanted(box, circle);
    });
    const lack = lackOf(rung, needs, crowds);
    return lack === "short" || (lack === "empty" && sheet.inline);
  });
};

/** Why an ask is refused: the first row that holds wins. */
const rows: readonly (readonly [RefusalCode, (asking: Asking) => boolean])[] = [
  [
    "unprocessable",
    ({ by, wish }) =>
      wish.describes !== null && (owners[by] === undefined || wish.describes !== by),
  ],
  ["policy-and-approvers", ({ wish }) => wish.policy !== null && wish.approvers !== null],
  [
    "no-policy",
    ({ wish, shelf }) =>
      !wish.gated && wish.approvers === null && (wish.policy ?? shelf.orgPolicy) === null,
  ],
  ["unknown-policy", ({ wish, book }) => wish.approvers === null && book === undefined],
  ["unprocessable", ({ wish }) => wish.expires === "soon"],
  [
    "expiry-out-of-range",
    ({ wish: { expires }, written }) =>
      (typeof expires === "number" && (expires <= 0 || expires > LONGEST)) ||
      (expires !== null && expires !== "soon" && written !== null && minutes(expires) > written),
  ],
  ["unknown-approver", inlineUnknown],
  ["quorum-unreachable", outOfReach],
];

const blank = (
  by: string,
  wish: Wish,
  book: Book | undefined,
  shelf: Shelf,
  now: number,
): Sheet => {
  const written = writtenExpiry(book, shelf);
  const said = wish.expires === null || wish.expires === "soon" ? null : minutes(wish.expires);
  const allows = !wish.gated && (book?.selfApproval ?? shelf.orgSelfApproval) === "allow";
  const rungs = book?.rungs ?? [inlineRung(wish.approvers ?? [])];
  const fallback = book?.fallback ?? null;
  return {
    status: "pending",
    rungs: fallback === null ? rungs : [...rungs, fallback],
    regular: rungs.length,
    approvesWhenSkipped: !wish.gated && book?.onAllSkipped === "approve",
    inline: book === undefined,
    escalated: wish.gated,
    facts: wish.facts,
    asker: by,
    policy: book?.id ?? null,
    keepsApprovals: book?.keepsApprovals ?? false,
    hash: askedHash,
    firstHash: askedHash,
    edit: null,
    extensions: 0,
    claimedBy: null,
    questions: [],
    attempts: 0,
    mostAttempts: book?.maxResubmissions ?? 3,
    grantMinutes: book?.grant ?? 60,
    grant: null,
    amendedAway: [],
    apart: (allows ? nobody : only(answersFor(by))) | agentsOf(by),
    deadline: now + (said ?? written ?? DAY) * 60_000,
    stages: [],
    stuck: 0,
    allSkipped: false,
    endedBy: "",
  };
};

export interface Told {
  /** The request after the command, unchanged by most refusals; null while there is none. */
  readonly sheet: Sheet | null;
  readonly code: RefusalCode | null;
}

/** The latest version of the policy that is meant: the one named, else the gate's, else the org's. */
const bookMeant = ({ policy, approvers, gated }: Wish, shelf: Shelf): Book | undefined => {
  if (approvers !== null && !gated) return undefined;
  const id = policy ?? (gated ? "release" : shelf.orgPolicy);
  return shelf.books.findLast((book) => book.id === id);
};

/** Why somebody does not ask again after the request before. */
const refusalAgain = (before: Sheet | null, by: string | null): RefusalCode | null => {
  if (before === null || before.asker !== by || before.status !== "denied") return "unprocessable";
  return before.attempts + 1 > before.mostAttempts ? "resubmission-limit" : null;
};

export const submitted = (
  sheet: Sheet | null,
  before: Sheet | null,
  by: string | null,
  wish: Wish,
  town: Town,
  shelf: Shelf,
  now: number,
): Told => {
  const again = wish.again ? refusalAgain(before, by) : null;
  if (again !== null) return { sheet, code: again };
  if (sheet !== null) return { sheet, code: "conflict" };
  if (by === null) return { sheet, code: "forbidden" };
  const book = bookMeant(wish, shelf);
  const attempts = wish.again ? (before?.attempts ?? 0) + 1 : 0;
  const made = { ...blank(by, wish, book, shelf, now), attempts };
  const asking: Asking = {
    by,
    wish,
    book,
    written: writtenExpiry(book, shelf),
    sheet: made,
    town,
    shelf,
  };
  const refusal = rows.find(([, holds]) => holds(asking));
  if (refusal !== undefined) return { sheet: null, code: refusal[0] };
  return wish.valid
    ? { sheet: goOn(made, 0, false, "", town), code: null }
    : { sheet: finished(made, "cancelled", "system:validation", town), code: "validation-failed" };
};
