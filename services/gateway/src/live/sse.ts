import type { ServerResponse } from "node:http";
import type { Clock } from "@countersign/runtime/clock.ts";

/** A stream of server-sent events on an answer that was taken from the framework. */
export interface Sse {
  /** Writes text that is already in the format. A reader that does not keep up is cut off: it resumes by position. */
  write(text: string): void;
  comment(text: string): void;
  end(): void;
  /** Called once, whoever ended it. */
  onEnd(callback: () => void): void;
}

/** Keeps proxies from closing the connection, and shows a reader that it is alive. */
const COMMENT_EVERY_MS = 15_000;
/** What may wait in memory for one reader. */
const MAX_BUFFERED = 1024 * 1024;

export const openSse = (response: ServerResponse, clock: Clock): Sse => {
  const callbacks: (() => void)[] = [];
  let ended = false;
  let cancelTimer = (): void => {};

  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-store, no-transform",
    "x-accel-buffering": "no",
  });
  response.flushHeaders();

  const finished = (): void => {
    if (ended) return;
    ended = true;
    cancelTimer();
    for (const callback of callbacks) callback();
  };
  const write = (text: string): void => {
    if (ended) return;
    response.write(text);
    if (response.writableLength > MAX_BUFFERED) {
      response.destroy();
      finished();
    }
  };
  const armTimer = (): void => {
    cancelTimer = clock.after(COMMENT_EVERY_MS, () => {
      write(":\n\n");
      if (!ended) armTimer();
    });
  };
  response.on("close", finished);
  response.on("error", finished);
  armTimer();
  return {
    write,
    comment: (text) => write(`: ${text}\n\n`),
    end() {
      if (!ended) response.end();
      finished();
    },
    onEnd(callback) {
      if (ended) callback();
      else callbacks.push(callback);
    },
  };
};

/** One event of a stream: `data` has no line breaks, as all JSON text of ours. */
export const sseEvent = (id: string, data: string): string => `id: ${id}\ndata: ${data}\n\n`;
