import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { makeDice, type Dice } from "../../testkit/simulation/dice.ts";
import type { Build } from "./build.ts";
import { agents, has, nameOf, placesIn, seatOf } from "./crowd.ts";
import { changeLinks, changeTown, drawBook, drawShelf, drawTown } from "./draw.ts";
import { drawAsk, drawMove, type Known } from "./draw-moves.ts";
import { told, type Scene } from "./model.ts";
import { actorOf, askedHash, callerOf, commandOf, principalOf, type Move } from "./moves.ts";
import { lineOfSheet, lineOfView, queueOf, waitedFor } from "./picture.ts";
import { openPlace, type Sheet } from "./sheet.ts";
import { lastAssigned, referenceOf } from "./town.ts";

/** A request as the decider and the model have it at one moment. */
export interface Pair {
  readonly state: RequestState;
  readonly sheet: Sheet | null;
  /** The request before, for somebody who asks again. */
  readonly before?: Omit<Pair, "before">;
}

export const nothingAsked: Pair = { state: { status: "absent" }, sheet: null };

/** Where decider and model part: what each of them says. */
export interface Divergence {
  readonly decider: string;
  readonly model: string;
}

export interface Outcome {
  readonly pair: Pair;
  /** What was answered: the refusal's code, or `yes`. */
  readonly answer: string;
  readonly divergence: Divergence | null;
}

const differing = (decider: string, model: string): Divergence | null =>
  decider === model ? null : { decider, model };

const queueShown = (build: Build, state: RequestState, scene: Scene): string => {
  if (state.status === "absent") return "";
  const { now } = build.queueStanding(state, referenceOf(scene.town, scene.shelf));
  return now.toSorted().join(" ");
};

/** Compares the two pictures of a request. */
export const compare = (build: Build, { state, sheet }: Pair, scene: Scene): Divergence | null => {
  if (state.status === "absent" || sheet === null) {
    return differing(state.status, sheet === null ? "absent" : sheet.status);
  }
  const view = build.requestView(state, referenceOf(scene.town, scene.shelf), { position: "1" });
  return (
    differing(lineOfView(view), lineOfSheet(sheet, scene.town)) ??
    differing(`queue ${queueShown(build, state, scene)}`, `queue ${queueOf(sheet, scene.town)}`)
  );
};

/** The event as a store gives it back, through its text. */
const storedAndRead = (build: Build, event: RequestEvent): RequestEvent => {
  const { type, data, schemaVersion } = build.encodeRequestEvent(event);
  return build.decodeRequestEvent(type, data, schemaVersion);
};

type Decision = ReturnType<Build["decide"]>;

/** What asking again takes from the request before, or the no to it. */
const again = (
  build: Build,
  { before }: Pair,
  move: Move,
  { town, shelf }: Scene,
): ReturnType<Build["resubmissionOf"]> | null => {
  if (move.kind !== "ask" || !move.wish.again) return null;
  const state = before?.state ?? nothingAsked.state;
  return build.resubmissionOf(state, principalOf(move.by), referenceOf(town, shelf));
};

const decided = (build: Build, pair: Pair, move: Move, scene: Scene): Decision => {
  const { state } = pair;
  const by = callerOf(move);
  const taken = again(build, pair, move, scene);
  if (taken !== null && "refusal" in taken) return { events: [], refusal: taken.refusal };
  const isEnded = state.status !== "absent" && state.status !== "pending";
  const shown = { grant: isEnded ? (state.grant?.id ?? null) : null, ...taken };
  const now = new Date(scene.now).toISOString();
  return build.decide(
    state,
    commandOf(move, shown),
    {
      now,
      actor: actorOf(by),
      channel: "rest",
      principal: principalOf(by),
      lastAssigned: lastAssigned(scene.town),
    },
    referenceOf(scene.town, scene.shelf),
  );
};

/** Makes one move in both and compares the answers, and the pictures where anything changed. */
export const makeMove = (build: Build, pair: Pair, move: Move, scene: Scene): Outcome => {
  const actor = actorOf(callerOf(move));
  const now = new Date(scene.now).toISOString();
  const decision = decided(build, pair, move, scene);
  const metadata: EventMetadata = {
    commandId: "command",
    correlationId: "c",
    org: "demo",
    actor,
    channel: "rest",
    occurredAt: now,
    schemaVersion: 1,
  };
  let { state } = pair;
  for (const event of decision.events) {
    state = build.evolve(state, {
      event: scene.stored ? storedAndRead(build, event) : event,
      metadata,
    });
  }
  const { sheet, code } = told(pair.sheet, move, scene, pair.before?.sheet);
  const after: Pair = { ...pair, state, sheet };
  const answer = decision.refusal?.code ?? "yes";
  const divergence =
    differing(answer, code ?? "yes") ??
    (state === pair.state && sheet === pair.sheet ? null : compare(build, after, scene));
  return { pair: after, answer, divergence };
};

