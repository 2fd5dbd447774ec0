import type { WireError } from "@countersign/api-contract/errors.ts";
import { yesWith } from "@countersign/messaging/answers.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { NO_HEADERS } from "@countersign/messaging/headers.ts";

/** A no, thrown by whatever finds it and answered in one place. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly error: WireError;

  constructor(error: WireError) {
    super(error.message);
    this.error = error;
  }
}

/** A yes with its result's JSON text, which is never parsed again on the way. */
export const yes = (result: string): Reply => yesWith(NO_HEADERS, result);

export const no = (error: WireError): Reply => ({
  headers: NO_HEADERS,
  body: JSON.stringify({ ok: false, error }),
});

/** One sentence for all that is absent, foreign or not for this viewer: the same bytes, so that nobody learns which. */
export const notFound = (): Refused =>
  new Refused({ code: "not-found", message: "There is nothing here." });

/** A parameter with a value that it cannot have. `must` ends the sentence: `must be a number`. */
export const badParameter = (parameter: string, must: string): Refused =>
  new Refused({ code: "bad-request", message: `${parameter} ${must}.`, details: { parameter } });

export const unavailable = (message: string): Refused =>
  new Refused({ code: "unavailable", message });
