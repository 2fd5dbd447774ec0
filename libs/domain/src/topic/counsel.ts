import type { Refusal } from "../request/refusals.ts";
import type { AskedAttachment } from "../request/commands.ts";

/** What services outside said of a move before it was decided. */
export interface Counsel {
  /** The state from which they were asked about it. */
  readonly from: string;
  /** A guard's no. */
  readonly refusal: Refusal | null;
  /** People have to be asked, whatever the workflow says; by this policy where the transition has none. */
  readonly need: { readonly policy: string | null } | null;
  /** What the guards know, for the approvers. */
  readonly attachments: readonly AskedAttachment[];
  /** An advisor's risk score; null where it gave none, absent where none is configured. */
  readonly advisorScore?: number | null;
}

/** What counts of the counsel: one on another move says nothing but that people are to be asked. */
export const counselOn = (counsel: Counsel, from: string): Counsel =>
  counsel.from === from
    ? counsel
    : { from, refusal: null, need: { policy: null }, attachments: [], advisorScore: null };