/** How a history went. */
export interface Played {
  readonly commands: number;
  /** How often each answer was given, and how often requests ended in which way. */
  readonly seen: ReadonlyMap<string, number>;
  readonly divergence: (Divergence & { readonly seed: string; readonly at: string }) | null;
}

const MINUTE = 60_000;
const START = Date.parse("2026-01-05T09:00:00.000Z");

const changeScene = (dice: Dice, scene: Scene, deadline: number): Scene => {
  const what = dice.next();
  // The very instant at which a request expires.
  if (what > 0.995 && deadline > scene.now && deadline !== Infinity) {
    return { ...scene, now: deadline };
  }
  if (what < 0.13) return { ...scene, town: changeTown(dice, scene.town) };
  if (what < 0.17) return { ...scene, town: changeLinks(dice, scene.town, scene.now) };
  if (what < 0.2) return { ...scene, now: scene.now + dice.between(0, 40) * MINUTE };
  if (what < 0.21) {
    const book = drawBook(dice, "release", scene.shelf.books.length);
    return { ...scene, shelf: { ...scene.shelf, books: [...scene.shelf.books, book] } };
  }
  return scene;
};

/** What everybody can see of a request before they say something. */
const knownOf = ({ sheet, before }: Pair, { town, now }: Scene): Known => ({
  asker: sheet?.asker ?? null,
  denied: before?.sheet?.status === "denied" ? before.sheet.asker : null,
  approved: sheet?.status === "approved",
  claimedBy: sheet?.claimedBy ?? null,
  likely: sheet === null ? [] : placesIn(waitedFor(sheet, town)).map(nameOf),
  voted: sheet?.stages.at(-1)?.ballots.map(({ by }) => nameOf(by)) ?? [],
  hash: sheet?.hash ?? askedHash,
  now,
});

/** What else came about: somebody asked again, a slot was given in turn, and not to the first of the role. */
const passedBy = ({ pair: { sheet } }: Outcome, before: Pair, { town }: Scene): string[] => {
  const seen: string[] = [];
  if (sheet === null) return seen;
  if (sheet.escalated && before.sheet === null) seen.push("asked through a gate");
  if (sheet.attempts > 0 && before.sheet === null) seen.push("asked again");
  const place = openPlace(sheet);
  const rung =
    place < 0 || place === openPlace(before.sheet ?? sheet) ? undefined : sheet.rungs[place];
  for (const [at, { sources }] of rung?.boxes.entries() ?? []) {
    for (const source of sources) {
      if (!("turn" in source)) continue;
      const [first] = placesIn(town.roles[source.turn] ?? 0);
      const slips = sheet.stages[place]?.circles[at]?.slips ?? [];
      const given = slips.find(({ role }) => role === source.turn);
      if (given !== undefined) seen.push("given in turn");
      if (given !== undefined && given.person !== first)
        seen.push("given in turn to somebody later");
    }
  }
  return seen;
};

/** An agent does what people do, where a level may name it as decider. */
const saysAnAgent = (move: Move): boolean =>
  move.kind !== "ask" && move.kind !== "cancel" && has(agents, seatOf(callerOf(move) ?? ""));

/** One history of 20 to 60 commands: a request, and the next one when it is long over. */
export const playHistory = (build: Build, seed: string): Played => {
  const dice = makeDice(seed);
  const commands = dice.between(20, 60);
  const seen = new Map<string, number>();
  const count = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  let scene: Scene = {
    town: drawTown(dice),
    shelf: drawShelf(dice),
    now: START,
    stored: dice.chance(0.2),
  };
  for (let links = dice.between(0, 3); links > 0; links--) {
    scene = { ...scene, town: changeLinks(dice, scene.town, scene.now) };
  }
  let pair = nothingAsked;
  for (let done = 0; done < commands; done++) {
    scene = changeScene(dice, scene, pair.sheet?.grant?.until ?? pair.sheet?.deadline ?? Infinity);
    const isLongOver = pair.sheet !== null && pair.sheet.status !== "pending" && dice.chance(0.3);
    if (isLongOver) {
      count(`ended ${pair.state.status}`);
      const { state, sheet } = pair;
      pair = { ...nothingAsked, before: { state, sheet } };
    }
    const known = knownOf(pair, scene);
    const isFirst = pair.sheet === null && !dice.chance(0.02);
    const move = isFirst ? drawAsk(dice, known) : drawMove(dice, known);
    const outcome = makeMove(build, pair, move, scene);
    count(`${move.kind} ${outcome.answer}`);
    for (const what of passedBy(outcome, pair, scene)) count(what);
    if (saysAnAgent(move)) count(`agent ${move.kind} ${outcome.answer}`);
    if (outcome.divergence !== null) {
      const at = `command ${done + 1}: ${JSON.stringify(move)}`;
      return { commands: done + 1, seen, divergence: { ...outcome.divergence, seed, at } };
    }
    pair = outcome.pair;
  }
  return { commands, seen, divergence: null };
};
