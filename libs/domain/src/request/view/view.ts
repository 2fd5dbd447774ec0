import type { Reference } from "../../reference.ts";
import { attachmentView, recommendationView } from "../changing/attach.ts";
import { automationsView } from "../changing/automations.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import { childrenView } from "../voting/children.ts";
import { openLevelOf } from "../ending/ending.ts";
import { questionView } from "../changing/questions.ts";
import { blockageOf } from "../levels/gap.ts";
import { policyRefs } from "../asking/policy-refs.ts";
import { actorView, levelView } from "./level-view.ts";
import { judge } from "../levels/quorum.ts";
import { attemptView } from "../asking/resubmit.ts";
import { rosterOf, type Roster } from "../people/slots.ts";
import type { KnownRequest } from "../state.ts";
import { withMark } from "../timers/marks.ts";
import { timelineOf } from "../timers/timeline.ts";
import type { RequestView } from "./wire.ts";

/** Nobody can decide the request by the people of the day, whatever was recorded when they changed. */
const isBlocked = (state: KnownRequest, reference: Reference, roster: Roster): boolean => {
  if (state.status !== "pending") return false;
  if (state.blockedLevel === "all-skipped") return true;
  const open = openLevelOf(state);
  if (open === undefined) return false;
  const plan = levelPlan(chainOf(state, reference.definition), open.number);
  const standing = judge(plan, open.groups, open.votes, roster);
  return blockageOf(plan, open.groups, standing, roster) !== null;
};

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
  const { levels } = chainOf(state, reference.definition);
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
    levels: levels.map((plan, index) =>
      withMark(
        levelView(plan, state.levels[index], state, reference, roster),
        state.levels[index],
        state.timers,
      ),
    ),
    blocked: isBlocked(state, reference, roster),
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
