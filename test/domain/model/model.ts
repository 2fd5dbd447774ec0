import { has, placeOf } from "./crowd.ts";
import { finished } from "./course.ts";
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

/** What a move comes to, by `semantics.md` alone. */
export const told = (sheet: Sheet | null, move: Move, scene: Scene): Told => {
  const { town, shelf, now } = scene;
  switch (move.kind) {
    case "ask":
      return submitted(sheet, move.by, move.wish, town, shelf, now);
    case "approve":
      return voted(sheet, { ...move, yes: true, reason: null }, town, now);
    case "deny":
      return voted(sheet, { ...move, yes: false }, town, now);
    case "cancel":
      if (sheet === null) return { sheet, code: "not-found" };
      if (!mayCancel(sheet, move.by, scene)) return { sheet, code: "forbidden" };
      return inTime(sheet, scene, () => ({
        sheet: finished(
          sheet,
          "cancelled",
          move.by === null
            ? "system:process"
            : `${placeOf(move.by) < 0 ? "agent" : "person"}:${move.by}`,
          town,
        ),
        code: null,
      }));
    case "expire":
      if (sheet === null) return { sheet, code: "not-found" };
      return { sheet: isOver(sheet, now) ? timesUp(sheet, scene) : sheet, code: null };
    case "recheck":
      if (sheet === null) return { sheet, code: "not-found" };
      return inTime(sheet, scene, () => ({ sheet: rechecked(sheet, town), code: null }));
  }
};
