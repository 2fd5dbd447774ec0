import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { onChildren, type ChildCommand } from "@countersign/application/processes/child-process.ts";
import { submitRequest, type ExistingCommand } from "@countersign/application/request.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Decider } from "./decider.ts";

const envelopeOf = (org: string, cause: RecordedEvent, ...parts: readonly string[]): Envelope => ({
  commandId: derivedCommandId("process", ...parts),
  commandHash: null,
  org,
  principal: null,
  actor: { kind: "system", id: "child-request" },
  channel: "process",
  correlationId: cause.eventId,
  causationId: cause.eventId,
});

const existing = async (
  decider: Decider,
  envelope: Envelope,
  id: string,
  command: ExistingCommand,
): Promise<void> => {
  await decider.command(envelope, id, { command, fault: null });
};

const send = async (
  decider: Decider,
  org: string,
  cause: RecordedEvent,
  command: ChildCommand,
): Promise<void> => {
  switch (command.kind) {
    case "submit-child": {
      const { ask, by, parent } = command;
      const child = ask.requestId;
      const envelope: Envelope = {
        ...envelopeOf(org, cause, "submit-child", child),
        principal: { ...by, org },
        actor: by,
      };
      const { engine, request } = decider;
      const outcome = await submitRequest(engine, request, envelope, child, ask);
      if (outcome.ok || outcome.fold.state.status !== "absent") return;
      await existing(decider, envelopeOf(org, cause, "child-refused", child), parent, {
        type: "answer-child",
        child,
        outcome: "refused",
        reason: outcome.refusal.message,
        notes: null,
      });
      return;
    }
    case "answer-parent": {
      const { parent, child, outcome, reason, notes } = command;
      const envelope: Envelope = {
        ...envelopeOf(org, cause, "child-ended", cause.eventId),
        actor: { kind: "system", id: child },
      };
      await existing(decider, envelope, parent, {
        type: "answer-child",
        child,
        outcome,
        reason,
        notes,
      });
      return;
    }
    case "extend-child": {
      const { child, expiresAt, before } = command;
      const envelope = envelopeOf(org, cause, "extend-child", cause.eventId, child);
      await existing(decider, envelope, child, { type: "extend-with-parent", expiresAt, before });
      return;
    }
    case "cancel-child": {
      const { child, reason } = command;
      const envelope = envelopeOf(org, cause, "cancel-child", cause.eventId, child);
      await existing(decider, envelope, child, { type: "cancel", reason });
    }
  }
};

/** Makes, cancels and hears child requests, as one recorded event of a request wants it. */
export const reactForChildren = async (
  decider: Decider,
  org: string,
  cause: RecordedEvent,
  event: RequestEvent,
  state: RequestState,
): Promise<void> => {
  for (const command of onChildren(state, event)) await send(decider, org, cause, command);
};
