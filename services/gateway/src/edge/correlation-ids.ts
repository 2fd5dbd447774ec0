import { randomBytes } from "node:crypto";

/** The first number. Those that follow have ten digits as well, for nine thousand million requests. */
const FIRST = 1_000_000_000;

const CORRELATION_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Ids that are unique over all processes without costing anything: a random word once, then a number. All are of one
 * length, and so are two answers that must not tell what is foreign from what is absent.
 */
export const makeCorrelationIds = () => {
  const word = randomBytes(9).toString("base64url");
  let next = FIRST;
  return (request?: { headers: NodeJS.Dict<string | string[]> }): string => {
    const given = request?.headers["x-correlation-id"];
    if (typeof given === "string" && CORRELATION_ID.test(given)) return given;
    return `${word}-${next++}`;
  };
};
