/** One block of a stream of server-sent events. */
export interface Block {
  readonly comment?: string;
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** A stream that is being read; given up when the test's block ends. */
export interface EventStream extends Disposable {
  readonly status: number;
  /** The next block; undefined when the stream ended. Rejects when none comes within 15 s. */
  next(): Promise<Block | undefined>;
  /** The next block with data. Throws when the stream ended. */
  nextData(): Promise<Block & { readonly data: string }>;
  /** Reads until a block's parsed data satisfies `wanted`, and answers that. */
  until<T>(wanted: (data: T) => boolean): Promise<T>;
  close(): void;
}

export interface StreamOptions {
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without it the stream is fetched by GET. */
  readonly body?: object;
}

const PATIENCE_MS = 15_000;

const readBlock = (text: string): Block => {
  const fields: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [name = "", ...rest] = line.split(":");
    fields[name === "" ? "comment" : name] = rest.join(":").replace(/^ /, "");
  }
  return fields;
};

const inTime = async <T>(promise: Promise<T>, what: string): Promise<T> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} did not come`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Opens a stream and reads it block by block. Its first block is the comment `ready` when it is taken. */
export const openStream = async (url: string, options: StreamOptions): Promise<EventStream> => {
  const { token, headers = {}, body } = options;
  const stop = new AbortController();
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    signal: stop.signal,
    headers: {
      authorization: `Bearer ${token}`,
      accept: "text/event-stream",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder();
  let text = "";
  const next = async (): Promise<Block | undefined> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        return readBlock(block);
      }
      const { value, done } = await inTime(reader.read(), "a block of the stream");
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
  const nextData = async (): Promise<Block & { readonly data: string }> => {
    for (;;) {
      const block = await next();
      if (block === undefined) throw new Error("the stream ended");
      const { data } = block;
      if (data !== undefined && data !== "") return { ...block, data };
    }
  };
  const close = (): void => {
    stop.abort();
    reader.cancel().catch(() => {});
  };
  return {
    status: response.status,
    next,
    nextData,
    async until<T>(wanted: (data: T) => boolean) {
      for (;;) {
        const { data } = await nextData();
        const value = JSON.parse(data) as T;
        if (wanted(value)) return value;
      }
    },
    close,
    [Symbol.dispose]: close,
  };
};

/** Reads the comment that says that nothing is missed from now on. Throws when something else comes. */
export const untilReady = async (stream: EventStream): Promise<void> => {
  const block = await stream.next();
  if (block?.comment !== "ready") throw new Error(`not ready but ${JSON.stringify(block)}`);
};
