import type { JsonObject } from "../json.ts";
import type { Target } from "../policy/policy.ts";
import type { PatchStep } from "./change-events.ts";
import type { Action } from "./events.ts";

/** What came of new parameters: computed where hashes, patches and schemas are at hand, and given to the domain. */
export interface Edited {
  /** Of the whole action with the new parameters. */
  readonly hash: string;
  readonly patch: readonly PatchStep[];
  /** Where the new parameters do not fit one of the schemas; empty when they fit all. */
  readonly faults: readonly { readonly path: string; readonly message: string }[];
}

/** Pure: the same action and schemas give the same answer. */
export type EditPayload = (current: Action, schemas: readonly JsonObject[]) => Edited;

/** Commands by which people change a pending request, beside voting. */
export type ChangeCommand =
  | {
      readonly type: "modify";
      /** The new `action.parameters`. */
      readonly parameters: JsonObject;
      /** The hash of what was edited. */
      readonly payloadHash: string;
      readonly level: number | null;
      readonly notes: string | null;
      readonly edit: EditPayload;
    }
  | { readonly type: "withdraw-vote"; readonly level: number | null }
  | { readonly type: "question"; readonly text: string }
  | {
      readonly type: "answer";
      readonly text: string;
      /** Null: the oldest question that is open. */
      readonly questionId: string | null;
    }
  | { readonly type: "claim" }
  | { readonly type: "release" }
  | {
      readonly type: "reassign";
      /** Whose open slots; null for all open ones. */
      readonly from: string | null;
      readonly to: readonly Target[];
      readonly reason: string | null;
    }
  | {
      readonly type: "extend";
      /** ISO 8601. */
      readonly expiresAt: string;
      readonly reason: string | null;
    }
  /** Of a child request, by the system: its parent has more time, and the child ended with it. */
  | {
      readonly type: "extend-with-parent";
      /** ISO 8601. */
      readonly expiresAt: string;
      /** The parent's expiry until now. */
      readonly before: string;
    }
  | {
      readonly type: "amend";
      readonly skipLevels: readonly number[];
      readonly addApprovers: readonly {
        readonly level: number;
        /** Null: the level's only group. */
        readonly group: string | null;
        readonly approvers: readonly Target[];
      }[];
      readonly shorten: readonly {
        readonly level: number;
        readonly step: number | null;
        readonly after: string;
      }[];
      readonly reason: string | null;
    }
  | {
      readonly type: "break-glass";
      readonly reason: string | null;
      /** The hash that was shown; null for whatever it is now. */
      readonly payloadHash: string | null;
    };

export type ChangeCommandOf<T extends ChangeCommand["type"]> = Extract<ChangeCommand, { type: T }>;

const names: Readonly<Record<ChangeCommand["type"], true>> = {
  modify: true,
  "withdraw-vote": true,
  question: true,
  answer: true,
  claim: true,
  release: true,
  reassign: true,
  extend: true,
  "extend-with-parent": true,
  amend: true,
  "break-glass": true,
};

/** True for the commands of this file, which `decide` leaves to `decide-change.ts`. */
export const isChangeCommand = <C extends { readonly type: string }>(
  command: C,
): command is Extract<C, ChangeCommand> => Object.hasOwn(names, command.type);
