import { refuse, type Refusal } from "../refusals.ts";
import type { KnownRequest } from "../state.ts";

/** The no to a command about another payload than the present one. */
export const payloadChanged = ({ payloadHash, payloadVersion }: KnownRequest): Refusal =>
  refuse("payload-changed", "The payload is not the one that this was said about.", {
    payload_hash: payloadHash,
    payload_version: payloadVersion,
  });
