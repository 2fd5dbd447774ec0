import type { Actor } from "../../actor.ts";
import { durationMs } from "../../policy/duration.ts";
import { evaluateCondition } from "../../policy/evaluate-condition.ts";
import type { LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, isFallback, type Chain } from "./chain.ts";
import type { DecideContext } from "../commands.ts";
import type { GroupRecord, RequestEvent } from "../events.ts";
import { isoAfter } from "../asking/expiry.ts";
import { factsOf } from "../asking/facts.ts";
import { gapOf } from "./gap.ts";
import { judge } from "./quorum.ts";
import { closePools, recordGroups, rosterOf } from "../people/slots.ts";
import type { Frozen, GroupState } from "../state.ts";
import { voterActor } from "../people/voter-actor.ts";

/** How long a grant is good for when no policy says. */
const GRANT_MS = 3_600_000;

/** Whether a level applies, and why; null is unknown. */
export type Verdict = Pick<ReturnType<typeof evaluateCondition>, "value" | "because" | "facts">;

/**
 * What the conditions of a level came to on the frozen facts; null when it has none. Unknown counts as applying, and
 * what an admin skipped does not apply.
 */
export const verdictOn = (
  plan: LevelPlan,
  frozen: Frozen,
  reference: Reference,
): Verdict | null => {
  const skipped = frozen.changes?.amendment?.skipped.find(({ level }) => level === plan.number);
  if (skipped !== undefined) {
    return { value: false, because: `an admin amended the chain: ${skipped.reason}`, facts: {} };
  }
  return plan.conditions === null
    ? null
    : evaluateCondition(plan.conditions, factsOf(frozen), reference.evaluateExpression);
};

/** The part of a group's state that its level's opening records. */
export const recordOf = ({ group, needed, pools, slots }: GroupState): GroupRecord => ({
  group,
  needed,
  pools,
  slots,
});

/** The one-time grant: the shortest life that a policy of the chain allows. None for a transition, which executes itself, nor for a child. */
const grantOf = (
  { submitted, payloadVersion }: Frozen,
  { policies }: Chain,
  now: string,
): { readonly id: string; readonly validUntil: string } | null => {
  if (submitted.topic !== null || submitted.parent !== undefined) return null;
  // A recipe's request is executed by the recipe, or by nobody.
  if (submitted.automation !== undefined) return null;
  let life = policies.length === 0 ? GRANT_MS : Infinity;
  for (const { grantValidFor } of policies) {
    life = Math.min(life, durationMs(grantValidFor) ?? GRANT_MS);
  }
  return {
    id: `grt_${submitted.requestId.replace(/^apr_/, "")}-${payloadVersion}`,
    validUntil: isoAfter(now, life),
  };
};

/** The approval itself, by whom or what completed the last level. */
export const approval = (
  frozen: Frozen,
  chain: Chain,
  by: Actor,
  notes: string | null,
  now: string,
): RequestEvent => ({
  type: "RequestApproved",
  data: {
    by,
    notes,
    payloadHash: frozen.payloadHash,
    payloadVersion: frozen.payloadVersion,
    grant: grantOf(frozen, chain, now),
  },
});

/** What has happened in the chain so far. */
export interface Progress {
  /** Number of the last level that is resolved or skipped; 0 at the start. */
  readonly after: number;
  /** True when some level was approved: then the chain's end is an approval, and fallbacks are not needed. */
  readonly approved: boolean;
  /** Who is named as approver when the chain ends here, and what they noted. */
  readonly by: Actor;
  readonly notes: string | null;
}

const allSkipped = (frozen: Frozen, chain: Chain, now: string): RequestEvent => {
  const mayApprove =
    !frozen.submitted.escalated &&
    chain.policies.length > 0 &&
    chain.policies.every(({ onAllSkipped }) => onAllSkipped === "approve");
  return mayApprove
    ? approval(frozen, chain, { kind: "system", id: "on_all_skipped" }, null, now)
    : {
        type: "LevelBlocked",
        data: {
          level: null,
          groups: [],
          reason:
            "Every level was skipped on the facts, and the policy lets nothing pass without a decision.",
        },
      };
};

