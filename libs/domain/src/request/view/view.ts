import type { LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { attachmentView, recommendationView } from "../changing/attach.ts";
import { automationsView } from "../changing/automations.ts";
import { chainOf, levelPlan, type Chain } from "../levels/chain.ts";
import { childrenView } from "../voting/children.ts";
import { openLevelOf } from "../ending/ending.ts";
import { questionView } from "../changing/questions.ts";
import { blockageOf } from "../levels/gap.ts";
import { policyRefs } from "../asking/policy-refs.ts";
import { actorView, levelView } from "./level-view.ts";
import { judge, type Standing } from "../levels/quorum.ts";
import { attemptView } from "../asking/resubmit.ts";
import { rosterOf, type Roster } from "../people/slots.ts";
import type { KnownRequest, LevelState } from "../state.ts";
import { withMark } from "../timers/marks.ts";
import { timelineOf } from "../timers/timeline.ts";
import type { RequestView } from "./wire.ts";

interface Open {
  readonly plan: LevelPlan;
  readonly level: LevelState;
  readonly standing: Standing;
}

/** The open level as its votes and the people of the day have it; undefined without one, and after the end. */
const judgeOpen = (state: KnownRequest, chain: Chain, roster: Roster): Open | undefined => {
  const level = state.status === "pending" ? openLevelOf(state) : undefined;
  if (level === undefined) return undefined;
  const plan = levelPlan(chain, level.number);
  return { plan, level, standing: judge(plan, level.groups, level.votes, roster) };
};

/** Nobody can decide the request by the people of the day, whatever was recorded when they changed. */
const isBlocked = (state: KnownRequest, open: Open | undefined, roster: Roster): boolean =>
  state.status === "pending" &&
  (state.blockedLevel === "all-skipped" ||
    (open !== undefined &&
      blockageOf(open.plan, open.level.groups, open.standing, roster) !== null));

/** Every key always stands: what a request has none of is an empty list. */
const none = [] as const;

/**
 * The one picture of a request: what a vote's answer, a long poll and a later read all show. `place.position` is the
 * global position, as a decimal text, of the last event in the picture.
 */
export const requestView = (
  state: KnownRequest,
  reference: Reference,
  { position }: { readonly position: string },
): RequestView => {
  const { submitted } = state;
  const roster = rosterOf(submitted, reference);
  const chain = chainOf(state, reference.definition);
  const open = judgeOpen(state, chain, roster);
  const [policy] = submitted.policies;
  const ended = state.status === "pending" ? null : state;
  const execution = ended?.execution ?? null;
  return {
    id: submitted.requestId,
    org: state.org,
    status: state.status,
    title: submitted.title,
    description: submitted.description,
    action: state.action,
    payload_hash: state.payloadHash,
    payload_version: state.payloadVersion,
    view: submitted.view,
    requester: submitted.requester,
    agent: submitted.agent,
    policy: policy === undefined ? null : { id: policy.id, version: policy.version },
    policies: policyRefs(submitted).map(({ id, version, gate }) => ({ id, version, gate })),
    reason_codes: submitted.reasonCodes,
    gate_type: submitted.gateType,
    policy_trace: submitted.policyTrace,
    risk_snapshot: submitted.riskSnapshot,
    context: submitted.context,
    recommendations: state.recommendations?.map(recommendationView) ?? none,
    links: submitted.links,
    urgency: submitted.urgency,
    validation: submitted.validation,
    previous_request_id: submitted.previousRequestId,
    levels: chain.levels.map((plan, index) => {
      const level = state.levels[index];
      const judged = level === open?.level ? open?.standing : undefined;
      return withMark(
        levelView(plan, level, state, reference, roster, judged),
        level,
        state.timers,
      );
    }),
    blocked: isBlocked(state, open, roster),
    caller_paused: state.status === "pending" && state.timers?.callerPaused === true,
    observers: submitted.observers,
    suggested: submitted.suggested,
    attachments: state.attachments?.map(attachmentView) ?? none,
    claimed_by: state.dealings?.claimedBy ?? null,
    questions: state.dealings?.questions.map(questionView) ?? none,
    children: childrenView(state) ?? none,
    parent: submitted.parent?.id ?? null,
    attempts: submitted.attempts?.map(attemptView) ?? none,
    automations: automationsView(state) ?? none,
    created_at: state.createdAt,
    expires_at: state.expiresAt,
    resolved_at: ended?.resolvedAt ?? null,
    resolution:
      ended === null
        ? null
        : {
            by: actorView(ended.resolution.by),
            reason: ended.resolution.reason,
            notes: ended.resolution.notes,
            due_at: ended.resolution.dueAt ?? null,
          },
    execution:
      execution === null
        ? null
        : {
            status: execution.status,
            valid_until: execution.validUntil,
            result: execution.result,
          },
    timeline: timelineOf(state, reference),
    position,
  };
};
