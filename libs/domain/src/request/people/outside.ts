import type { Frozen, GroupState } from "../state.ts";

const nobody: readonly string[] = [];

/** Who has no say at a level because they edited the current payload at another one. */
export const apartAt = ({ changes }: Pick<Frozen, "changes">, level: number): readonly string[] => {
  const edit = changes?.edit ?? null;
  return edit === null || edit.level === level ? nobody : [edit.editor];
};

/** True for whom an edit elsewhere or a reassignment keeps out of this group. */
export const isOutside = ({ apart, cancelled }: GroupState, person: string): boolean =>
  apart?.includes(person) === true ||
  cancelled?.some(({ approver }) => approver === person) === true;
