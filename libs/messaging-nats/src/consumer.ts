import type {
  BusSubscription,
  ConsumeOptions,
  Delivery,
  Verdict,
} from "@countersign/messaging/bus.ts";
import { streamNamed } from "@countersign/messaging/streams.ts";
import { AckPolicy, DeliverPolicy, type JetStreamManager, nanos } from "nats";
import type { BrokerStreams } from "./broker-streams.ts";
import type { HeldMessage } from "./held-message.ts";
import type { Link } from "./link.ts";
import { fromNats } from "./nats-headers.ts";
import { Pull, type PullTarget } from "./pull.ts";

/** Milliseconds after which the broker delivers again what nobody answered; a handler at work asks for more. */
const ACK_WAIT_MS = 10_000;
const WORKING_MS = ACK_WAIT_MS / 4;
/** Messages that may wait for their answer, over all instances and with those that wait for another delivery. */
const MAX_ACK_PENDING = 1_000;
/** Milliseconds to wait for a broker before it is looked again whether to go on. */
const CONNECT_MS = 1_000;
/** Milliseconds before the consumer is set up again after a failure. */
const PAUSE_MS = 250;

export interface ConsumerParts {
  readonly link: Link;
  readonly jsm: JetStreamManager;
  readonly streams: BrokerStreams;
  readonly inboxPrefix: string;
  readonly retryDelay: (deliveries: number) => number;
}

type Handler = (delivery: Delivery) => Promise<Verdict>;

/**
 * A durable pull consumer that outlives the broker: after each reconnect, or when the consumer or its stream went
 * missing, everything is looked up or made again.
 */
export class Consumer implements BusSubscription {
  readonly ready: Promise<void>;
  readonly #parts: ConsumerParts;
  readonly #options: ConsumeOptions;
  readonly #handler: Handler;
  readonly #concurrency: number;
  /** In a handler's hands, over all reconnects: so many slots are taken. */
  readonly #held = new Set<HeldMessage>();
  readonly #inHand = new Set<Promise<void>>();
  readonly #attached = Promise.withResolvers<void>();
  readonly #forget: () => void;
  readonly #running: Promise<void>;
  readonly #target: PullTarget;
  #pull: Pull | undefined;
  #closing = false;
  #stopWorking: (() => void) | undefined;

  constructor(parts: ConsumerParts, options: ConsumeOptions, handler: Handler) {
    if (streamNamed(options.stream) === undefined)
      throw new Error(`there is no stream ${options.stream}`);
    this.#parts = parts;
    this.#options = options;
    this.#handler = handler;
    this.#concurrency = options.concurrency ?? 64;
    this.#target = {
      stream: options.stream,
      durable: options.durable,
      room: () => this.#concurrency - this.#held.size,
      take: (message) => this.#take(message),
    };
    this.ready = this.#attached.promise;
    this.#forget = parts.link.onChange(() => this.#pull?.abandon("NATS was away"));
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    const { link } = this.#parts;
    this.#closing = true;
    this.#forget();
    this.#attached.resolve();
    if (link.connected) await this.#pull?.drain();
    else this.#pull?.abandon("closed");
    // Without a broker the loop may wait for an answer of it; it ends with that and touches nothing more.
    if (link.connected) await this.#running;
    await Promise.all(this.#inHand);
    this.#stopWorking?.();
    // The answers must be on their way before anybody closes the connection.
    if (link.connected) await link.nc.flush().catch(() => {});
  }

  async #run(): Promise<void> {
    const { link } = this.#parts;
    const { stream, durable } = this.#options;
    while (!this.#closing && !link.closed) {
      try {
        await this.#runOnce();
      } catch (failure) {
        if (link.connected && !this.#closing)
          link.log.warn({ err: failure, stream, durable }, "the consumer is not set up yet");
      }
      if (!this.#closing) await link.pause(PAUSE_MS);
    }
  }

  /** Sets the consumer up and takes messages until it must be set up again. */
  async #runOnce(): Promise<void> {
    const { link, inboxPrefix } = this.#parts;
    await link.whenConnected(CONNECT_MS);
    if (this.#closing) return;
    await this.#attach();
    if (this.#closing) return;
    this.#pull = new Pull(link.nc, link.clock, inboxPrefix, this.#target);
    this.#attached.resolve();
    const reason = await this.#pull.ended;
    if (reason === undefined || !link.connected) return;
    const { stream, durable } = this.#options;
    link.log.info({ reason, stream, durable }, "the consumer is set up again");
  }

  async #attach(): Promise<void> {
    const { jsm, streams } = this.#parts;
    const { stream, durable, filter } = this.#options;
    await streams.ensure();
    await jsm.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      // Without end: who gives a message up dead-letters it, and that may fail too.
      max_deliver: -1,
      max_ack_pending: MAX_ACK_PENDING,
      ...(filter === undefined ? {} : { filter_subject: filter }),
    });
  }

  #take(message: HeldMessage): void {
    this.#held.add(message);
    this.#keepWorking();
    const handled: Promise<void> = this.#hand(message).finally(() => {
      this.#inHand.delete(handled);
      this.#held.delete(message);
      this.#pull?.more();
    });
    this.#inHand.add(handled);
  }

  async #hand(held: HeldMessage): Promise<void> {
    const { link, retryDelay } = this.#parts;
    const { stream, sequence, storedAt, deliveries } = held.place;
    const { subject, headers } = held.message;
    let verdict: Verdict = "retry";
    try {
      verdict = await this.#handler({
        subject,
        headers: fromNats(headers),
        ...held.text(),
        // With the time, as a stream that was made anew counts from 1 again.
        id: `${stream}:${sequence}:${storedAt}`,
        deliveries,
      });
    } catch (failure) {
      link.log.warn({ err: failure, subject, deliveries }, "a message is delivered again");
    }
    if (link.closed) return;
    if (verdict === "ack") held.ack();
    else if (verdict === "dead") held.term();
    else held.nak(retryDelay(deliveries));
  }

  /** Tells the broker now and then of what we still hold, so that it does not deliver it a second time. */
  #keepWorking(): void {
    this.#stopWorking ??= this.#parts.link.clock.after(WORKING_MS, () => {
      this.#stopWorking = undefined;
      if (this.#held.size === 0 || this.#parts.link.closed) return;
      for (const message of this.#held) message.working();
      this.#keepWorking();
    });
  }
}
