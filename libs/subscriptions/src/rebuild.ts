import type { EventStore } from "@countersign/event-store/event-store.ts";
import type { Projection } from "./projection.ts";
import { runProjection, type RunOptions } from "./run-projection.ts";

export interface RebuildOptions extends RunOptions {
  /** Told now and then, and at the end: events and position so far. */
  readonly onProgress?: (progress: { readonly events: number; readonly position: bigint }) => void;
  /** Milliseconds between two tellings; default 1,000. */
  readonly progressMs?: number;
}

/**
 * Fills an empty projection from the whole log and stops it, committed, where it has caught up. It is built beside
 * the one in use, which goes on answering; whoever called lets the new one take its place and run from its own
 * checkpoint. Rejects when the projection fails; resolves with the number of events.
 */
export const rebuild = async (
  store: EventStore,
  fresh: Projection,
  options: RebuildOptions,
): Promise<number> => {
  if (fresh.checkpoint !== "start")
    throw new Error(`the ${fresh.name} projection to rebuild into is not empty`);
  const { clock, onProgress, progressMs = 1_000 } = options;
  const running = runProjection(store, fresh, options);
  const tell = (): void => onProgress?.({ events: running.events(), position: running.position() });
  let cancel: (() => void) | undefined;
  const tick = (): void => {
    tell();
    cancel = clock.after(progressMs, tick);
  };
  cancel = clock.after(progressMs, tick);
  try {
    await running.live;
  } finally {
    cancel();
    await running.close();
  }
  tell();
  return running.events();
};
