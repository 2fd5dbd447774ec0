import type { AskInput } from "@countersign/api-contract/ask.ts";
import { isErrorCode, type ErrorCode } from "@countersign/api-contract/errors.ts";

/** Where Countersign is, and who speaks. */
export interface ClientOptions {
  /** `http://127.0.0.1:4400`, without a slash at its end. */
  readonly url: string;
  readonly org: string;
  readonly token: string;
}

/** What every answer about a request holds, as far as this client reads it; the rest stands in the same object. */
export interface Request {
  readonly id: string;
  readonly status: "pending" | "approved" | "denied" | "expired" | "cancelled";
  readonly payload_hash: string;
  readonly resolution: { readonly reason: string | null; readonly notes: string | null } | null;
  readonly [key: string]: unknown;
}

/** Countersign said no, or could not be reached for good. */
export class CountersignError extends Error {
  override readonly name = "CountersignError";
  /** HTTP status. */
  readonly status: number;
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(status: number, code: ErrorCode, message: string, details: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** A minute of pauses, about: longer than a restart takes. */
const ATTEMPTS = 16;

interface ErrorBody {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: unknown;
  };
}

const errorOf = (status: number, { error }: ErrorBody): CountersignError => {
  const code = error?.code ?? "internal";
  const message = error?.message ?? `Countersign answered ${status}.`;
  return new CountersignError(
    status,
    isErrorCode(code) ? code : "internal",
    message,
    error?.details,
  );
};

interface Sent {
  readonly method?: "POST";
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Asks and waits as an agent does: through restarts, and without missing a decision that came early. */
export class Client {
  readonly #base: string;
  readonly #token: string;

  constructor({ url, org, token }: ClientOptions) {
    this.#base = `${url}/api/v1/orgs/${encodeURIComponent(org)}/approvals`;
    this.#token = token;
  }

  /**
   * Asks. The same `idempotencyKey` is the same request, whenever it comes again: give one that names what is about to
   * be done, and a program that was restarted gets its request back. Throws `CountersignError`.
   */
  async ask(ask: AskInput, idempotencyKey: string): Promise<Request> {
    return this.#send("", {
      method: "POST",
      body: JSON.stringify(ask),
      headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
    });
  }

  /** The request as it stands. */
  async get(id: string): Promise<Request> {
    return this.#send(`/${id}`, {});
  }

  /** Waits, by long polls, until the request is approved, denied, expired or cancelled. */
  async wait(id: string): Promise<Request> {
    for (;;) {
      const request = await this.#send(`/${id}?wait=60s&wait_for=terminal`, {});
      if (request.status !== "pending") return request;
    }
  }

  /** Sends until it is answered; what may pass (no connection, 429, 503) is tried again. */
  async #send(path: string, init: Sent): Promise<Request> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#token}` };
    for (let attempt = 1; ; attempt++) {
      const answer = await fetch(this.#base + path, { ...init, headers }).catch(
        (error: unknown) => {
          if (attempt === ATTEMPTS) throw error;
          return null;
        },
      );
      if (answer?.ok === true) return (await answer.json()) as Request;
      const passes = answer === null || answer.status === 503 || answer.status === 429;
      if (!passes || attempt === ATTEMPTS)
        throw errorOf(answer?.status ?? 503, (await answer?.json().catch(() => ({}))) as ErrorBody);
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));
    }
  }
}
