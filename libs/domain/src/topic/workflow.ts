import type { Condition } from "../policy/condition.ts";
import type { Policy } from "../policy/policy.ts";

/** How long a topic may stay in a state; durations as written. Kept for the scheduler, no approval depends on it. */
export interface Sla {
  readonly warning: string | null;
  readonly breach: string | null;
  readonly businessHours: boolean;
}

export interface WorkflowState {
  readonly key: string;
  readonly label: string;
  /** `initial` marks where unknown topics start. */
  readonly type: string | null;
  readonly sla?: Sla;
}

export interface Transition {
  readonly from: string;
  readonly to: string;
  readonly name: string | null;
  /** False: no approval needed, the transition passes. Unknown counts as needed. */
  readonly when: Condition | null;
  /** False: the transition is refused (`condition-not-met`). */
  readonly conditions: Condition | null;
  /** What must be agreed; id `<workflow>--<from>--<to>`, version the workflow's. Null: it passes. */
  readonly policy: Policy | null;
  readonly requiresFields: readonly string[];
  /** Taken when a request that blocked this state's topic is denied or expires. */
  readonly rejection: boolean;
  readonly message: string | null;
  readonly urgency: "low" | "normal" | "high" | "critical" | null;
}

/** What moves topics from state to state. */
export interface Workflow {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly states: readonly WorkflowState[];
  readonly transitions: readonly Transition[];
}
