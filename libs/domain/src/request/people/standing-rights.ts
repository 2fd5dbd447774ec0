import { accessOf, mayApprove, rolesOf } from "../../directory/lookups.ts";
import type { Reference } from "../../reference.ts";
import type { Principal } from "../commands.ts";
import { hatsIn, type Hat } from "./delegates.ts";
import { voterOf } from "./deciders.ts";
import { slotsOfLevel } from "./eligibility.ts";
import { openLevelOf } from "../ending/ending.ts";
import { refuse, refuseField, type Refusal } from "../refusals.ts";
import { rosterOf } from "./slots.ts";
import type { KnownRequest, LevelState } from "../state.ts";
import { refuseLevel, refuseWithoutSlot } from "../voting/vote-refusals.ts";

/** True for a person who administers the organisation. */
export const isAdmin = ({ kind, id }: Principal, { directory }: Reference): boolean =>
  kind === "person" && accessOf(directory, id) === "admin";

/** True for an active person who is in the directory's role `break_glass`. */
export const mayBreakGlass = ({ kind, id }: Principal, { directory }: Reference): boolean =>
  kind === "person" && mayApprove(directory, id) && rolesOf(directory, id).includes("break_glass");

/** The credential that asked, or the owner of the agent that did: `self_approval` changes nothing about who that is. */
export const isAsker = ({ submitted }: KnownRequest, { kind, id }: Principal): boolean => {
  const { requester } = submitted;
  return (
    (requester.kind === kind && requester.id === id) ||
    (kind === "person" && requester.owner === id)
  );
};

/** The no to an asker who would otherwise have the right. */
export const askerRefused = (what: string): Refusal =>
  refuse("separation-of-duties", `Nobody ${what} what they, or an agent of theirs, asked for.`);

/** Hats that a principal wears at the open level; none when there is no open level. */
export const hatsAtOpen = (
  state: KnownRequest,
  principal: Principal,
  reference: Reference,
  now: string,
): readonly Hat[] => {
  const open = openLevelOf(state);
  if (open === undefined) return [];
  const roster = rosterOf(state.submitted, reference);
  const slots = slotsOfLevel(state, open.number, open.groups, roster, reference);
  return hatsIn(voterOf(principal), slots, now);
};

/** The open level and the hats of somebody who is an approver there, or the no to who is none. */
export const slotAt = (
  state: KnownRequest,
  named: number | null,
  principal: Principal,
  reference: Reference,
  now: string,
): { readonly open: LevelState; readonly hats: readonly Hat[] } | { readonly refusal: Refusal } => {
  const open = openLevelOf(state);
  const hats = hatsAtOpen(state, principal, reference, now);
  if (open === undefined || hats.length === 0) {
    const roster = rosterOf(state.submitted, reference);
    return { refusal: refuseWithoutSlot(state, named, principal, roster, reference, now) };
  }
  return named !== null && named !== open.number
    ? { refusal: refuseLevel(state, named) }
    : { open, hats };
};

/** The no to a command that must say why and does not. */
export const reasonRefused = (reason: string | null, what: string): Refusal | null =>
  (reason ?? "").trim() === ""
    ? refuseField("reason-required", "reason", `${what} needs a reason.`)
    : null;

/** A body that says something impossible, with its place. */
export const unprocessable = (path: string, message: string): Refusal =>
  refuse("unprocessable", `${path} ${message}.`, { faults: [{ path, message }] });
