import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { readDirectoryEvent } from "@countersign/domain/read-events.ts";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { querySubject } from "@countersign/messaging/subjects.ts";
import type { Decider } from "./decider.ts";

/** Looks again at every open request that a change of people may concern. */
export type Recheck = (org: string, cause: RecordedEvent) => Promise<void>;

const QUERY_MS = 10_000;

interface OpenRequestsReply {
  readonly ok: boolean;
  readonly result?: { readonly ids: readonly string[] };
  readonly error?: { readonly code: string; readonly message: string };
}

/** Roles and people that a directory event touches; an agent's change or key touches no open request. */
const touched = (cause: RecordedEvent): { roles: string[]; people: string[] } | null => {
  const { event } = readDirectoryEvent(cause);
  switch (event.type) {
    case "RoleChanged":
      return { roles: [event.data.role], people: [] };
    case "PersonChanged":
    case "PersonRemoved":
      return { roles: [], people: [event.data.id] };
    case "AgentChanged":
    case "ApiKeyIssued":
    case "ApiKeyRevoked":
      return null;
  }
};

/**
 * Which requests those are, the queue read model knows; it is asked at the event's own position. Each is then decided
 * with today's people: leavers' slots are voided, a level nobody can decide blocks, one that found its people goes on.
 */
export const recheckOverBus =
  (bus: Bus, decider: Decider): Recheck =>
  async (org, cause) => {
    const people = touched(cause);
    if (people === null) return;
    const body = JSON.stringify({ ...people, min_position: cause.position.toString() });
    const reply = await bus.request(querySubject(org, "open-requests"), body, {
      timeoutMs: QUERY_MS,
    });
    const answer = JSON.parse(reply.body) as OpenRequestsReply;
    if (answer.result === undefined)
      throw new Error(`open requests could not be listed: ${answer.error?.message ?? reply.body}`);
    for (const id of answer.result.ids) {
      const envelope: Envelope = {
        commandId: derivedCommandId("process", "recheck", cause.eventId, id),
        commandHash: null,
        org,
        principal: null,
        actor: { kind: "system", id: "people-changed" },
        channel: "process",
        correlationId: cause.eventId,
        causationId: cause.eventId,
      };
      await decider.command(envelope, id, { command: { type: "recheck" }, fault: null });
    }
  };
