import type { Actor } from "../../actor.ts";
import type { Json } from "../../json.ts";
import type { Defaults } from "../../definition/definition.ts";
import type { GateVerdict } from "../../gate/evaluate-gates.ts";
import type { Policy, Target } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { agentOf, forgedAgent, requesterOf } from "./asker.ts";
import { chainOfPolicies, chainOfPolicy, type Chain } from "../levels/chain.ts";
import { checkChain } from "./check-chain.ts";
import type { Ask, DecideContext, Decision } from "../commands.ts";
import type { RequestEvent, Requester, SubmittedFields } from "../events.ts";
import { expiryOf } from "./expiry.ts";
import { codesWith, deniedByRule, holdAsk, tracedWith } from "./hold.ts";
import { advance } from "../levels/open-levels.ts";
import { checkChildren } from "./nesting.ts";
import { pendingValues } from "./one-pending-per.ts";
import { pausingAfter } from "./pause-after.ts";
import { pickPolicies, type Picked } from "./pick-policies.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { misfitRefusal, schemasOf } from "./schemas.ts";
import type { Frozen, RequestState } from "../state.ts";

const none = [] as const;

/** A child request never outlives its parent; where nobody wrote an expiry for it, it has the parent's. */
const childExpiry = (
  own: string | null,
  { policies }: Picked,
  defaults: Defaults,
  parents: string | null,
): string | null => {
  const isWritten =
    defaults.expiresIn !== null || policies.some(({ expiresIn }) => expiresIn !== null);
  if (!isWritten || own === null) return parents;
  return parents !== null && parents < own ? parents : own;
};

/** Each flag at its strictest: every policy must allow it, one that says nothing follows the org. */
const selfApprovalOf = (policies: readonly Policy[], defaults: Defaults): boolean =>
  policies.length === 0
    ? defaults.selfApproval === "allow"
    : policies.every(({ selfApproval }) => (selfApproval ?? defaults.selfApproval) === "allow");

/** Timers approve only where every policy and the org say so. */
const mayTimersApprove = (policies: readonly Policy[], { autoApprove }: Defaults): boolean =>
  autoApprove === "allow" &&
  policies.length > 0 &&
  policies.every((policy) => policy.autoApprove === "allow");

const chainOfPicked = ({ policies, inlineChain, refs }: Picked): Chain => {
  const [policy] = policies;
  if (policy === undefined)
    return { levels: inlineChain ?? [], regular: inlineChain?.length ?? 0, policies: [] };
  return policies.length === 1 && refs[0]?.pauseAfter === undefined
    ? chainOfPolicy(policy)
    : chainOfPolicies(
        policies.map((each, index) => {
          const after = refs[index]?.pauseAfter;
          return after === undefined ? each : pausingAfter(each, after);
        }),
      );
};

/** Approvers whom the asker proposed and a gate replaced: they see the request, and decide nothing. */
const proposed = ({ approvers }: Ask, { inlineChain }: Picked): readonly Target[] =>
  inlineChain === null && approvers !== null ? approvers : none;

const observersOf = (ask: Ask, picked: Picked): readonly Target[] => [
  ...picked.policies.flatMap(({ observers }) => observers),
  ...proposed(ask, picked),
  ...ask.observers,
];

const submittedFields = (
  ask: Ask,
  picked: Picked,
  held: GateVerdict | null,
  requester: Requester,
  { definition: { defaults }, directory }: Reference,
  expiresAt: string | null,
): SubmittedFields => {
  const { policies, inlineChain, refs, own } = picked;
  const escalated = held?.decision === "ESCALATE" || (ask.inherited?.escalated ?? false);
  return {
    requestId: ask.requestId,
    title: ask.title,
    description: ask.description,
    action: ask.action,
    payloadHash: ask.payloadHash,
    requester,
    agent: agentOf(ask, requester, directory),
    policies: refs,
    inlineChain,
    escalated,
    selfApproval:
      !escalated && selfApprovalOf(policies, defaults) && (ask.inherited?.selfApproval ?? true),
    reasonCodes: held === null ? ask.reasonCodes : codesWith(ask.reasonCodes, held),
    gateType: held?.fired[0]?.type ?? null,
    policyTrace: held === null ? ask.policyTrace : tracedWith(ask.policyTrace, held.checks),
    riskSnapshot: ask.riskSnapshot,
    view: ask.view,
    context: ask.context,
    links: ask.links,
    urgency: ask.urgency,
    schema: ask.schema,
    dedupe: ask.dedupe,
    previousRequestId: ask.previousRequestId,
    validation: ask.validation,
    observers: observersOf(ask, picked),
    suggested: ask.suggested,
    expiresAt,
    topic: ask.topic,
    ...(own.length === 0 ? {} : { gatePolicies: own }),
    ...(ask.parent === undefined ? {} : { parent: ask.parent }),
    ...(ask.attempts === undefined ? {} : { attempts: ask.attempts }),
    ...(mayTimersApprove(policies, defaults) ? { autoApprove: true as const } : {}),
    ...(ask.automation === undefined ? {} : { automation: ask.automation }),
  };
};

