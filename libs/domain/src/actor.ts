/** Who did something, as events and answers name it. */
export interface Actor {
  readonly kind: "person" | "agent" | "timer" | "system";
  readonly id: string;
  /** The person whose right was used, when it was a delegate. */
  readonly onBehalfOf?: string;
}

/** The way a command came in; part of every event's metadata and of every audit entry. */
export type Channel = "rest" | "graphql" | "nats" | "timer" | "process" | "cli" | "mcp" | "system";

/** Revisions of the org's reference streams that a decision read; -1 is an empty stream. `check` judges with these. */
export interface Basis {
  readonly directory: number;
  readonly delegation: number;
  readonly definition: number;
}

/** What stands beside every event's data. */
export interface EventMetadata {
  readonly commandId: string;
  /** SHA-256 of the command's body in RFC 8785 form, when it came with an idempotency key or a CloudEvent id. */
  readonly commandHash?: string;
  readonly basis?: Basis;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly org: string;
  readonly actor: Actor;
  readonly channel: Channel;
  /** The commander's clock, read just before the append; never less than the stream's last. */
  readonly occurredAt: string;
  readonly schemaVersion: number;
}
