import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { makeDice, type Dice } from "../../testkit/simulation/dice.ts";
import type { Build } from "./build.ts";
import { agents, has, nameOf, placesIn, seatOf } from "./crowd.ts";
import {
  type Known,
  changeLinks,
  changeTown,
  drawAsk,
  drawBook,
  drawMove,
  drawShelf,
  drawTown,
} from "./draw.ts";
import { told, type Scene } from "./model.ts";
import { actorOf, askedHash, callerOf, commandOf, principalOf, type Move } from "./moves.ts";
import { lineOfSheet, lineOfView, queueOf, waitedFor } from "./picture.ts";
import type { Sheet } from "./sheet.ts";
import { referenceOf } from "./town.ts";

/** A request as the decider and the model have it at one moment. */
export interface Pair {
  readonly state: RequestState;
  readonly sheet: Sheet | null;
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

/** Makes one move in both and compares the answers, and the pictures where anything changed. */
export const makeMove = (build: Build, pair: Pair, move: Move, scene: Scene): Outcome => {
  const by = callerOf(move);
  const actor = actorOf(by);
  const now = new Date(scene.now).toISOString();
  const decision = build.decide(
    pair.state,
    commandOf(move),
    { now, actor, channel: "rest", principal: principalOf(by) },
    referenceOf(scene.town, scene.shelf),
  );
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
  const { sheet, code } = told(pair.sheet, move, scene);
  const after = { state, sheet };
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
const knownOf = (sheet: Sheet | null, { town, now }: Scene): Known => ({
  likely: sheet === null ? [] : placesIn(waitedFor(sheet, town)).map(nameOf),
  voted: sheet?.stages.at(-1)?.ballots.map(({ by }) => nameOf(by)) ?? [],
  hash: sheet?.hash ?? askedHash,
  now,
});

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
    scene = changeScene(dice, scene, pair.sheet?.deadline ?? Infinity);
    const isLongOver = pair.sheet !== null && pair.sheet.status !== "pending" && dice.chance(0.3);
    if (isLongOver) {
      count(`ended ${pair.state.status}`);
      pair = nothingAsked;
    }
    const known = knownOf(pair.sheet, scene);
    const isFirst = pair.sheet === null && !dice.chance(0.02);
    const move = isFirst ? drawAsk(dice) : drawMove(dice, known);
    const outcome = makeMove(build, pair, move, scene);
    count(`${move.kind} ${outcome.answer}`);
    if (saysAnAgent(move)) count(`agent ${move.kind} ${outcome.answer}`);
    if (outcome.divergence !== null) {
      const at = `command ${done + 1}: ${JSON.stringify(move)}`;
      return { commands: done + 1, seen, divergence: { ...outcome.divergence, seed, at } };
    }
    pair = outcome.pair;
  }
  return { commands, seen, divergence: null };
};
