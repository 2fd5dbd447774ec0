import type { RequestView } from "@countersign/domain/request/view/wire.ts";

/** What a server answered. `body` is the parsed JSON, or null where the body is none. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

/** The body of every answer that says no, see `errorOf`. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly correlation_id: string;
    readonly details?: Readonly<Record<string, unknown>> & {
      readonly faults?: readonly { readonly path: string; readonly message: string }[];
    };
  };
}

/** What an answer says that says no, whatever a yes would have been. */
export const errorOf = ({ text }: { readonly text: string }): ErrorBody["error"] =>
  (JSON.parse(text) as ErrorBody).error;

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly page: { readonly next: string | null; readonly total_estimate: number };
}

/** An entry of an audit trail, as far as tests look. */
export interface TrailEntry {
  readonly at: string;
  readonly event: string;
  readonly request: string | null;
  readonly level?: number;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly channel: string;
  readonly notes: string | null;
  readonly reason: string | null;
  readonly position: string;
}

/** What `POST …/transitions` answers. */
export interface TransitionBody {
  readonly status: "completed" | "blocked";
  readonly approval_ids?: readonly string[];
  readonly topic: TopicBody;
}

export interface TopicBody {
  readonly id: string;
  readonly workflow: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly pending: readonly string[];
  readonly history: readonly {
    readonly from: string;
    readonly to: string;
    readonly at: string;
    readonly by: { readonly kind: string; readonly id: string };
    readonly approval_ids: readonly string[];
  }[];
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** REST as one caller, below `/api/v1/orgs/<org>` unless the path begins with `//` (then at the root). */
export interface Api {
  get<T = RequestView>(path: string, options?: CallOptions): Promise<Answer<T>>;
  /** Text goes out as it is, anything else as JSON. */
  post<T = RequestView>(path: string, body: unknown, options?: CallOptions): Promise<Answer<T>>;
  put<T>(path: string, body: unknown, options?: CallOptions): Promise<Answer<T>>;
  delete<T>(path: string, options?: CallOptions): Promise<Answer<T>>;
  readonly token: string | undefined;
  readonly url: string;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** One HTTP request with its whole answer. */
export const call = async <T>(url: string, init: RequestInit): Promise<Answer<T>> => {
  const response = await fetch(url, { redirect: "manual", ...init });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: parsed(text) as T,
  };
};

/** Speaks REST at `url` (without a slash at its end) with a token, or without one. */
export const makeApi = (url: string, token: string | undefined, org: string): Api => {
  const target = (path: string): string =>
    path.startsWith("//") ? `${url}${path.slice(1)}` : `${url}/api/v1/orgs/${org}${path}`;
  const headersOf = (options: CallOptions, hasBody: boolean): Record<string, string> => ({
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(hasBody ? { "content-type": "application/json" } : {}),
    ...options.headers,
  });
  const send = <T>(
    method: string,
    path: string,
    body: unknown,
    options: CallOptions = {},
  ): Promise<Answer<T>> =>
    call<T>(target(path), {
      method,
      headers: headersOf(options, body !== undefined),
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  return {
    token,
    url,
    get: (path, options) => send("GET", path, undefined, options),
    post: (path, body, options) => send("POST", path, body, options),
    put: (path, body, options) => send("PUT", path, body, options),
    delete: (path, options) => send("DELETE", path, undefined, options),
  };
};

/** All pages of a list, in the order they come. */
export const allPages = async <T>(api: Api, path: string): Promise<T[]> => {
  const items: T[] = [];
  const separator = path.includes("?") ? "&" : "?";
  for (let next: string | null = ""; next !== null;) {
    const after: string = next === "" ? "" : `&after=${encodeURIComponent(next)}`;
    const answer: Answer<Page<T>> = await api.get(`${path}${separator}limit=100${after}`);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    items.push(...answer.body.items);
    next = answer.body.page.next;
  }
  return items;
};
