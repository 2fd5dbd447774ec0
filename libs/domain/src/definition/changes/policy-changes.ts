import { sameJson } from "../../policy/compare-fact.ts";
import type { LevelPlan, Policy } from "../../policy/policy.ts";
import { listed, paired, quoted, type Change } from "./change.ts";
import { ladderChanges, longer } from "./ladder-changes.ts";
import { levelChanges } from "./level-changes.ts";

type Content = Omit<Policy, "id" | "version">;

const never = (): boolean => false;

const row =
  <K extends keyof Content>(
    key: K,
    path: string,
    what: string,
    loosens: (before: Content[K], after: Content[K]) => boolean,
  ): ((before: Content, after: Content) => readonly Change[]) =>
  (before, after) =>
    sameJson(before[key], after[key])
      ? []
      : [
          {
            path,
            text: `${what} is now ${quoted(after[key] ?? "nothing")} instead of ${quoted(before[key] ?? "nothing")}`,
            loosens: loosens(before[key], after[key]),
          },
        ];

const rows = [
  row("name", "name", "the name", never),
  row("expiresIn", "expires_in", "expires_in", never),
  row(
    "selfApproval",
    "self_approval",
    "self_approval",
    (before, after) => before === "forbid" || after === "allow",
  ),
  row("onAllSkipped", "on_all_skipped", "on_all_skipped", (_, after) => after === "approve"),
  row("autoApprove", "auto_approve", "auto_approve", (_, after) => after === "allow"),
  row("riskCeiling", "risk_ceiling", "risk_ceiling", (before, after) => after > before),
  row("maxResubmissions", "max_resubmissions", "max_resubmissions", never),
  row("reapproval", "reapproval", "reapproval", (_, after) => after === "not_required"),
  row("grantValidFor", "grant_valid_for", "grant_valid_for", (before, after) =>
    longer(after, before),
  ),
  row("pauseOnQuestion", "pause_on_question", "pause_on_question", never),
  // Whether a schema takes more than another one cannot be told: only a first one is surely no loosening.
  row("schema", "schema", "the schema of the parameters", (before) => before !== null),
  row("onePendingPer", "one_pending_per", "one_pending_per", (before) => before !== null),
  row("observers", "observers", "the list of observers", never),
];

/** Levels that belong together: those of one name, and those that are left over at the same place. */
const pairs = (
  before: readonly LevelPlan[],
  after: readonly LevelPlan[],
): ReturnType<typeof paired<LevelPlan>> => {
  const { both, gone, come } = paired(before, after, ({ name }) => name);
  const renamed = come.flatMap((level) => {
    const other = gone.find(({ number }) => number === level.number);
    return other === undefined ? [] : [[other, level] as const];
  });
  return {
    both: [...both, ...renamed].toSorted(([, one], [, other]) => one.number - other.number),
    gone: gone.filter((level) => !renamed.some(([other]) => other === level)),
    come: come.filter((level) => !renamed.some(([, other]) => other === level)),
  };
};

const called = ({ number, name }: LevelPlan): string =>
  name === `Level ${number}` ? `level ${number}` : `level ${number} (${quoted(name)})`;

const peopleOf = ({ groups }: LevelPlan): string =>
  listed(groups.flatMap(({ assignments }) => assignments.map(({ identifier }) => identifier)));

const chainChanges = (before: Content, after: Content): readonly Change[] => {
  const { both, gone, come } = pairs(before.chain, after.chain);
  const places = new Map(after.chain.map((level, index) => [level, index]));
  return [
    ...gone.map((level) => ({
      path: "chain",
      text: `${called(level)} of ${peopleOf(level)} is gone`,
      loosens: true,
    })),
    ...come.map((level) => ({
      path: `chain[${places.get(level) ?? 0}]`,
      text: `${called(level)} of ${peopleOf(level)} is new`,
      loosens: false,
    })),
    ...both.flatMap(([one, other]) => {
      const index = places.get(other) ?? 0;
      const path = `chain[${index}]`;
      const what = `level ${index + 1}`;
      const moved = gone.length === 0 && come.length === 0 && one.number !== other.number;
      const text = `${quoted(other.name)} is now level ${other.number} instead of ${one.number}`;
      return [
        ...(moved ? [{ path, text, loosens: false }] : []),
        ...levelChanges(path, what, one, other),
      ];
    }),
  ];
};

const fallbackChanges = (
  { fallback: before }: Content,
  { fallback: after }: Content,
): readonly Change[] => {
  if (before !== null && after !== null) {
    return levelChanges("fallback", "the fallback level", before, after);
  }
  if (before === after) {
    return [];
  }
  const text = after === null ? "the fallback level is gone" : "the fallback level is new";
  // Without one, a request whose levels were all skipped blocks, unless `on_all_skipped` lets it pass.
  return [{ path: "fallback", text, loosens: after === null }];
};

/** How a policy changed, level by level and key by key. Ids and versions are not looked at. */
export const policyChanges = (before: Content, after: Content): readonly Change[] => [
  ...chainChanges(before, after),
  ...fallbackChanges(before, after),
  ...rows.flatMap((compare) => compare(before, after)),
  ...ladderChanges("escalation", "the request", before.escalation, after.escalation),
];
