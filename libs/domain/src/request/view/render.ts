import type { Reference } from "../../reference.ts";
import type { KnownRequest } from "../state.ts";
import { requestView } from "./view.ts";

interface Rendering {
  readonly state: KnownRequest;
  readonly reference: Reference;
  readonly position: string;
  readonly text: string;
}

/** More events than one commit has, so that each command of a commit finds what the projection rendered in its tick. */
const PLACES = 256;

/**
 * The last renderings, each at the place of its event's position. A few for all requests, because a text kept with its
 * state (in a WeakMap) lived as long as the state does, and the garbage collector copied it and every entry again.
 */
const renderings: (Rendering | undefined)[] = Array.from({ length: PLACES });

/**
 * The whole request as JSON text. What was rendered last is kept for a moment: a vote's answer, the projected row and
 * every long poll that it wakes share one text as long as neither people nor definitions changed in between.
 */
export const renderRequest = (
  state: KnownRequest,
  reference: Reference,
  position: string,
): string => {
  const place = Number(position) % PLACES;
  const known = renderings[place];
  if (
    known !== undefined &&
    known.state === state &&
    known.reference === reference &&
    known.position === position
  )
    return known.text;
  const text = JSON.stringify(requestView(state, reference, { position }));
  renderings[place] = { state, reference, position, text };
  return text;
};
