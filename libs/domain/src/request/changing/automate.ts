import { askersFacts } from "../../automation/who-set.ts";
import type { AutomationRun, RunNote } from "../../automation/automation.ts";
import type { Target } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { amended } from "./amend.ts";
import { MAX_ATTACHMENTS } from "./attach.ts";
import { wantedOf, type Wanted } from "./automated-changes.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { inTime } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { following } from "../follow.ts";
import { reassigned } from "./reassign.ts";
import { refuse } from "../refusals.ts";
import type { KnownRequest, PendingRequest } from "../state.ts";

/** From the process manager: a run of a recipe reaches a request. */
export interface Automate {
  readonly type: "automate";
  readonly run: AutomationRun;
}

const noteOf = (run: AutomationRun): RunNote => ({
  recipe: run.recipe,
  version: run.version,
  run: run.run,
  trigger: run.trigger,
  because: run.because,
  facts: run.facts,
  diff: run.diff,
});

/** Approvers see what triggered the run, what it saw and what it changed, as context beside the facts. */
const attached = (state: PendingRequest, run: AutomationRun): readonly RequestEvent[] => {
  const stands = (state.attachments?.length ?? 0) + (state.recommendations?.length ?? 0);
  if (stands >= MAX_ATTACHMENTS) return [];
  const { recipe, trigger, because, facts } = run;
  const diff = run.diff.map(({ field, before, after }) => ({ field, before, after }));
  const messages = run.actions.flatMap((action) =>
    action.type === "notify" && action.message !== null ? [action.message] : [],
  );
  const context = { automation: { recipe, trigger, because, facts, diff, messages } };
  return [{ type: "ContextAttached", data: { context, automation: noteOf(run) } }];
};

const refusedBy = (
  { recipe, version, run }: AutomationRun,
  reason: string,
  facts: readonly string[],
  wanted: Pick<Wanted, "skipLevels" | "addApprovers" | "shorten">,
  reassignTo: readonly Target[],
): RequestEvent => ({
  type: "AmendmentRefused",
  data: {
    recipe: { recipe, version, run },
    reason,
    facts,
    skipLevels: wanted.skipLevels,
    addApprovers: wanted.addApprovers,
    shorten: wanted.shorten,
    reassignTo,
  },
});

const nothing = { skipLevels: [], addApprovers: [], shorten: [] } as const;

/** What the run wants of this request, parted into what it may have and what it may not, with the reason. */
const judged = (
  state: PendingRequest,
  run: AutomationRun,
  wanted: Wanted,
  reference: Reference,
): { readonly granted: Wanted; readonly refusal: RequestEvent | null } => {
  const { requester } = state.submitted;
  const seen = askersFacts(run.setBy, requester, reference.directory);
  const named = askersFacts(run.namedBy, requester, reference.directory);
  const names = named.length > 0;
  const weakens =
    seen.length > 0 &&
    (wanted.skipLevels.length > 0 || wanted.earlier.length > 0 || wanted.reassignTo.length > 0);
  const namesOthers = names && (wanted.addApprovers.length > 0 || wanted.reassignTo.length > 0);
  if (!weakens && !namesOthers) return { granted: wanted, refusal: null };
  const isEarlier = (timer: Wanted["shorten"][number]): boolean => wanted.earlier.includes(timer);
  const granted: Wanted = {
    ...wanted,
    skipLevels: weakens ? [] : wanted.skipLevels,
    shorten: weakens ? wanted.shorten.filter((timer) => !isEarlier(timer)) : wanted.shorten,
    addApprovers: names ? [] : wanted.addApprovers,
    reassignTo: [],
  };
  const facts = [...new Set([...(weakens ? seen : []), ...(namesOthers ? named : [])])];
  const refused = {
    skipLevels: weakens ? wanted.skipLevels : [],
    shorten: weakens ? wanted.earlier : [],
    addApprovers: names ? wanted.addApprovers : [],
  };
  const reason = `The recipe rests on what the asking side set: ${facts.join(", ")}.`;
  return { granted, refusal: refusedBy(run, reason, facts, refused, wanted.reassignTo) };
};

/** The new holders of the open slots; what cannot be given away is refused with its reason. */
const reassignTo = (
  state: PendingRequest,
  run: AutomationRun,
  to: readonly Target[],
  context: DecideContext,
  reference: Reference,
): readonly RequestEvent[] => {
  const reason = `Recipe ${run.recipe}`;
  const { events, refusal } = reassigned(
    state,
    { type: "reassign", from: null, to, reason },
    context,
    reference,
  );
  if (refusal !== undefined) return [refusedBy(run, refusal.message, [], nothing, to)];
  const { recipe, version, run: id } = run;
  return events.map((event) =>
    event.type === "RequestReassigned"
      ? { ...event, data: { ...event.data, recipe: { recipe, version, run: id } } }
      : event,
  );
};

const isEnd = ({ type }: RequestEvent): boolean =>
  type === "RequestApproved" || type === "RequestDenied";

/**
 * A run reaches a pending request: it is shown there, and amends it as far as the chain lets it. Never weaker on what
 * the asking side set: that part stands as `AmendmentRefused`. A request that has ended is left alone.
 */
export const automate = (
  state: KnownRequest,
  { run }: Automate,
  context: DecideContext,
  reference: Reference,
): Decision => {
  if (context.principal !== null)
    return { events: [], refusal: refuse("forbidden", "Only recipes run recipes.") };
  if (state.status !== "pending") return { events: [] };
  const timely = inTime(state, context.now, reference);
  if (!("inTime" in timely)) return timely;
  const events: RequestEvent[] = [...attached(timely.inTime, run)];
  const { wanted, unknown } = wantedOf(timely.inTime, run, reference);
  if (unknown !== null) events.push(refusedBy(run, unknown.reason, [], nothing, unknown.targets));
  const { granted, refusal } = judged(timely.inTime, run, wanted, reference);
  if (refusal !== null) events.push(refusal);
  const { skipLevels, addApprovers, shorten } = granted;
  if (skipLevels.length + addApprovers.length + shorten.length > 0) {
    const { recipe, version, run: id } = run;
    const reason = wanted.reason ?? `Recipe ${recipe}`;
    const data = {
      skipLevels,
      addApprovers,
      shorten,
      reason,
      recipe: { recipe, version, run: id },
    };
    events.push(...amended(following(timely.inTime, events, context), data, context, reference));
  }
  if (granted.reassignTo.length === 0 || events.some(isEnd)) {
    return { events };
  }
  const now = following(timely.inTime, events, context);
  events.push(...reassignTo(now, run, granted.reassignTo, context, reference));
  return { events };
};
