import { approversOf } from "../../directory/lookups.ts";
import type { Quorum, Target } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import type { SlotRecord } from "../events.ts";
import { mayHold, resolvePerson } from "../people/people.ts";
import { refuse, type Refusal } from "../refusals.ts";
import type { Frozen, GroupState } from "../state.ts";

/** The first of the named people and roles that the directory does not know; null when it knows them all. */
export const unknownTarget = (
  targets: readonly Target[],
  frozen: Frozen,
  reference: Reference,
): Refusal | null => {
  for (const { type, identifier } of targets) {
    const known =
      type === "user"
        ? resolvePerson(identifier, frozen, reference) !== null
        : reference.directory.roles.has(identifier);
    if (!known) {
      return refuse("unknown-approver", `The directory knows no ${type} ${identifier}.`, {
        type,
        identifier,
      });
    }
  }
  return null;
};

/** What a group records of people who are named to it: roles as pools where members of the day answer, else as people. */
export const recordNamed = (
  targets: readonly Target[],
  { required }: Quorum,
  apart: GroupState["apart"],
  frozen: Frozen,
  reference: Reference,
): { readonly pools: readonly string[]; readonly slots: readonly SlotRecord[] } => {
  const { submitted } = frozen;
  const { directory } = reference;
  const pools: string[] = [];
  const slots: SlotRecord[] = [];
  const add = (approver: string, via: SlotRecord["via"]): void => {
    if (apart?.includes(approver) === true || !mayHold(submitted, directory, approver)) return;
    if (!slots.some((slot) => slot.approver === approver)) slots.push({ approver, via });
  };
  for (const { type, identifier } of targets) {
    if (type === "user") {
      const person = resolvePerson(identifier, frozen, reference);
      if (person !== null) add(person, { type, identifier });
    } else if (required === "any" || required === "threshold") {
      if (!pools.includes(identifier)) pools.push(identifier);
    } else {
      for (const member of approversOf(directory, identifier)) add(member, { type, identifier });
    }
  }
  return { pools, slots };
};
