import { isAway } from "../../delegation/lookups.ts";
import { approversOf } from "../../directory/lookups.ts";
import type { Reference } from "../../reference.ts";
import type { Opening } from "../commands.ts";
import type { SubmittedFields } from "../events.ts";
import { isSeparated } from "./people.ts";

/** A member's place in the turns of one role: no id holds a space. */
export const turnOf = (role: string, person: string): string => `${role} ${person}`;

/**
 * The member of a role who was given a slot in turn longest ago, ties by id. Inactive people, viewers, those away
 * (an active exclusive delegation), the requester, the asking agent's owner and whoever is `apart` (edited the payload
 * at another level) are passed over.
 */
export const nextInTurn = (
  role: string,
  apart: readonly string[],
  submitted: SubmittedFields,
  { directory, delegation }: Reference,
  opening: Opening | undefined,
): string | undefined => {
  const last = (member: string): string => opening?.lastAssigned?.get(turnOf(role, member)) ?? "";
  let next: string | undefined;
  for (const member of approversOf(directory, role)) {
    if (isSeparated(submitted, member) || apart.includes(member)) continue;
    if (opening !== undefined && isAway(delegation, member, opening.now)) continue;
    if (next === undefined) next = member;
    else {
      const [at, best] = [last(member), last(next)];
      if (at < best || (at === best && member < next)) next = member;
    }
  }
  return next;
};
