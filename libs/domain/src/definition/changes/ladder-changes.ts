import { durationMs } from "../../policy/duration.ts";
import type { LadderStep } from "../../policy/policy.ts";
import { listed, paired, type Change } from "./change.ts";

const words = ({ action, after, to }: LadderStep): string =>
  `${action}${to.length === 0 ? "" : ` to ${listed(to.map(({ identifier }) => identifier))}`} after ${after}`;

/** Whether one duration is longer than another; also when that cannot be told, as with business days. */
export const longer = (one: string, other: string): boolean => {
  const [left, right] = [durationMs(one), durationMs(other)];
  return left === null || right === null ? one !== other : left > right;
};

/** A step that approves, or hands the decision to other people, where none did so as early before. */
const loosensBy = (step: LadderStep, before: readonly LadderStep[]): boolean =>
  step.action === "reassign" ||
  (step.action === "auto_approve" &&
    !before.some(({ action, after }) => action === "auto_approve" && !longer(after, step.after)));

/** How a ladder changed: steps that are gone, and those that came. */
export const ladderChanges = (
  path: string,
  what: string,
  before: readonly LadderStep[],
  after: readonly LadderStep[],
): readonly Change[] => {
  const nameOf = (step: LadderStep): string => JSON.stringify(step);
  const { gone, come } = paired(before, after, nameOf);
  return [
    ...gone.map((step) => ({
      path,
      text: `${what} does not ${words(step)} any more`,
      loosens: false,
    })),
    ...come.map((step) => ({
      path: `${path}[${after.indexOf(step)}]`,
      text: `${what} will now ${words(step)}`,
      loosens: loosensBy(step, before),
    })),
  ];
};
