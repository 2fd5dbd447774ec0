import type { Actor, Channel } from "@countersign/domain/actor.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";

/** Who sent a command, how, and under which ids: everything about it but what it says. */
export interface Envelope {
  /** Random, or derived (idempotency key, timer key, process and event): a second one with the same id decides nothing. */
  readonly commandId: string;
  /** SHA-256 of the body in RFC 8785 form, when the id was chosen by the caller. */
  readonly commandHash: string | null;
  readonly org: string;
  /** Null for timers, process managers and the system itself. */
  readonly principal: Principal | null;
  readonly actor: Actor;
  readonly channel: Channel;
  readonly correlationId: string;
  readonly causationId: string | null;
}
