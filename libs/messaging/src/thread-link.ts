import type { MessagePort } from "node:worker_threads";
import type { Bus, Headers, Message, Reply } from "./bus.ts";
import { BusUnavailable } from "./errors.ts";

interface Asked extends Message {
  readonly id: number;
  readonly timeoutMs: number;
}

type Answered = { readonly id: number } & (
  | { readonly headers: Headers; readonly body: string }
  | { readonly failure: string }
);

/** Requests handed to the thread that has the port's other end, where `answerRequests` takes them. */
export class ThreadLink {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, PromiseWithResolvers<Reply>>();
  #last = 0;
  #open = true;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (answered: Answered) => {
      const waiting = this.#waiting.get(answered.id);
      this.#waiting.delete(answered.id);
      if ("failure" in answered) waiting?.reject(new Error(answered.failure));
      else waiting?.resolve({ headers: answered.headers, body: answered.body });
    });
    port.unref();
  }

  /** The other thread's answer; rejects when its bus gave none, or the link is closed. */
  request({ subject, headers, body }: Message, timeoutMs: number): Promise<Reply> {
    if (!this.#open) return Promise.reject(new BusUnavailable("the thread has stopped"));
    const id = ++this.#last;
    const waiting = Promise.withResolvers<Reply>();
    this.#waiting.set(id, waiting);
    const asked: Asked = { id, subject, headers, body, timeoutMs };
    this.#port.postMessage(asked);
    return waiting.promise;
  }

  /** Fails whoever still waits. */
  close(): void {
    this.#open = false;
    this.#port.close();
    for (const { reject } of this.#waiting.values())
      reject(new BusUnavailable("the thread has stopped"));
    this.#waiting.clear();
  }
}

/** Asks on `bus` what the other end of the port wants to know, and answers it. */
export const answerRequests = (port: MessagePort, bus: Pick<Bus, "request">): void => {
  const answer = (answered: Answered): void => port.postMessage(answered);
  port.on("message", ({ id, subject, headers, body, timeoutMs }: Asked) => {
    bus.request(subject, body, { headers, timeoutMs }).then(
      (reply) => answer({ id, headers: reply.headers, body: reply.body }),
      (error: unknown) => answer({ id, failure: String(error) }),
    );
  });
};
