import { isActiveDelegation } from "../../delegation/lookups.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import type { Principal } from "../commands.ts";
import { isAskersAgent, mayDecide, voterOf } from "../people/deciders.ts";
import { isKeptOut, placesOf, slotsOfLevel } from "../people/eligibility.ts";
import { actorJson, openLevelOf } from "../ending/ending.ts";
import { handOversOf, hatsIn } from "../people/delegates.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { recordGroups, rosterOf, type Roster } from "../people/slots.ts";
import type { KnownRequest, LevelState } from "../state.ts";

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

/** True for an agent that some level of the request names as decider, whether or not it may decide there. */
export const isNamedDecider = (
  state: KnownRequest,
  agent: string,
  { definition }: Reference,
): boolean => chainOf(state, definition).levels.some(({ deciders }) => deciders.includes(agent));

/**
 * True for the editor of the current payload who would hold a slot of the open level, had somebody else edited it; and
 * for whoever would act for the editor there.
 */
const isEditorApart = (
  state: KnownRequest,
  named: number | null,
  voter: string,
  reference: Reference,
  now: string,
): boolean => {
  const edit = state.changes?.edit ?? null;
  const open = openLevelOf(state);
  if (edit === null || open === undefined || open.number === edit.level) return false;
  if (named !== null && named !== open.number) return false;
  const { changes: _, ...unedited } = state;
  const plan = levelPlan(chainOf(state, reference.definition), open.number);
  const roster = rosterOf(state.submitted, reference);
  const groups = recordGroups(plan, unedited, reference);
  if (edit.editor === voter) return groups.some((group) => roster.holds(group, voter));
  const slots = slotsOfLevel(state, open.number, groups, roster, reference);
  return hatsIn(voter, slots, now).some(({ approver }) => approver === edit.editor);
};

/**
 * The no to a voter without a slot at the open level: kept out by separation of duties, an approver nowhere, or an
 * approver of a level that is over or has not come.
 */
export const refuseWithoutSlot = (
  state: KnownRequest,
  named: number | null,
  principal: Principal,
  roster: Roster,
  reference: Reference,
  now: string,
): Refusal => {
  const { kind, id } = principal;
  const stranger = refuse("not-an-approver", `${id} is no approver of this request.`);
  if (kind === "agent" && !isNamedDecider(state, id, reference)) return stranger;
  if (kind === "agent" && isAskersAgent(state.submitted, id, reference)) {
    return refuse(
      "separation-of-duties",
      "No agent decides about what its owner, or it, asked for.",
    );
  }
  if (kind === "agent" && !mayDecide(state.submitted, id, reference)) {
    return refuse(
      "not-an-approver",
      "No agent decides here: the organisation forbids it, or a gate asked for people.",
    );
  }
  if (isEditorApart(state, named, voterOf(principal), reference, now)) {
    return refuse(
      "separation-of-duties",
      "Whoever edited the payload, or acts for them, counts at the level of the edit and at no other.",
      { level: state.changes?.edit?.level ?? null },
    );
  }
  const { resolved, waiting } = placesOf(state, voterOf(principal), roster, reference, now);
  if (resolved === undefined && !waiting) {
    if (kind === "agent") return stranger;
    const open = openLevelOf(state);
    const slots = open && slotsOfLevel(state, open.number, open.groups, roster, reference);
    const handedOver =
      slots &&
      handOversOf({ owner: id, links: [] }, id, slots).find((link) =>
        isActiveDelegation(link, now),
      );
    if (handedOver !== undefined) {
      return refuse(
        "not-an-approver",
        `${id} has handed their slots over to ${handedOver.to} until ${handedOver.endsAt}.`,
      );
    }
    return isKeptOut(state, id, reference, now) ? separated : stranger;
  }
  if (named !== null && named !== state.levels.at(-1)?.number) return refuseLevel(state, named);
  return resolved === undefined
    ? refuse("level-not-open", `${id} is an approver of a level that is not open.`)
    : levelResolved(resolved);
};
