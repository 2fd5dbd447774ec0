import type { AddedApprovers, ShortenedTimer } from "./change-events.ts";
import type { Vote } from "./state.ts";

/** The edit behind the current payload version. */
export interface Edit {
  readonly editor: string;
  /** The one level at which the editor counts. */
  readonly level: number;
  readonly hash: string;
  /** Hash of the payload that was edited. */
  readonly baseHash: string;
  /** The editor's vote while its level waits for earlier ones to be approved again; null once it stands there. */
  readonly heldVote: Vote | null;
}

/** Everything that admins amended about the chain, put together. */
export interface Amendment {
  readonly skipped: readonly { readonly level: number; readonly reason: string }[];
  readonly added: readonly AddedApprovers[];
  readonly shortened: readonly ShortenedTimer[];
}

export const noAmendment: Amendment = { skipped: [], added: [], shortened: [] };

/** What was changed about a request since it was asked, as far as deciding depends on it. */
export interface Changes {
  readonly edit: Edit | null;
  readonly amendment: Amendment | null;
  /** Numbers of levels that were open under an earlier payload version: opening them again is reopening. */
  readonly openedBefore: readonly number[];
}

export const unchanged: Changes = { edit: null, amendment: null, openedBefore: [] };

export interface Question {
  readonly id: string;
  readonly level: number;
  readonly text: string;
  readonly askedBy: string;
  readonly askedAt: string;
  readonly answer: string | null;
  readonly answeredBy: string | null;
  readonly answeredAt: string | null;
  /** By how much its answer shifted the timers of its level. */
  readonly pausedMs: number;
}

/** What people said and arranged about a request, on which no decision depends. */
export interface Dealings {
  readonly claimedBy: string | null;
  readonly questions: readonly Question[];
  /** How often the expiry was extended. */
  readonly extensions: number;
}

export const noDealings: Dealings = { claimedBy: null, questions: [], extensions: 0 };
