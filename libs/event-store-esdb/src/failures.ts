/**
 * What a failure of the client means. All client errors are named `Error` and most have an empty message, so only
 * `type` tells them apart; what comes without a `type` (a refused connection, "Server Is Not Ready") says nothing
 * about the outcome.
 */
import type { ErrorType } from "@eventstore/db-client";

export type Failure =
  /** The stream is not at the expected revision: nothing was written by this call. */
  | "wrong-revision"
  | "too-large"
  | "missing-stream"
  /** The server ended a subscription because more than it keeps for a subscriber came at once. */
  | "too-slow"
  /** Trying again cannot help before somebody changes something. */
  | "refused"
  /** Nobody knows what happened: try again with the same ids and revision. */
  | "unknown";

const meanings: Partial<Record<`${ErrorType}`, Failure>> = {
  "wrong-expected-version": "wrong-revision",
  "maximum-append-size-exceeded": "too-large",
  "stream-not-found": "missing-stream",
  "no-stream": "missing-stream",
  timeout: "too-slow",
  "access-denied": "refused",
  "stream-deleted": "refused",
  "invalid-argument": "refused",
  unsupported: "refused",
};

const typeOf = (error: unknown): string | undefined =>
  error instanceof Error && "type" in error && typeof error.type === "string"
    ? error.type
    : undefined;

/** Reads the `type` of an error that the client threw; anything without one is `unknown`. */
export const failureOf = (error: unknown): Failure => {
  const type = typeOf(error);
  return type !== undefined && Object.hasOwn(meanings, type)
    ? (meanings[type as keyof typeof meanings] ?? "unknown")
    : "unknown";
};

/** The revision that a wrong-revision error reports; `no-stream` when the stream has no event. */
export const actualRevisionOf = (error: unknown): bigint | "no-stream" =>
  error instanceof Error && "actualVersion" in error && typeof error.actualVersion === "bigint"
    ? error.actualVersion
    : "no-stream";
