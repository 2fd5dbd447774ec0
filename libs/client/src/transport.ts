import { CountersignError, errorOfAnswer, unreachable } from "./errors.ts";

/** Where Countersign is, and who speaks. */
export interface ClientOptions {
  /** `http://127.0.0.1:4400`; a slash at its end does no harm. */
  readonly url: string;
  readonly org: string;
  /** A JWT or an API key. */
  readonly token: string;
  /** Instead of the global one: to go through a proxy, or to count calls. */
  readonly fetch?: typeof fetch;
}

/** One call; `path` stands under the org and begins with `/`. */
export interface Call {
  readonly path: string;
  /** Sent as JSON by POST; absent is a GET. */
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** After so many milliseconds without an answer the connection counts as lost. */
  readonly timeoutMs?: number;
}

export interface Transport {
  /** Sends once. Throws `CountersignError`, or the signal's reason. */
  readonly once: <T>(call: Call) => Promise<T>;
  /** Sends until it is answered; what may pass is tried again for about a minute. Throws as `once`. */
  readonly send: <T>(call: Call) => Promise<T>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** With the pauses between them a minute, about: longer than a restart takes. */
const ATTEMPTS = 18;
const TIMEOUT_MS = 30_000;
/** No connection, too many calls, a proxy without its server, a service that is starting or stopping. */
const PASSING = new Set([0, 429, 502, 503, 504]);

/** True for what a later try may not meet. */
export const mayPass = (error: unknown): error is CountersignError =>
  error instanceof CountersignError && PASSING.has(error.status);

/**
 * Resolves after the pause that belongs to this number of failures (1 is the first): doubled each time up to 5 s, less
 * up to half by chance, so that agents which lost the same server do not come back at once. Rejects with the signal's reason.
 */
export const pauseAfter = (failures: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16), LONGEST_PAUSE_MS);
    const aborted = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", aborted);
        resolve();
      },
      ms * (1 - Math.random() / 2),
    );
    signal?.addEventListener("abort", aborted, { once: true });
  });

export const makeTransport = (options: ClientOptions): Transport => {
  const { org, token, fetch: fetchWith = fetch } = options;
  const root = `${options.url.replace(/\/+$/, "")}/api/v1/orgs/${encodeURIComponent(org)}`;

  const once = async <T>({ path, body, idempotencyKey, signal, timeoutMs }: Call): Promise<T> => {
    signal?.throwIfAborted();
    const silence = AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS);
    const url = root + path;
    let status: number;
    let text: string;
    try {
      const response = await fetchWith(url, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "manual",
        signal: signal === undefined ? silence : AbortSignal.any([signal, silence]),
      });
      ({ status } = response);
      // Inside: a connection that breaks within the answer is no answer either.
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(url, error);
    }
    if (status < 200 || status > 299) throw errorOfAnswer(status, text);
    try {
      return JSON.parse(text) as T;
    } catch {
      // Whatever stands at this address, it is no Countersign.
      throw errorOfAnswer(status, text);
    }
  };

  return {
    once,
    async send<T>(call: Call): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once<T>(call);
        } catch (error) {
          if (attempt === ATTEMPTS || !mayPass(error)) throw error;
        }
        await pauseAfter(attempt, call.signal);
      }
    },
  };
};
