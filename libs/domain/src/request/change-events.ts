import type { RunRef } from "../automation/automation.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Policy, Target } from "../policy/policy.ts";
import type { ClosedPools, GroupRecord, PolicyRef, SlotRecord } from "./events.ts";
import type { TimerRef } from "./timers/events.ts";

/** One step of an RFC 6902 patch. */
export interface PatchStep {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

/** A vote by its level and voter. */
export interface VoteRef {
  readonly level: number;
  readonly votedBy: string;
}

/** Approvers added to a group by an amendment. */
export interface AddedApprovers {
  readonly level: number;
  readonly group: string;
  readonly approvers: readonly Target[];
}

/** A due mark (`step: null`) or a step of a level's ladder (counted from 1) that an amendment brings forward. */
export interface ShortenedTimer {
  readonly level: number;
  readonly step: number | null;
  /** A duration, counted from the same start as before. */
  readonly after: string;
}

/** Gates that fired for an edited payload only: the request is one that a gate asked for from then on. */
export interface FiredLater {
  readonly gateType: string;
  readonly reasonCodes: readonly string[];
  readonly checks: readonly JsonObject[];
  /** Whose levels are added at the end of the chain; empty where the chain has them all. */
  readonly policies: readonly PolicyRef[];
  /** Those of them that are gates' own people. */
  readonly gatePolicies: readonly Policy[];
}

/** What people change about a request while it is pending. */
export type ChangeEvent =
  /** Edited and, in the same command, approved by the editor: `VoteCast` follows on the new hash. */
  | {
      readonly type: "PayloadModified";
      readonly data: {
        /** The new `action.parameters`. */
        readonly payload: JsonObject;
        /** From the parameters before to these. */
        readonly patch: readonly PatchStep[];
        readonly hash: string;
        /** The new payload version. */
        readonly version: number;
        readonly editor: string;
        /** Where the editor's vote counts. */
        readonly level: number;
        /** Gates that fire for this payload and did not before; absent for none. */
        readonly gates?: FiredLater;
      };
    }
  /** Votes that were given for another payload than the present one. */
  | {
      readonly type: "VotesVoided";
      readonly data: { readonly payloadHash: string; readonly votes: readonly VoteRef[] };
    }
  /** A level begins anew because the payload changed; the ones after it wait again. */
  | {
      readonly type: "LevelReopened";
      readonly data: {
        readonly level: number;
        readonly because: string | null;
        readonly groups: readonly GroupRecord[];
      };
    }
  | {
      readonly type: "QuestionAsked";
      readonly data: {
        readonly questionId: string;
        readonly level: number;
        readonly text: string;
        /** Milliseconds by which questions may shift the timers of this level, in all. */
        readonly pauseCapMs: number;
      };
    }
  | {
      readonly type: "QuestionAnswered";
      readonly data: {
        readonly questionId: string;
        readonly level: number;
        readonly text: string;
        /** Milliseconds by which the timers of this level shift now: 0 while another question is open, or at the cap. */
        readonly pausedMs: number;
      };
    }
  /** Somebody says that they are on it. It keeps nobody else from deciding, and lasts as long as its level. */
  | {
      readonly type: "RequestClaimed";
      readonly data: { readonly level: number; readonly claimedBy: string };
    }
  | { readonly type: "RequestReleased"; readonly data: { readonly claimedBy: string } }
  /** Open slots of a level go to others; `LevelOpened` follows with the groups as they are then. Votes cast stay. */
  | {
      readonly type: "RequestReassigned";
      readonly data: {
        readonly level: number;
        /** Whose slots; null for all open ones. */
        readonly from: string | null;
        readonly to: readonly Target[];
        readonly cancelled: readonly { readonly group: string; readonly slot: SlotRecord }[];
        readonly reason: string;
        /** The step of a ladder that did it; absent where somebody did. */
        readonly timer?: TimerRef;
        /** The run that gave them away; absent for people. */
        readonly recipe?: RunRef;
      };
    }
  | {
      readonly type: "ExpiryExtended";
      readonly data: {
        readonly expiresAt: string;
        readonly before: string;
        readonly reason: string;
      };
    }
  /** An admin's change of what is still to come; with nothing but a reason, a confirmation after people left. */
  | {
      readonly type: "ChainAmended";
      readonly data: {
        readonly skipLevels: readonly number[];
        readonly addApprovers: readonly AddedApprovers[];
        readonly shorten: readonly ShortenedTimer[];
        readonly reason: string;
        /** The run that amended it; absent for an admin. */
        readonly recipe?: RunRef;
      };
    }
  /** A recipe that would have weakened the approval on facts of the asking side, or that named nobody: not done. */
  | {
      readonly type: "AmendmentRefused";
      readonly data: {
        readonly recipe: RunRef;
        readonly reason: string;
        /** The attributes in question. */
        readonly facts: readonly string[];
        readonly skipLevels: readonly number[];
        readonly addApprovers: readonly AddedApprovers[];
        readonly shorten: readonly ShortenedTimer[];
        /** Whom it would have given the open slots to. */
        readonly reassignTo: readonly Target[];
      };
    }
  /** Approved without quorum by a named right; `RequestApproved` follows. */
  | {
      readonly type: "GlassBroken";
      readonly data: {
        /** The level that was open, or null. */
        readonly level: number | null;
        readonly payloadHash: string;
        readonly reason: string;
        readonly pools: ClosedPools;
      };
    };
