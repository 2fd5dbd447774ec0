import type { EventMetadata } from "../actor.ts";
import { addUsd, dayOf, noRuns, withSpent } from "./counters.ts";
import type { RunEvent, RunState } from "./run.ts";

/** A credential that has spent nothing. */
export const emptyRun: RunState = {
  spentUsd: 0,
  day: "",
  spentTodayUsd: 0,
  reservations: [],
  runs: noRuns,
};

const without = (state: RunState, event: RunEvent, key: string): RunState["reservations"] => {
  const left = state.reservations.filter((reservation) => reservation.key !== key);
  if (left.length === state.reservations.length) {
    throw new Error(`${event.type} cannot have happened: nothing is reserved under ${key}.`);
  }
  return left;
};

/** The counters after one more event. Throws on the end of a reservation that is not there. */
export const evolveRun = (
  state: RunState,
  { event, metadata }: { readonly event: RunEvent; readonly metadata: EventMetadata },
): RunState => {
  switch (event.type) {
    case "CostReserved":
      return { ...state, reservations: [...state.reservations, event.data] };
    case "CostReleased":
      return { ...state, reservations: without(state, event, event.data.key) };
    case "CostSettled": {
      const { key, run, spentUsd } = event.data;
      const day = dayOf(metadata.occurredAt);
      return {
        spentUsd: addUsd(state.spentUsd, spentUsd),
        day,
        spentTodayUsd: addUsd(state.day === day ? state.spentTodayUsd : 0, spentUsd),
        reservations: key === null ? state.reservations : without(state, event, key),
        runs: run === null ? state.runs : withSpent(state.runs, run, spentUsd),
      };
    }
  }
};
