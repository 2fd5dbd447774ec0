import { checkHeaders, NO_HEADERS } from "@countersign/messaging/headers.ts";
import type { Headers } from "@countersign/messaging/bus.ts";
import { headers as makeHeaders, type MsgHdrs } from "nats";

const NAME = /^[!-9;-~]+$/;

/** Our headers as NATS has them; `undefined` for none. Throws `InvalidHeader`. */
export const toNats = (headers: Headers | undefined): MsgHdrs | undefined => {
  if (headers === undefined) return undefined;
  checkHeaders(headers);
  let made: MsgHdrs | undefined;
  for (const [name, value] of Object.entries(headers)) {
    made ??= makeHeaders();
    made.set(name, value);
  }
  return made;
};

/**
 * The headers of a message that arrived: the first value of each. What the broker added (`Nats-…`) is left out, and
 * so is a name that another client may send and `toNats` would refuse when the message is passed on.
 */
export const fromNats = (arrived: MsgHdrs | undefined): Headers => {
  if (arrived === undefined) return NO_HEADERS;
  const headers: Record<string, string> = {};
  for (const [name, [value]] of arrived)
    if (value !== undefined && NAME.test(name) && !name.startsWith("Nats-"))
      // Defined rather than assigned: a header may be named `__proto__`.
      Object.defineProperty(headers, name, { value, enumerable: true, configurable: true });
  return headers;
};
