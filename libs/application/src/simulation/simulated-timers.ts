import type { Reference } from "@countersign/domain/reference.ts";
import type { DecideContext } from "@countersign/domain/request/commands.ts";
import type { Frozen } from "@countersign/domain/request/state.ts";
import type { PlayedChain } from "./play-chain.ts";

/** One thing that would happen if nobody acted. */
export interface SimulatedTimer {
  readonly at: string;
  /** Null for the ladder of the whole request and for its expiry. */
  readonly level: number | null;
  /** From 1, in the ladder as written; null for a due mark and for the expiry. */
  readonly step: number | null;
  readonly action: string;
  /** Who it would reach: person ids. */
  readonly to: readonly string[];
  /** Why it would do nothing; absent when it would. */
  readonly suppressed?: string;
}

/** Every timer of a played chain in the order of its instants. */
export const timersOf = (
  { submitted }: Frozen,
  _chain: PlayedChain,
  _context: DecideContext,
  _reference: Reference,
): readonly SimulatedTimer[] =>
  submitted.expiresAt === null
    ? []
    : [{ at: submitted.expiresAt, action: "expiry", level: null, step: null, to: [] }];
