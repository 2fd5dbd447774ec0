import type { Refusal } from "../request/refusals.ts";
import type { AskedAttachment } from "../request/commands.ts";

/** What services outside said of a move before it was decided. */
export interface Counsel {
  /** Revision of the topic's stream that they were told of; -1 for a topic nobody had named. */
  readonly revision: number;
  /** A guard's no. */
  readonly refusal: Refusal | null;
  /** People have to be asked, whatever the workflow says. */
  readonly needed: boolean;
  /** By which policy, where the transition has none; null: the org's default. */
  readonly policy: string | null;
  /** What the guards know, for the approvers. */
  readonly attachments: readonly AskedAttachment[];
  /** An advisor's risk score; null where it gave none, absent where none is configured. */
  readonly advisorScore?: number | null;
}

/** The counsel on a topic as it stands now: one on what it was before says nothing but that people are to be asked. */
export const counselAt = (counsel: Counsel, revision: number): Counsel =>
  counsel.revision === revision
    ? counsel
    : {
        revision,
        refusal: null,
        needed: true,
        policy: counsel.policy,
        attachments: [],
        ...(counsel.advisorScore === undefined ? {} : { advisorScore: null }),
      };
