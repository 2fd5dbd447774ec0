import type { Actor } from "../actor.ts";
import type { JsonObject } from "../json.ts";
import type { SlaMarks, StandingSla } from "./sla.ts";

/** A topic is what a workflow moves (an issue, a release): stream `topic-<org>.<workflow>.<base64url id>`. */

interface Move {
  readonly from: string;
  readonly to: string;
  /** The transition's name, or null. */
  readonly name: string | null;
}

interface MarkReached {
  readonly state: string;
  /** The stay: `SlaMarks.generation`. */
  readonly generation: number;
  readonly dueAt: string;
}

export type TopicEvent =
  | {
      readonly type: "TopicCreated";
      readonly data: {
        readonly workflow: string;
        readonly id: string;
        readonly state: string;
        /** True when the asker named the state of an unknown topic. */
        readonly claimed: boolean;
        /** Only where the state into which it comes has an `sla`; likewise below. */
        readonly sla?: SlaMarks;
      };
    }
  | {
      readonly type: "AttributesChanged";
      /** `patch` merges; null removes. `by` is remembered for each attribute. */
      readonly data: { readonly patch: JsonObject; readonly by: Actor };
    }
  | {
      readonly type: "TransitionBlocked";
      readonly data: Move & {
        readonly workflowVersion: number;
        readonly approvalIds: readonly string[];
        /** Merges into the topic's attributes now; null removes. */
        readonly patch: JsonObject;
        readonly by: Actor;
        /** What the process manager needs to create the request again after a crash: the submit command's body. */
        readonly ask: JsonObject;
      };
    }
  | {
      readonly type: "TransitionCompleted";
      readonly data: Move & {
        readonly approvalIds: readonly string[];
        readonly patch: JsonObject;
        readonly by: Actor;
        readonly sla?: SlaMarks;
      };
    }
  | {
      readonly type: "TransitionRejected";
      /** `state`: where the topic stands now (the rejection transition's target, or where it stood). */
      readonly data: Move & {
        readonly approvalIds: readonly string[];
        readonly state: string;
        readonly code: string;
        readonly reason: string | null;
        readonly sla?: SlaMarks;
      };
    }
  /** The topic has stayed in `state` until `dueAt`: that stay's warning, and its breach. Each at most once. */
  | { readonly type: "SlaWarning"; readonly data: MarkReached }
  | { readonly type: "SlaBreached"; readonly data: MarkReached };

export interface TopicHistoryEntry {
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly by: Actor;
  readonly approvalIds: readonly string[];
}

export interface Blocked {
  readonly from: string;
  readonly to: string;
  readonly name: string | null;
  readonly workflowVersion: number;
  readonly approvalIds: readonly string[];
  readonly by: Actor;
}

export type TopicState =
  | { readonly status: "absent" }
  | {
      readonly status: "present";
      readonly workflow: string;
      readonly id: string;
      readonly state: string;
      readonly attributes: JsonObject;
      /** Who set each attribute last. */
      readonly setBy: Readonly<Record<string, Actor>>;
      /** The transition that waits for approval, or null. */
      readonly blocked: Blocked | null;
      readonly history: readonly TopicHistoryEntry[];
      /** The marks of its state, if it has any; absent in what an earlier build kept. */
      readonly sla?: StandingSla | null;
      /** When it came into its state, ISO 8601; absent in what an earlier build kept. */
      readonly enteredAt?: string;
      /** When a person or an agent last had to do with it. */
      readonly activeAt?: string;
    };
