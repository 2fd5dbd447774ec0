import type { Checkpoint, RecordedEvent } from "@countersign/event-store/event-store.ts";

/**
 * What is built from the log and can be built again: a read model, with the place in the log up to which it was
 * built. It reads nothing but the events, above all no clock, so that a rebuild gives the same bytes.
 */
export interface Projection {
  /** For logs and metrics: `queue`. */
  readonly name: string;
  /** Streams that concern it, by the beginning of their names; none means all. */
  readonly prefixes: readonly string[];
  /** Where to go on: the checkpoint of the last batch that was committed. */
  readonly checkpoint: Checkpoint | "start";
  /**
   * Takes the next events, seen at once by queries of this process. Finishes synchronously when all it needs is at
   * hand; a promise means that it had to read something first. A throw stops the projection for good.
   */
  apply(batch: readonly RecordedEvent[], checkpoint: Checkpoint): void | Promise<void>;
  /** Nothing up to here concerned it. */
  passed(checkpoint: Checkpoint): void;
  /** Commits everything applied so far together with its checkpoint; does nothing when there is nothing. */
  commit(): void;
}
