import { InvalidHeader } from "./errors.ts";
import type { Headers } from "./bus.ts";

/** No headers: shared, so that the many messages without any cost nothing. */
export const NO_HEADERS: Headers = Object.freeze({});

const NAME = /^[!-9;-~]+$/;

/** Throws `InvalidHeader` for a name or value that NATS would not carry as it is. Every adapter asks this first. */
export const checkHeaders = (headers: Headers): void => {
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || value.includes("\n") || value.includes("\r"))
      throw new InvalidHeader(`the header ${JSON.stringify(name)} has a line break in its value`);
    if (!NAME.test(name))
      throw new InvalidHeader(`${JSON.stringify(name)} is no header name: visible ASCII, no colon`);
  }
};
