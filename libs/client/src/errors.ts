import type { ErrorCode } from "@countersign/api-contract/errors.ts";

/** `{"error": …}` as the server sends it; a proxy in between may send something else. */
interface ErrorBody {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: Readonly<Record<string, unknown>>;
    readonly correlation_id?: string;
  } | null;
}

export interface ErrorFields {
  readonly status: number;
  readonly code: ErrorCode | (string & {});
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly correlationId?: string | undefined;
  readonly cause?: unknown;
}

/** Countersign said no, or could not be reached although it was tried for a minute. */
export class CountersignError extends Error {
  override readonly name = "CountersignError";
  /** HTTP status; 0 where no answer came, and then `cause` says why. */
  readonly status: number;
  /** One of `ErrorCode`; a newer server may know more. `unavailable` where no answer came. */
  readonly code: ErrorCode | (string & {});
  /** What belongs to the code, such as `faults` or `resolved_by`; empty where nothing does. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Finds the call in the server's log; null where no answer of the server's came. */
  readonly correlationId: string | null;

  constructor({ status, code, message, details, correlationId, cause }: ErrorFields) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.details = details ?? {};
    this.correlationId = correlationId ?? null;
  }
}

const parsed = (text: string): ErrorBody | null => {
  try {
    return JSON.parse(text) as ErrorBody | null;
  } catch {
    return null;
  }
};

/** The error that an answer with this status and body stands for. A body of somebody else's making: code `internal`. */
export const errorOfAnswer = (status: number, text: string): CountersignError => {
  const error = parsed(text)?.error;
  return new CountersignError({
    status,
    code: error?.code ?? (status === 503 ? "unavailable" : "internal"),
    message: error?.message ?? `The server answered ${status}.`,
    details: error?.details,
    correlationId: error?.correlation_id,
  });
};

/** No answer came: no connection, or one that broke or stayed silent. */
export const unreachable = (url: string, cause: unknown): CountersignError =>
  new CountersignError({
    status: 0,
    code: "unavailable",
    message: `${url} cannot be reached.`,
    cause,
  });
