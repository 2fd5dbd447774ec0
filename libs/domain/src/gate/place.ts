import type { HashedDefinition } from "../definition/parsed.ts";
import type { ActiveGates } from "./active-gates.ts";

/** A gate of a file and what an import has to say about it. */
interface Placing {
  readonly id: string;
  /** Its content is new, so that an event is written in any case. */
  readonly changed: boolean;
}

/**
 * Places for the gates of a file among those of the org, by id: the order of the file is the order of evaluation.
 * Unchanged gates keep their places as long as those stand in the file's order; a new one comes between its
 * neighbours, and a new file after all others. Gates that have to move are among the answer although nothing else
 * about them changed.
 */
const placesOf = (active: ActiveGates, file: readonly Placing[]): ReadonlyMap<string, number> => {
  const known = new Map(active.gates.map(({ id, place }) => [id, place]));
  const places = new Map<string, number>();
  let last = 0;
  const placeOf = ({ id }: Placing): number => known.get(id) ?? 0;
  for (const gate of file) {
    const { id, changed } = gate;
    const place = placeOf(gate);
    if (place > last) {
      if (changed) places.set(id, place);
      last = place;
      continue;
    }
    // Those before it in the file have no place behind the last one.
    const next = file.map(placeOf).find((later) => later > last);
    const end = Math.floor(active.gates.at(-1)?.place ?? 0) + 1;
    const made = next === undefined ? Math.max(last + 1, end) : (last + next) / 2;
    places.set(id, made);
    last = made;
  }
  return places;
};

/** Places that the import of these definitions gives to gates, by id. */
export const gatePlaces = (
  active: ActiveGates,
  definitions: readonly HashedDefinition[],
  isSame: (definition: HashedDefinition) => boolean,
): ReadonlyMap<string, number> => {
  const gates = definitions.filter(({ kind }) => kind === "gate");
  return placesOf(
    active,
    gates.map((gate) => ({ id: gate.id, changed: !isSame(gate) })),
  );
};
