import { changeTopicByRun, endWait, recordRun } from "@countersign/application/automation.ts";
import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import {
  onPermission,
  onRun,
  type RecipeCommand,
} from "@countersign/application/processes/recipe-process.ts";
import type { AutomationRun } from "@countersign/domain/automation/automation.ts";
import { recipeActor } from "@countersign/domain/automation/topic-changes.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Decider } from "../decider.ts";

/** What a recipe sends; the ids derive from the run, so that a second time changes nothing. */
export const recipeEnvelope = (
  org: string,
  recipe: string,
  cause: RecordedEvent,
  commandId: string,
): Envelope => ({
  commandId,
  commandHash: null,
  org,
  principal: null,
  actor: recipeActor(recipe),
  channel: "process",
  correlationId: cause.eventId,
  causationId: cause.eventId,
});

/** Noes that another asker might not get: this one left meanwhile, or is the only one who could answer. */
const anotherMayAsk: ReadonlySet<Refusal["code"]> = new Set([
  "unauthenticated",
  "forbidden",
  "quorum-unreachable",
]);

/** Asks in the first name in which the request can be made; null when it stands. */
const ask = async (
  decider: Decider,
  org: string,
  cause: RecordedEvent,
  run: AutomationRun,
  { ask: asked, askers }: Extract<RecipeCommand, { kind: "ask" }>,
): Promise<Refusal | null> => {
  let refusal: Refusal = { code: "forbidden", message: "Nobody is left in whose name to ask." };
  for (const { kind, id } of askers) {
    const commandId = derivedCommandId("automation-ask", asked.requestId, kind, id);
    const envelope: Envelope = {
      ...recipeEnvelope(org, run.recipe, cause, commandId),
      principal: { kind, id, org },
      actor: { kind, id },
    };
    const outcome = await decider.ask(envelope, asked.requestId, asked);
    if (outcome.ok || outcome.fold.state.status !== "absent") return null;
    ({ refusal } = outcome);
    if (!anotherMayAsk.has(refusal.code)) break;
  }
  return refusal;
};

const noted = async (
  decider: Decider,
  org: string,
  cause: RecordedEvent,
  run: AutomationRun,
  command: Extract<RecipeCommand, { kind: "ask" }>,
  { code, message }: Refusal,
): Promise<void> => {
  const { requestId } = command.ask;
  const { engine, automation } = decider;
  const envelope = recipeEnvelope(
    org,
    run.recipe,
    cause,
    derivedCommandId("automation-refused", requestId),
  );
  const end = { phase: "declined", approvalId: null, reason: message } as const;
  if (command.holds) await endWait(engine, automation, envelope, run, end);
  // That the same recipe's request about this topic is still pending is as it should be.
  else if (code !== "conflict") await recordRun(engine, automation, envelope, { ...run, ...end });
};

/** Does what follows from a recorded run. */
export const followRun = async (
  decider: Decider,
  org: string,
  cause: RecordedEvent,
  run: AutomationRun,
): Promise<void> => {
  const { engine, topic } = decider;
  const { definition } = engine.references.of(org);
  const entry = definition.entries
    .get(`recipe/${run.recipe}`)
    ?.find(({ version }) => version === run.version);
  if (entry?.kind !== "recipe") return;
  for (const command of onRun(org, run, entry.content)) {
    switch (command.kind) {
      case "ask": {
        const refusal = await ask(decider, org, cause, run, command);
        if (refusal !== null) await noted(decider, org, cause, run, command, refusal);
        break;
      }
      case "change-topic": {
        const commandId = derivedCommandId("automation-topic", org, run.run);
        const envelope = recipeEnvelope(org, run.recipe, cause, commandId);
        await changeTopicByRun(engine, topic, envelope, run);
        break;
      }
      case "automate": {
        const commandId = derivedCommandId("automate", run.run, command.request);
        const envelope = recipeEnvelope(org, run.recipe, cause, commandId);
        const automate = { type: "automate", run } as const;
        await decider.command(envelope, command.request, { command: automate, fault: null });
      }
    }
  }
};

/** Goes on with a run, or gives it up, when the request ended by which people were asked. */
export const followPermission = async (
  decider: Decider,
  org: string,
  cause: RecordedEvent,
  event: RequestEvent,
  state: RequestState,
): Promise<void> => {
  const found = onPermission(state, event);
  if (found === null) return;
  const { waiting, end } = found;
  const commandId = derivedCommandId("automation-answered", waiting.run);
  const envelope = recipeEnvelope(org, waiting.recipe, cause, commandId);
  await endWait(decider.engine, decider.automation, envelope, waiting, end);
};
