import type { UnderTest } from "./gateway-under-test.ts";

/** One block of a stream of server-sent events. */
export interface Block {
  readonly comment?: string;
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

export interface Reading {
  readonly status: number;
  /** The next block; undefined when the stream ended. */
  next(): Promise<Block | undefined>;
  /** The data of the next block that has some, parsed. */
  json(): Promise<Record<string, unknown>>;
  stop(): void;
}

const readBlock = (text: string): Block => {
  const fields: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [name = "", ...rest] = line.split(":");
    fields[name === "" ? "comment" : name] = rest.join(":").replace(/^ /, "");
  }
  return fields;
};

/** Opens a stream and reads it block by block. */
export const read = async (
  gateway: UnderTest,
  path: string,
  options: {
    readonly as?: string;
    readonly headers?: Record<string, string>;
    readonly body?: object;
  } = {},
): Promise<Reading> => {
  const { as = "bo", headers = {}, body } = options;
  const stop = new AbortController();
  const response = await fetch(`${gateway.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    signal: stop.signal,
    headers: {
      authorization: `Bearer ${as}`,
      accept: "text/event-stream",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reader = (response.body ?? new ReadableStream()).getReader();
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
      const { value, done } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
  return {
    status: response.status,
    next,
    async json() {
      for (;;) {
        const block = await next();
        if (block === undefined) throw new Error("the stream ended");
        if (block.data) return JSON.parse(block.data) as Record<string, unknown>;
      }
    },
    stop: () => stop.abort(),
  };
};
