import type { Actor } from "../actor.ts";
import type { JsonObject } from "../json.ts";

/** A topic is what a workflow moves (an issue, a release): stream `topic-<org>.<workflow>.<base64url id>`. */

interface Move {
  readonly from: string;
  readonly to: string;
  /** The transition's name, or null. */
  readonly name: string | null;
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
      };
    };

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
      /** When it came into its state, ISO 8601; absent in what an earlier build kept. */
      readonly enteredAt?: string;
      /** When a person or an agent last had to do with it. */
      readonly activeAt?: string;
    };