const refusalOf = (answer: object | { readonly refusal: Refusal }): Refusal | null =>
  "refusal" in answer ? answer.refusal : null;

const issuesOf = (validation: SubmittedFields["validation"]): readonly Json[] => {
  const found = validation?.["issues"];
  return Array.isArray(found) ? found : [];
};

/** Why an ask that says itself that it is not valid is refused; null for every other one. */
export const validationRefusal = ({
  requestId,
  validation,
}: Pick<SubmittedFields, "requestId" | "validation">): Refusal | null => {
  if (validation?.["is_valid"] !== false) return null;
  return refuse("validation-failed", "The ask says itself that its validation failed.", {
    approval_id: requestId,
    issues: issuesOf(validation),
  });
};

/** The request stands, so that its asker can look it up, as cancelled: no approver ever sees it. */
const failedValidation = (submitted: SubmittedFields, refusal: Refusal): Decision => {
  const by: Actor = { kind: "system", id: "validation" };
  const reason = "The asker's own validation failed.";
  return {
    events: [
      { type: "RequestSubmitted", data: submitted },
      { type: "ValidationFailed", data: { issues: issuesOf(submitted.validation) } },
      { type: "RequestCancelled", data: { by, reason, pools: {} } },
    ],
    refusal,
  };
};

/** The parameters must fit the asker's schema and those of the policies. */
const schemaRefusal = ({ schema, misfits }: Ask, { policies }: Picked): Refusal | null => {
  const schemas = schemasOf(schema, policies);
  if (schemas.length === 0 || misfits === undefined) return null;
  return misfitRefusal(misfits(schemas));
};

/** An ask as it would be recorded: its policies picked, its facts frozen, its expiry set; or why it cannot be. */
export const freeze = (
  ask: Ask,
  context: Pick<DecideContext, "now" | "principal" | "gates">,
  reference: Reference,
): { readonly picked: Picked; readonly frozen: Frozen } | { readonly refusal: Refusal } => {
  if (context.principal === null) {
    return { refusal: refuse("forbidden", "Only an agent or a person can ask.") };
  }
  const forged = forgedAgent(ask, context.principal);
  if (forged !== null) return { refusal: forged };
  const { definition } = reference;
  const { inherited } = ask;
  const requester = inherited?.requester ?? requesterOf(context.principal, reference);
  // A child is its parent's question put to others: the parent was held against the gates.
  const held = inherited === undefined ? holdAsk(ask, requester, context, reference) : null;
  const denied = deniedByRule(held);
  if (denied !== null) return { refusal: denied };
  const picked = pickPolicies(ask, definition, held?.fired ?? none);
  if ("refusal" in picked) return picked;
  const expiry = expiryOf(ask.expiresIn, chainOfPicked(picked), reference, context.now);
  if ("refusal" in expiry) return expiry;
  const expiresAt =
    inherited === undefined
      ? expiry.expiresAt
      : childExpiry(expiry.expiresAt, picked, definition.defaults, inherited.expiresAt);
  const submitted = submittedFields(ask, picked, held, requester, reference, expiresAt);
  const { action, payloadHash } = submitted;
  return { picked, frozen: { submitted, action, payloadHash, payloadVersion: 1 } };
};

/** Takes an ask: pins its policy, freezes its facts, sets its expiry, and opens the first level that applies. */
export const submit = (
  state: RequestState,
  ask: Ask,
  context: DecideContext,
  reference: Reference,
): Decision => {
  if (state.status !== "absent") {
    return { events: [], refusal: refuse("conflict", "This request was asked before.") };
  }
  const asked = freeze(ask, context, reference);
  if ("refusal" in asked) return { events: [], refusal: asked.refusal };
  const { picked, frozen } = asked;
  const { submitted } = frozen;
  const refusal =
    schemaRefusal(ask, picked) ??
    checkChain(frozen, reference) ??
    checkChildren(frozen, reference, (child) => checkChain(child, reference)) ??
    refusalOf(pendingValues(frozen, reference));
  if (refusal !== null) return { events: [], refusal };
  const invalid = validationRefusal(submitted);
  if (invalid !== null) return failedValidation(submitted, invalid);
  const events: RequestEvent[] = [{ type: "RequestSubmitted", data: submitted }];
  for (const data of ask.attachments ?? none) events.push({ type: "ContextAttached", data });
  advance(
    frozen,
    { after: 0, approved: false, by: context.actor, notes: null },
    context,
    reference,
    events,
  );
  return { events };
};
