import type { Reference } from "../../reference.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { expired, isDue } from "./ending.ts";
import type { KnownRequest } from "../state.ts";

/** The scheduler suggests that a request is due. Early, repeated and stale suggestions change nothing. */
export const expire = (
  state: KnownRequest,
  { now }: DecideContext,
  reference: Reference,
): Decision =>
  state.status === "pending" && isDue(state, now)
    ? { events: [expired(state, reference)] }
    : { events: [] };
