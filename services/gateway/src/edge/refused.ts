import type { ErrorCode, WireError } from "@countersign/api-contract/errors.ts";

/** A no that the edge itself says, or passes on: thrown by handlers, answered in one place. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly error: WireError;

  constructor(code: ErrorCode, message: string, details?: WireError["details"]) {
    super(message);
    this.error = details === undefined ? { code, message } : { code, message, details };
  }
}

/** The one sentence for all that is absent or foreign: the same bytes, so that nobody learns which it is. */
export const NOT_FOUND = "There is nothing here.";

export const notFound = (): Refused => new Refused("not-found", NOT_FOUND);

export const badRequest = (parameter: string, message: string): Refused =>
  new Refused("bad-request", `${parameter} ${message}.`, { parameter });
