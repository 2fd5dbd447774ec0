import type { Clock } from "@countersign/runtime/clock.ts";
import {
  createInbox,
  type Msg,
  nanos,
  type NatsConnection,
  type NatsError,
  type Subscription,
} from "nats";
import { HeldMessage } from "./held-message.ts";

/** Milliseconds that one request for messages waits on the broker, and between its signs of life meanwhile. */
const EXPIRES_MS = 10_000;
const HEARTBEAT_MS = 2_000;

/** Statuses that the broker sends instead of a message. */
const HEARTBEAT = 100;
const REQUEST_EXPIRED = 408;

/** What a pull does with what comes, and how much may come. */
export interface PullTarget {
  readonly stream: string;
  readonly durable: string;
  /** How many more messages may be taken now. */
  room(): number;
  take(message: HeldMessage): void;
}

/**
 * Asks the broker for messages of one durable, one request at a time and for no more than there is room.
 *
 * The driver's own `consume()` is not used: it fetches past the room there is, and when it stops it loses sight of
 * what is on its way, which the broker then delivers again only after the ack wait. Here the subscription is
 * drained, and what still comes is handed back at once.
 */
export class Pull {
  /** Resolves with the reason why it must be set up again, or with nothing after `drain`. */
  readonly ended: Promise<string | undefined>;
  readonly #nc: NatsConnection;
  readonly #clock: Clock;
  readonly #target: PullTarget;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #end: (reason: string | undefined) => void;
  /** Messages of the current request that are still to come. */
  #asked = 0;
  #lastSign: number;
  #stopped = false;
  #stopWatching: () => void = () => {};

  constructor(nc: NatsConnection, clock: Clock, inboxPrefix: string, target: PullTarget) {
    this.#nc = nc;
    this.#clock = clock;
    this.#target = target;
    this.#lastSign = clock.monotonic();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.ended = promise;
    this.#end = resolve;
    this.#inbox = createInbox(inboxPrefix);
    this.#subscription = nc.subscribe(this.#inbox, {
      callback: (failure, message) => this.#arrived(failure, message),
    });
    this.#watch();
    this.more();
  }

  /** Asks for as many as there is room, unless the last request still stands. */
  more(): void {
    if (this.#stopped || this.#asked > 0) return;
    const batch = this.#target.room();
    if (batch <= 0) return;
    this.#asked = batch;
    this.#lastSign = this.#clock.monotonic();
    const { stream, durable } = this.#target;
    this.#nc.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
      JSON.stringify({
        batch,
        expires: nanos(EXPIRES_MS),
        idle_heartbeat: nanos(HEARTBEAT_MS),
      }),
      { reply: this.#inbox },
    );
  }

  /** Takes nothing more; what is on its way goes back to the broker. Resolves when nothing can come any more. */
  async drain(): Promise<void> {
    this.#stop(undefined);
    if (this.#subscription.isClosed()) return;
    // Without a broker there is nothing on its way, and the driver would wait for it.
    await this.#subscription.drain().catch(() => {});
  }

  /** Gives it up at once: the connection was lost. */
  abandon(reason: string): void {
    this.#stop(reason);
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
  }

  #stop(reason: string | undefined): void {
    this.#stopped = true;
    this.#stopWatching();
    this.#end(reason);
  }

  #arrived(failure: NatsError | null, message: Msg): void {
    if (failure) {
      this.abandon(failure.message);
      return;
    }
    this.#lastSign = this.#clock.monotonic();
    // A status comes on the inbox itself, a message under the subject it was published on.
    if (message.subject === this.#inbox) this.#status(message);
    else if (this.#stopped) new HeldMessage(message).nak(0);
    else {
      this.#asked -= 1;
      this.#target.take(new HeldMessage(message));
      this.more();
    }
  }

  #status(message: Msg): void {
    const code = message.headers?.code ?? 0;
    if (this.#stopped || code === HEARTBEAT) return;
    if (code === REQUEST_EXPIRED) {
      this.#asked = 0;
      this.more();
      return;
    }
    const description = message.headers?.description ?? "";
    this.abandon(`${code} ${description}`.trim());
  }

  /** A request of which nothing is heard was lost: the broker forgot it, or the consumer is gone. */
  #watch(): void {
    this.#stopWatching = this.#clock.after(HEARTBEAT_MS, () => {
      const silence = this.#clock.monotonic() - this.#lastSign;
      if (this.#asked > 0 && silence > 3 * HEARTBEAT_MS) this.abandon("no sign of life");
      else this.#watch();
    });
  }
}
