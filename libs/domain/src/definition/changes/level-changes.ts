import { sameJson } from "../../policy/compare-fact.ts";
import type { LevelPlan } from "../../policy/policy.ts";
import { listed, paired, quoted, type Change } from "./change.ts";
import { conditionChange } from "./condition-changes.ts";
import { groupChanges } from "./group-changes.ts";
import { ladderChanges } from "./ladder-changes.ts";

/** A key of a level with one word or number; `loosens` is asked only when it changed. */
interface Row<K extends keyof LevelPlan> {
  readonly key: K;
  readonly path: string;
  readonly what: string;
  readonly loosens: (before: LevelPlan[K], after: LevelPlan[K]) => boolean;
}

const never = (): boolean => false;

const row =
  <K extends keyof LevelPlan>(
    key: K,
    path: string,
    what: string,
    loosens: Row<K>["loosens"],
  ): ((before: LevelPlan, after: LevelPlan) => Change | null) =>
  (before, after) =>
    sameJson(before[key], after[key])
      ? null
      : {
          path,
          text: `${what} ${quoted(after[key] ?? "nothing")} instead of ${quoted(before[key] ?? "nothing")}`,
          loosens: loosens(before[key], after[key]),
        };

const rows = [
  row("name", "name", "is now called", never),
  row("message", "metadata.message", "now shows", never),
  row("timeout", "timeout", "now has the timeout", never),
  row("onTimeout", "on_timeout", "has now on_timeout", (_, after) => after === "approve"),
  row("onDeny", "on_deny", "has now on_deny", (_, after) => after === "unreachable"),
  row("onEmpty", "on_empty", "has now on_empty", (_, after) => after === "skip"),
  row("distinctApprovers", "distinct_approvers", "has now distinct_approvers", (before) => before),
  row("unskippable", "unskippable", "has now unskippable", (before) => before),
  row("stepUp", "step_up", "has now step_up", (before) => before),
  row("calendar", "calendar", "now follows the calendar", never),
];

const decidersChanges = (
  path: string,
  what: string,
  before: LevelPlan,
  after: LevelPlan,
): readonly Change[] => {
  const { gone, come } = paired(before.deciders, after.deciders, (id) => id);
  const at = `${path}.deciders`;
  return [
    ...(gone.length === 0
      ? []
      : [
          {
            path: at,
            text: `${what} may not be decided by ${listed(gone)} any more`,
            loosens: false,
          },
        ]),
    ...(come.length === 0
      ? []
      : [
          {
            path: at,
            text: `${what} may now be decided by the agents ${listed(come)}`,
            loosens: true,
          },
        ]),
  ];
};

const groupsChanges = (
  path: string,
  what: string,
  before: LevelPlan,
  after: LevelPlan,
): readonly Change[] => {
  const [old, another] = before.groups;
  const [only, more] = after.groups;
  if (old !== undefined && only !== undefined && another === undefined && more === undefined) {
    return groupChanges(path, what, old, only, true);
  }
  const changes: Change[] = [];
  const { both, gone, come } = paired(before.groups, after.groups, ({ group }) => group);
  for (const { group } of gone) {
    const loosens = before.logic === "AND";
    changes.push({
      path: `${path}.parallel`,
      text: `${what} does not ask the group ${group} any more`,
      loosens,
    });
  }
  for (const plan of come) {
    const at = `${path}.parallel[${after.groups.indexOf(plan)}]`;
    // With OR one more branch is one more way to be approved.
    const loosens = after.logic === "OR" && before.groups.length > 0;
    changes.push({ path: at, text: `${what} now asks the group ${plan.group} as well`, loosens });
  }
  for (const [one, other] of both) {
    const at = `${path}.parallel[${after.groups.indexOf(other)}]`;
    changes.push(...groupChanges(at, what, one, other, false));
  }
  return changes;
};

/** How one level changed. `path` is its place in the newer version, `what` its name in texts: `level 2`. */
export const levelChanges = (
  path: string,
  what: string,
  before: LevelPlan,
  after: LevelPlan,
): readonly Change[] => {
  const logic =
    before.logic === after.logic || after.groups.length < 2
      ? []
      : [
          {
            path: `${path}.logic`,
            text: `${what} now joins its groups with ${after.logic} instead of ${before.logic}`,
            loosens: after.logic === "OR",
          },
        ];
  return [
    ...groupsChanges(path, what, before, after),
    ...logic,
    ...conditionChange(
      `${path}.conditions`,
      `${what} now applies`,
      before.conditions,
      after.conditions,
    ),
    ...rows.flatMap((compare) => {
      const change = compare(before, after);
      return change === null
        ? []
        : [{ ...change, path: `${path}.${change.path}`, text: `${what} ${change.text}` }];
    }),
    ...decidersChanges(path, what, before, after),
    ...ladderChanges(`${path}.escalation`, what, before.escalation, after.escalation),
  ];
};
