import type { RequestState } from "@countersign/domain/request/state.ts";
import type { MissingState, RequestStates } from "./request-states.ts";

/** Folds the events of a request up to a revision, inclusive. */
export type LoadState = (stream: string, upTo: bigint) => Promise<RequestState>;

/** Streams read at once. */
const LOADS = 64;

/** Loads what a batch needs and nobody holds; kept until the batch is done. */
export const loadStates = async (
  states: RequestStates,
  missing: readonly MissingState[],
  load: LoadState,
): Promise<void> => {
  for (let from = 0; from < missing.length; from += LOADS) {
    await Promise.all(
      missing.slice(from, from + LOADS).map(async ({ stream, upTo }) => {
        states.pin(stream, await load(stream, upTo), upTo);
      }),
    );
  }
};
