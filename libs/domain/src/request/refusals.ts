import type { JsonObject } from "../json.ts";

/** Every way the domain says no. A literal, never an exception; the edges map it to their own words. */
export type RefusalCode =
  | "unauthenticated"
  | "not-found"
  | "forbidden"
  | "not-an-approver"
  | "separation-of-duties"
  | "conflict"
  | "already-resolved"
  | "level-resolved"
  | "level-not-open"
  | "level-not-named"
  | "payload-changed"
  | "no-vote"
  | "not-consumed"
  | "grant-spent"
  | "grant-expired"
  | "topic-state"
  | "topic-blocked"
  | "reason-required"
  | "unprocessable"
  | "unknown-field"
  | "invalid-definition"
  | "unknown-approver"
  | "unknown-policy"
  | "ambiguous-policy"
  | "no-policy"
  | "policy-and-approvers"
  | "quorum-unreachable"
  | "expiry-out-of-range"
  | "schema-mismatch"
  | "validation-failed"
  | "no-such-transition"
  | "fields-missing"
  | "condition-not-met"
  | "resubmission-limit"
  | "policy-cycle"
  | "delegation-cycle"
  | "delegation-too-deep"
  | "denied-by-rule";

/** A refusal with the sentence and the details that its reader needs. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence: what is wrong and, where there is one, the way out. */
  readonly message: string;
  readonly details?: JsonObject;
}

export const refuse = (code: RefusalCode, message: string, details?: JsonObject): Refusal =>
  details === undefined ? { code, message } : { code, message, details };

/** A refusal of one field of the body: its path stands in `details.faults`, as for every other fault of a body. */
export const refuseField = (
  code: RefusalCode,
  path: string,
  message: string,
  details?: JsonObject,
): Refusal => refuse(code, message, { ...details, faults: [{ path, message }] });
