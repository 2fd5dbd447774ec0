import { has, names, nobody, only, placeOf } from "./crowd.ts";
import { amended, reassigned } from "./arranging.ts";
import { extended, glassBroken, withdrawn } from "./changing.ts";
import { finished } from "./course.ts";
import { asked, claimed, released, replied } from "./dealing.ts";
import { modified } from "./editing.ts";
import { spent } from "./granting.ts";
import { isAway } from "./hats.ts";
import { isOver } from "./late.ts";
import { rechecked } from "./leaving.ts";
import type { Move } from "./moves.ts";
import type { Sheet } from "./sheet.ts";
import { submitted, type Told } from "./submitting.ts";
import { owners, type Shelf, type Town } from "./town.ts";
import { voted } from "./voting.ts";

/** The world in which a move is made. */
export interface Scene {
  readonly town: Town;
  readonly shelf: Shelf;
  /** Milliseconds. */
  readonly now: number;
  /** True where the decider's events go through their stored text before they are folded. */
  readonly stored: boolean;
}

const timesUp = (sheet: Sheet, { town }: Scene): Sheet =>
  finished(sheet, "expired", "timer:expiry", town);

/** The requester, the owner of the asking agent, admins, and the system itself. */
const mayCancel = ({ asker }: Sheet, by: string | null, { town }: Scene): boolean => {
  if (by === null || by === asker || owners[asker] === by) return true;
  const place = placeOf(by);
  return has(town.known & town.active & town.admins, place);
};

const inTime = (sheet: Sheet, scene: Scene, then: () => Told): Told => {
  if (sheet.status !== "pending") return { sheet, code: "already-resolved" };
  return isOver(sheet, scene.now)
    ? { sheet: timesUp(sheet, scene), code: "already-resolved" }
    : then();
};

const cancelled = (sheet: Sheet, by: string | null, scene: Scene): Told => {
  if (!mayCancel(sheet, by, scene)) return { sheet, code: "forbidden" };
  const name = by === null ? "system:process" : `${placeOf(by) < 0 ? "agent" : "person"}:${by}`;
  return inTime(sheet, scene, () => ({
    sheet: finished(sheet, "cancelled", name, scene.town),
    code: null,
  }));
};

/** What the system says itself. */
const toldBySystem = (sheet: Sheet, move: Move, scene: Scene): Told => {
  switch (move.kind) {
    case "cancel":
      return cancelled(sheet, null, scene);
    case "expire":
      return {
        sheet: isOver(sheet, scene.now) ? timesUp(sheet, scene) : sheet,
        code: null,
      };
    case "recheck":
      return inTime(sheet, scene, () => ({ sheet: rechecked(sheet, scene.town), code: null }));
    default:
      return { sheet, code: "forbidden" };
  }
};

const toldIn = (sheet: Sheet | null, before: Sheet | null, move: Move, scene: Scene): Told => {
  const { town, shelf, now } = scene;
  if (move.kind === "ask") return submitted(sheet, before, move.by, move.wish, town, shelf, now);
  if (sheet === null) return { sheet, code: "not-found" };
  if (move.kind === "consume")
    return spent(sheet, { ...move, own: move.shows === "own", report: null }, town, now);
  if (move.kind === "report") {
    return spent(sheet, { ...move, report: move.status, own: true }, town, now);
  }
  if (!("by" in move) || move.by === null) return toldBySystem(sheet, move, scene);
  const { by } = move;
  switch (move.kind) {
    case "approve":
      return voted(sheet, { ...move, by, yes: true, reason: null }, town, now);
    case "deny":
      return voted(sheet, { ...move, by, yes: false }, town, now);
    case "cancel":
      return cancelled(sheet, by, scene);
    case "modify":
      return modified(sheet, { ...move, by }, town, now);
    case "reassign":
      return reassigned(sheet, { ...move, by }, town, now);
    case "amend":
      return amended(sheet, { ...move, by }, town, now);
    case "withdraw":
      return withdrawn(sheet, by, move.level, town, now);
    case "extend":
      return extended(sheet, { ...move, by }, town, now);
    case "glass":
      return glassBroken(sheet, { ...move, by }, town, now);
    case "claim":
      return claimed(sheet, by, town, now);
    case "release":
      return released(sheet, by, town, now);
    case "question":
      return asked(sheet, by, town, now);
    case "answer":
      return replied(sheet, { ...move, by }, town, now);
  }
};

const MINUTE = 60_000;

/** An approval brings a grant, from that moment on. */
const granted = (before: Sheet | null, after: Told, now: number): Told => {
  const { sheet, code } = after;
  if (sheet?.status !== "approved" || before?.status === "approved") return after;
  const until = now + sheet.grantMinutes * MINUTE;
  return { sheet: { ...sheet, grant: { stands: "granted", until } }, code };
};

/** The people of the day, with those who have handed their slots over. */
const townAt = ({ town, now }: Scene): Town => {
  if (town.links.length === 0) return town;
  const away = names.reduce(
    (crowd, name, place) => (isAway(name, town, now) ? crowd | only(place) : crowd),
    nobody,
  );
  return away === town.away ? town : { ...town, away };
};

/** What a move comes to, by `semantics.md` alone; `before` is the request that was denied before. */
export const told = (
  sheet: Sheet | null,
  move: Move,
  scene: Scene,
  before: Sheet | null = null,
): Told => {
  const town = townAt(scene);
  return granted(sheet, toldIn(sheet, before, move, { ...scene, town }), scene.now);
};
