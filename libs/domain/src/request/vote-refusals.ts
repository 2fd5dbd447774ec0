import type { Reference } from "../reference.ts";
import type { Principal } from "./commands.ts";
import { placesOf, isKeptOut } from "./eligibility.ts";
import { actorJson, openLevelOf } from "./ending.ts";
import { handedOverTo } from "./delegates.ts";
import { isSeparated } from "./people.ts";
import { refuse, type Refusal } from "./refusals.ts";
import type { Roster } from "./slots.ts";
import type { KnownRequest, LevelState } from "./state.ts";

const levelResolved = (level: LevelState): Refusal =>
  refuse("level-resolved", `Level ${level.number} is ${level.status} since ${level.resolvedAt}.`, {
    level: level.number,
    resolved_by: level.resolvedBy === null ? null : actorJson(level.resolvedBy),
    resolved_at: level.resolvedAt,
    status: level.status,
  });

const isResolved = (level: LevelState | undefined): level is LevelState =>
  level?.status === "approved" || level?.status === "denied";

/** The no to a vote at a level that is not the open one: it is over, or it has not come. */
export const refuseLevel = (state: KnownRequest, number: number): Refusal => {
  const level = state.levels[number - 1];
  if (isResolved(level)) return levelResolved(level);
  const open = state.levels.at(-1);
  return refuse(
    "level-not-open",
    `Level ${number} is not open.`,
    open?.status === "open" ? { level: number, open: open.number } : { level: number },
  );
};

const separated = refuse(
  "separation-of-duties",
  "Nobody votes on what they, or an agent of theirs, asked for; and nobody votes for such a person.",
);

/**
 * The no to a voter without a slot at the open level: kept out by separation of duties, an approver nowhere, or an
 * approver of a level that is over or has not come.
 */
export const refuseWithoutSlot = (
  state: KnownRequest,
  named: number | null,
  { kind, id }: Principal,
  roster: Roster,
  reference: Reference,
  now: string,
): Refusal => {
  const stranger = refuse("not-an-approver", `${id} is no approver of this request.`);
  if (kind === "agent") return stranger;
  const keptOut = (): Refusal => (isKeptOut(state, id, reference, now) ? separated : stranger);
  if (isSeparated(state.submitted, id)) return keptOut();
  const { resolved, waiting } = placesOf(state, id, roster, reference, now);
  if (resolved === undefined && !waiting) {
    const handedOver = handedOverTo(id, reference, now);
    const groups = openLevelOf(state)?.groups ?? [];
    if (handedOver !== undefined && groups.some((group) => roster.holds(group, id))) {
      return refuse(
        "not-an-approver",
        `${id} has handed their slots over to ${handedOver.to} until ${handedOver.endsAt}.`,
      );
    }
    return keptOut();
  }
  if (named !== null && named !== state.levels.at(-1)?.number) return refuseLevel(state, named);
  return resolved === undefined
    ? refuse("level-not-open", `${id} is an approver of a level that is not open.`)
    : levelResolved(resolved);
};
