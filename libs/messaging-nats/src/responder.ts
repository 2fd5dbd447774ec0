import type { BusSubscription, Message, Reply } from "@countersign/messaging/bus.ts";
import type { Msg, Subscription } from "nats";
import type { Link } from "./link.ts";
import { fromNats, toNats } from "./nats-headers.ts";

type Handler = (request: Message) => Promise<Reply> | Reply;

/** Serves a subject as a member of a queue group. The driver subscribes again after each reconnect. */
export class Responder implements BusSubscription {
  readonly ready: Promise<void>;
  readonly #link: Link;
  readonly #handler: Handler;
  readonly #subscription: Subscription;
  readonly #inHand = new Set<Promise<void>>();

  constructor(link: Link, subject: string, group: string, handler: Handler) {
    this.#link = link;
    this.#handler = handler;
    this.#subscription = link.nc.subscribe(subject, {
      queue: group,
      callback: (failure, request) => {
        if (failure) link.log.error({ err: failure, subject }, "the subject cannot be served");
        else this.#take(request);
      },
    });
    this.ready = link.nc.flush().catch(() => {});
  }

  async close(): Promise<void> {
    if (!this.#subscription.isClosed()) {
      // Draining answers what the broker had sent us already; without a broker there is nothing to drain.
      if (this.#link.connected) await this.#subscription.drain().catch(() => {});
      else this.#subscription.unsubscribe();
    }
    await Promise.all(this.#inHand);
    if (this.#link.connected) await this.#link.nc.flush().catch(() => {});
  }

  #take(request: Msg): void {
    const answered: Promise<void> = this.#answer(request).finally(() => {
      this.#inHand.delete(answered);
    });
    this.#inHand.add(answered);
  }

  async #answer(request: Msg): Promise<void> {
    const { subject } = request;
    try {
      const headers = fromNats(request.headers);
      const reply = await this.#handler({ subject, headers, body: request.string() });
      const made = toNats(reply.headers);
      request.respond(reply.body, made === undefined ? {} : { headers: made });
    } catch (failure) {
      this.#link.log.error({ err: failure, subject }, "a request was not answered");
    }
  }
}
