/** What the org's own calls answer, as it stands on the wire: snake_case, every key always there unless marked. */

type JsonObject = Readonly<Record<string, unknown>>;

/** Would this action need approval? */
export interface Evaluation {
  /** ALLOW: go on. DENY: do not, whoever agrees. ESCALATE: people must agree first. */
  readonly decision: "ALLOW" | "DENY" | "ESCALATE";
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly policy_trace: JsonObject;
  /** The request that was made; only after `ask: true`, where approval is needed. */
  readonly approval_id?: string;
}

/** A topic, what it waits for and where it has been. Times are ISO 8601 UTC. */
export interface Topic {
  readonly id: string;
  readonly workflow: string;
  readonly state: string;
  readonly attributes: JsonObject;
  /** Requests that it waits for. */
  readonly pending: readonly string[];
  readonly history: readonly {
    readonly from: string;
    readonly to: string;
    readonly at: string;
    readonly by: JsonObject;
    readonly approval_ids: readonly string[];
  }[];
}

/** A topic has moved, or waits for people. */
export type Transition =
  | { readonly status: "completed"; readonly topic: Topic }
  | { readonly status: "blocked"; readonly approval_ids: readonly string[]; readonly topic: Topic };

/** What a run has cost and what is set aside for it, in US dollars. */
export interface Run {
  readonly id: string;
  readonly spent_usd: number;
  readonly reserved_usd: number;
}
