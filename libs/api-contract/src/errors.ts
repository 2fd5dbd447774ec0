/** Every code an answer can carry, with the HTTP status REST gives it. `docs` and clients rely on both. */
export const errorStatus = {
  "bad-request": 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-an-approver": 403,
  "separation-of-duties": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  conflict: 409,
  "already-resolved": 409,
  "level-resolved": 409,
  "level-not-open": 409,
  "level-not-named": 409,
  "payload-changed": 409,
  "topic-state": 409,
  "topic-blocked": 409,
  "no-vote": 409,
  "not-consumed": 409,
  "grant-spent": 409,
  "grant-expired": 410,
  "payload-too-large": 413,
  "unsupported-media-type": 415,
  unprocessable: 422,
  "reason-required": 422,
  "unknown-field": 422,
  "unknown-approver": 422,
  "unknown-policy": 422,
  "ambiguous-policy": 422,
  "no-policy": 422,
  "policy-and-approvers": 422,
  "quorum-unreachable": 422,
  "expiry-out-of-range": 422,
  "number-not-exact": 422,
  "schema-mismatch": 422,
  "validation-failed": 422,
  "resubmission-limit": 422,
  "delegation-cycle": 422,
  "delegation-too-deep": 422,
  "policy-cycle": 422,
  "denied-by-rule": 422,
  "bulk-too-large": 422,
  "no-such-transition": 422,
  "fields-missing": 422,
  "condition-not-met": 422,
  "invalid-definition": 422,
  "rate-limited": 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorStatus, text);

/** What an answer that says no holds: `{"error": …}` in REST, beside `ok: false` on the bus. */
export interface WireError {
  readonly code: ErrorCode;
  /** One sentence. */
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One fault of a body: where, and what is wrong there. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WireError };
