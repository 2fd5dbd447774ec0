import { findPersonByEmail, rolesOf } from "../../directory/lookups.ts";
import type { Target } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import type { SlotView } from "../view/wire.ts";

const isMeant = ({ type, identifier }: Target, person: string, { directory }: Reference): boolean =>
  type === "role"
    ? rolesOf(directory, person).includes(identifier)
    : identifier === person || findPersonByEmail(directory, identifier)?.id === person;

/** The slots with those of the people whom the asker suggests in front. It gives them no right, and takes none. */
export const suggestedFirst = (
  slots: readonly SlotView[],
  suggested: readonly Target[],
  reference: Reference,
): readonly SlotView[] => {
  if (suggested.length === 0) return slots;
  const isSuggested = ({ approver }: SlotView): boolean =>
    approver !== null && suggested.some((target) => isMeant(target, approver, reference));
  return [
    ...slots.filter((slot) => isSuggested(slot)),
    ...slots.filter((slot) => !isSuggested(slot)),
  ];
};