/** Denials that a level without people brings on when its policy says `on_empty: deny`. */
export const denialForWantOfPeople = (
  plan: LevelPlan,
  groups: readonly GroupState[],
  lacking: readonly string[],
  reason: string,
  frozen: Frozen,
  reference: Reference,
): readonly RequestEvent[] => {
  const by: Actor = { kind: "system", id: "on_empty" };
  const pools = closePools(groups, rosterOf(frozen.submitted, reference));
  return [
    {
      type: "LevelDenied",
      data: { level: plan.number, group: lacking[0] ?? "", by, pools },
    },
    { type: "RequestDenied", data: { by, reason, notes: null, pools: {} } },
  ];
};

/**
 * Opens one level: skipped when its conditions are false, blocked, denied or skipped when nobody can decide it. The
 * level of an edit is judged with the editor's vote as soon as it opens again; approved by it, the answer says by whom.
 * `isWanted` opens it whatever its conditions say: an admin added approvers where every level had been skipped.
 */
export const openLevel = (
  plan: LevelPlan,
  frozen: Frozen,
  context: DecideContext,
  reference: Reference,
  events: RequestEvent[],
  isWanted = false,
): "skipped" | "stands" | Pick<Progress, "by" | "notes"> => {
  const verdict = verdictOn(plan, frozen, reference);
  const level = plan.number;
  const edit = frozen.changes?.edit ?? null;
  // The level of an edit stands whatever the edit made of its conditions: nobody edits their own level away.
  if (verdict !== null && verdict.value === false && edit?.level !== level && !isWanted) {
    const { because, facts } = verdict;
    events.push({ type: "LevelSkipped", data: { level, because, facts } });
    return "skipped";
  }
  const groups = recordGroups(plan, frozen, reference, context);
  const gap = gapOf(plan, groups, rosterOf(frozen.submitted, reference));
  if (gap !== null && plan.onEmpty === "skip") {
    events.push({ type: "LevelSkipped", data: { level, because: gap.reason, facts: {} } });
    return "skipped";
  }
  const isAgain = frozen.changes?.openedBefore.includes(level) === true;
  events.push({
    type: isAgain ? "LevelReopened" : "LevelOpened",
    data: { level, because: verdict?.because ?? null, groups: groups.map(recordOf) },
  });
  if (gap !== null) {
    const { groups: lacking, reason } = gap;
    if (plan.onEmpty === "deny") {
      events.push(...denialForWantOfPeople(plan, groups, lacking, reason, frozen, reference));
    } else {
      events.push({ type: "LevelBlocked", data: { level, groups: lacking, reason } });
    }
    return "stands";
  }
  const held = edit?.level === level ? edit.heldVote : null;
  if (held === null) return "stands";
  const roster = rosterOf(frozen.submitted, reference);
  if (judge(plan, groups, [held], roster).outcome !== "approved") return "stands";
  const by = voterActor(held);
  events.push({ type: "LevelApproved", data: { level, by, pools: closePools(groups, roster) } });
  return { by, notes: held.notes };
};

/**
 * Goes on in the chain: opens the next level that applies, skipping those that do not, or ends with the approval.
 * Fallback levels open only when all others were skipped. Adds what happens to `events`.
 */
export const advance = (
  frozen: Frozen,
  progress: Progress,
  context: DecideContext,
  reference: Reference,
  events: RequestEvent[],
): void => {
  const chain = chainOf(frozen, reference.definition);
  let last = progress;
  for (const plan of chain.levels.slice(progress.after)) {
    // A level may have been approved on the way here, by the vote of its editor.
    if (isFallback(chain, plan.number) && last.approved && last.after <= chain.regular) {
      if (chain.later === undefined) break;
      const because = "a fallback is for when every other level was skipped";
      events.push({ type: "LevelSkipped", data: { level: plan.number, because, facts: {} } });
      continue;
    }
    const opened = openLevel(plan, frozen, context, reference, events);
    if (opened === "stands") return;
    if (opened !== "skipped") last = { ...opened, approved: true, after: plan.number };
  }
  events.push(
    last.approved
      ? approval(frozen, chain, last.by, last.notes, context.now)
      : allSkipped(frozen, chain, context.now),
  );
};
