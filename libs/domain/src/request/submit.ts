import type { Actor } from "../actor.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Defaults } from "../definition/definition.ts";
import type { DirectoryState } from "../directory/directory.ts";
import type { Policy } from "../policy/policy.ts";
import type { Reference } from "../reference.ts";
import { chainOfPolicy, type Chain } from "./chain.ts";
import { checkChain } from "./check-chain.ts";
import type { Ask, DecideContext, Decision, Principal } from "./commands.ts";
import type { RequestEvent, Requester, SubmittedFields } from "./events.ts";
import { expiryOf } from "./expiry.ts";
import { advance } from "./open-levels.ts";
import { checkChildren } from "./nesting.ts";
import { pendingValues } from "./one-pending-per.ts";
import { pickPolicies, type Picked } from "./pick-policies.ts";
import { refuse, type Refusal } from "./refusals.ts";
import { misfitRefusal, schemasOf } from "./schemas.ts";
import type { Frozen, RequestState } from "./state.ts";

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

const requesterOf = (principal: Principal, { directory }: Reference): Requester => ({
  kind: principal.kind,
  id: principal.id,
  owner: principal.kind === "agent" ? (directory.agents.get(principal.id)?.owner ?? null) : null,
});

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

const chainOfPicked = ({ policies, inlineChain }: Picked): Chain => {
  const [policy] = policies;
  return policy === undefined
    ? { levels: inlineChain ?? [], regular: inlineChain?.length ?? 0, policies: [] }
    : chainOfPolicy(policy);
};

/** The agent as it describes itself, under the id of its credential; the directory's words where it is silent. */
const agentOf = (
  { agent }: Ask,
  { kind, id }: Requester,
  directory: DirectoryState,
): JsonObject | null => {
  if (kind !== "agent") return null;
  const known = directory.agents.get(id);
  const { id: _, ...prose } = agent ?? {};
  return { id, name: known?.name ?? null, version: known?.version ?? null, ...prose };
};

/** An ask may describe only the agent that its credential proves. */
const forgedAgent = ({ agent }: Ask, { kind, id }: Principal): Refusal | null => {
  const named = agent?.["id"];
  if (named === undefined || named === null || (kind === "agent" && named === id)) return null;
  const message = `must be the credential's own agent, not ${JSON.stringify(named)}`;
  return refuse("unprocessable", `agent.id ${message}.`, {
    faults: [{ path: "agent.id", message }],
  });
};

const submittedFields = (
  ask: Ask,
  { policies, inlineChain }: Picked,
  requester: Requester,
  { definition: { defaults }, directory }: Reference,
  expiresAt: string | null,
): SubmittedFields => ({
  requestId: ask.requestId,
  title: ask.title,
  description: ask.description,
  action: ask.action,
  payloadHash: ask.payloadHash,
  requester,
  agent: agentOf(ask, requester, directory),
  policies: policies.map(({ id, version }) => ({ id, version, gate: null })),
  inlineChain,
  escalated: ask.inherited?.escalated ?? false,
  selfApproval: selfApprovalOf(policies, defaults) && (ask.inherited?.selfApproval ?? true),
  reasonCodes: ask.reasonCodes,
  gateType: null,
  policyTrace: ask.policyTrace,
  riskSnapshot: ask.riskSnapshot,
  view: ask.view,
  context: ask.context,
  links: ask.links,
  urgency: ask.urgency,
  schema: ask.schema,
  dedupe: ask.dedupe,
  previousRequestId: ask.previousRequestId,
  validation: ask.validation,
  observers: policies.some(({ observers }) => observers.length > 0)
    ? [...policies.flatMap(({ observers }) => observers), ...ask.observers]
    : ask.observers,
  suggested: ask.suggested,
  expiresAt,
  topic: ask.topic,
  ...(ask.parent === undefined ? {} : { parent: ask.parent }),
  ...(ask.attempts === undefined ? {} : { attempts: ask.attempts }),
  ...(mayTimersApprove(policies, defaults) ? { autoApprove: true as const } : {}),
  ...(ask.automation === undefined ? {} : { automation: ask.automation }),
});

const refusalOf = (answer: object | { readonly refusal: Refusal }): Refusal | null =>
  "refusal" in answer ? answer.refusal : null;

/** The request stands, so that its asker can look it up, as cancelled: no approver ever sees it. */
const failedValidation = (submitted: SubmittedFields): Decision => {
  const found = submitted.validation?.["issues"];
  const issues: readonly Json[] = Array.isArray(found) ? found : [];
  const by: Actor = { kind: "system", id: "validation" };
  const reason = "The asker's own validation failed.";
  return {
    events: [
      { type: "RequestSubmitted", data: submitted },
      { type: "ValidationFailed", data: { issues } },
      { type: "RequestCancelled", data: { by, reason, pools: {} } },
    ],
    refusal: refuse("validation-failed", "The ask says itself that its validation failed.", {
      approval_id: submitted.requestId,
      issues,
    }),
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
  context: Pick<DecideContext, "now" | "principal">,
  reference: Reference,
): { readonly picked: Picked; readonly frozen: Frozen } | { readonly refusal: Refusal } => {
  if (context.principal === null) {
    return { refusal: refuse("forbidden", "Only an agent or a person can ask.") };
  }
  const forged = forgedAgent(ask, context.principal);
  if (forged !== null) return { refusal: forged };
  const { definition } = reference;
  const picked = pickPolicies(ask, definition);
  if ("refusal" in picked) return picked;
  const expiry = expiryOf(ask.expiresIn, chainOfPicked(picked), definition.defaults, context.now);
  if ("refusal" in expiry) return expiry;
  const { inherited } = ask;
  const requester = inherited?.requester ?? requesterOf(context.principal, reference);
  const expiresAt =
    inherited === undefined
      ? expiry.expiresAt
      : childExpiry(expiry.expiresAt, picked, definition.defaults, inherited.expiresAt);
  const submitted = submittedFields(ask, picked, requester, reference, expiresAt);
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
  if (submitted.validation?.["is_valid"] === false) return failedValidation(submitted);
  const events: RequestEvent[] = [{ type: "RequestSubmitted", data: submitted }];
  advance(
    frozen,
    { after: 0, approved: false, by: context.actor, notes: null },
    context,
    reference,
    events,
  );
  return { events };
};
