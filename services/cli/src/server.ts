import { errorOfAnswer, unreachable } from "@countersign/client/errors.ts";
import type { Settings } from "./settings.ts";

const TIMEOUT_MS = 60_000;

export interface CallOptions {
  readonly contentType?: string;
  /** Makes it safe to send again. */
  readonly idempotencyKey?: string;
}

/** One org of a server over REST. Every method throws `CountersignError`; nothing is tried twice. */
export interface Server {
  get<T>(path: string): Promise<T>;
  /** Text goes out as it is, anything else as JSON. */
  post<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

/** Speaks REST below `/api/v1/orgs/<org>`. */
export const openServer = ({ url, org, token }: Settings): Server => {
  const root = `${url}/api/v1/orgs/${encodeURIComponent(org)}`;
  const send = async <T>(
    method: string,
    path: string,
    body: unknown,
    { contentType = "application/json", idempotencyKey }: CallOptions = {},
  ): Promise<T> => {
    let status: number;
    let text: string;
    try {
      const response = await fetch(root + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": contentType }),
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      ({ status } = response);
      text = await response.text();
    } catch (error) {
      throw unreachable(url, error);
    }
    if (status < 200 || status > 299) throw errorOfAnswer(status, text);
    try {
      return JSON.parse(text === "" ? "null" : text) as T;
    } catch {
      // Whatever stands at this address, it is no Countersign.
      throw errorOfAnswer(status, text);
    }
  };
  return {
    get: (path) => send("GET", path, undefined),
    post: (path, body, options) => send("POST", path, body, options),
    delete: (path) => send("DELETE", path, undefined),
  };
};
