import { sameJson } from "../../policy/compare-fact.ts";
import type { Assignment, GroupPlan, Quorum } from "../../policy/policy.ts";
import { listed, paired, type Change } from "./change.ts";

/** Whom an assignment asks: a role or person by its name, the rest with what it is. */
const who = ({ type, identifier }: Assignment): string =>
  type === "workflow"
    ? `policy ${identifier}`
    : type === "round_robin"
      ? `one of ${identifier} in turn`
      : identifier;

/** `any`, `all`, `2`, `50 %`. */
const wanted = ({ required, count, percent }: Quorum): string =>
  required === "threshold"
    ? String(count ?? 1)
    : required === "percent"
      ? `${percent ?? 100} %`
      : required;

/** Whether a quorum may now be reached with fewer approvals; also when that depends on how many people there are. */
const lower = (before: Quorum, after: Quorum): boolean => {
  const [had, has] = [atLeast(before), atLeast(after)];
  if (after.required === "all") {
    return false;
  }
  if (before.required === "percent" && after.required === "percent") {
    return (after.percent ?? 100) < (before.percent ?? 100);
  }
  return had === null || (has === null ? had !== 1 : has < had);
};

/** Approvals that a quorum always wants; null where the number of people says so. */
const atLeast = ({ required, count }: Quorum): number | null =>
  required === "any" ? 1 : required === "threshold" ? (count ?? 1) : null;

const peopleChanges = (
  path: string,
  level: string,
  before: GroupPlan,
  after: GroupPlan,
): readonly Change[] => {
  const { gone, come } = paired(
    before.assignments,
    after.assignments,
    ({ type, identifier }) => `${type} ${identifier}`,
  );
  const changes: Change[] = [];
  if (gone.length > 0) {
    const text = `${level} does not ask ${listed(gone.map(who))} any more`;
    changes.push({ path, text, loosens: true });
  }
  if (come.length > 0) {
    // Who is asked besides must agree too under `all`; under every other quorum they may agree instead.
    const besides = after.quorum.required === "all" && before.quorum.required === "all";
    const text = `${level} now also asks ${listed(come.map(who))}`;
    changes.push({ path, text, loosens: !besides });
  }
  return changes;
};

/** How the people and the quorum of one group changed. `alone`: it is its level's only group and has no name to show. */
export const groupChanges = (
  path: string,
  level: string,
  before: GroupPlan,
  after: GroupPlan,
  alone: boolean,
): readonly Change[] => {
  const changes = [
    ...peopleChanges(
      `${path}.assignments`,
      alone ? level : `${level}, ${after.group},`,
      before,
      after,
    ),
  ];
  if (!sameJson(before.quorum, after.quorum)) {
    const whose = alone ? listed(after.assignments.map(who)) : after.group;
    const text = `${level} now needs ${wanted(after.quorum)} of ${whose} instead of ${wanted(before.quorum)}`;
    const loosens = lower(before.quorum, after.quorum);
    changes.push({ path: `${path}.required`, text, loosens });
  }
  if (before.message !== after.message) {
    const text = `${alone ? level : `${level}, ${after.group},`} shows another message`;
    changes.push({ path: `${path}.metadata.message`, text, loosens: false });
  }
  return changes;
};
