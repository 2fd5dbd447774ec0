import type { Reference } from "../../reference.ts";
import type { KnownRequest } from "../state.ts";
import { requestView } from "./view.ts";

interface Rendering {
  readonly reference: Reference;
  readonly position: string;
  readonly text: string;
}

const renderings = new WeakMap<KnownRequest, Rendering>();

/**
 * The whole request as JSON text. The last rendering of a state is kept with it: a vote's answer, the projected row
 * and every long poll that it wakes share one text as long as neither people nor definitions changed in between.
 */
export const renderRequest = (
  state: KnownRequest,
  reference: Reference,
  position: string,
): string => {
  const known = renderings.get(state);
  if (known !== undefined && known.reference === reference && known.position === position)
    return known.text;
  const text = JSON.stringify(requestView(state, reference, { position }));
  renderings.set(state, { reference, position, text });
  return text;
};
