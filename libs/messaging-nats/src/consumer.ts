import type {
  BusSubscription,
  ConsumeOptions,
  Delivery,
  Verdict,
} from "@countersign/messaging/bus.ts";
import { streamNamed } from "@countersign/messaging/streams.ts";
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  nanos,
} from "nats";
import type { BrokerStreams } from "./broker-streams.ts";
import type { Link } from "./link.ts";
import { fromNats } from "./nats-headers.ts";
import { Slots } from "./slots.ts";

/** Milliseconds after which the broker delivers again what nobody answered; a handler at work asks for more. */
const ACK_WAIT_MS = 10_000;
const WORKING_MS = ACK_WAIT_MS / 4;
/** Messages that may wait for their answer, over all instances and with those that wait for another delivery. */
const MAX_ACK_PENDING = 1_000;
/** Milliseconds that one pull waits on the broker, and between its signs of life meanwhile. */
const PULL_MS = 10_000;
const HEARTBEAT_MS = 2_000;
/** Milliseconds before the consumer is set up again after a failure. */
const PAUSE_MS = 250;

export interface ConsumerParts {
  readonly link: Link;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly streams: BrokerStreams;
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
  readonly #slots: Slots;
  /** Delivered to us and not answered yet, waiting for a slot or in a handler's hands. */
  readonly #held = new Set<JsMsg>();
  readonly #inHand = new Set<Promise<void>>();
  readonly #attached = Promise.withResolvers<void>();
  readonly #forget: () => void;
  readonly #running: Promise<void>;
  #messages: ConsumerMessages | undefined;
  #closing = false;
  #stopWorking: (() => void) | undefined;

  constructor(parts: ConsumerParts, options: ConsumeOptions, handler: Handler) {
    if (streamNamed(options.stream) === undefined)
      throw new Error(`there is no stream ${options.stream}`);
    this.#parts = parts;
    this.#options = options;
    this.#handler = handler;
    this.#concurrency = options.concurrency ?? 64;
    this.#slots = new Slots(this.#concurrency);
    this.ready = this.#attached.promise;
    this.#forget = parts.link.onChange(() => this.#messages?.stop());
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#forget();
    // Not `close()`, which in 2.29 never resolves once its iterator was left: `stop()` ends the loop below.
    this.#messages?.stop();
    this.#attached.resolve();
    await this.#running;
    await Promise.all(this.#inHand);
    this.#stopWorking?.();
    // The answers must be on their way before anybody closes the connection.
    if (this.#parts.link.connected) await this.#parts.link.nc.flush().catch(() => {});
  }

  async #run(): Promise<void> {
    const { link } = this.#parts;
    while (!this.#closing && !link.closed) {
      try {
        await link.whenConnected(PULL_MS);
        const messages = await this.#attach();
        this.#messages = messages;
        this.#attached.resolve();
        // A close or a reconnect while it was being attached has found nothing to stop.
        if (this.#closing) messages.stop();
        await this.#drain(messages);
      } catch (failure) {
        const { stream, durable } = this.#options;
        if (link.connected && !this.#closing)
          link.log.warn({ err: failure, stream, durable }, "the consumer is set up again");
      }
      if (!this.#closing) await link.pause(PAUSE_MS);
    }
  }

  async #attach(): Promise<ConsumerMessages> {
    const { js, jsm, streams } = this.#parts;
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
    const consumer = await js.consumers.get(stream, durable);
    return consumer.consume({
      max_messages: this.#concurrency,
      expires: PULL_MS,
      idle_heartbeat: HEARTBEAT_MS,
      // A missing consumer ends the loop instead of being asked for again and again.
      abort_on_missing_resource: true,
      bind: true,
    });
  }

  async #drain(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) {
      this.#held.add(message);
      this.#keepWorking();
      await this.#slots.take();
      if (this.#closing) {
        // Not begun: another instance, or the next one, gets it at once.
        message.nak();
        this.#held.delete(message);
        this.#slots.give();
        continue;
      }
      const handled: Promise<void> = this.#hand(message).finally(() => {
        this.#inHand.delete(handled);
        this.#held.delete(message);
        this.#slots.give();
      });
      this.#inHand.add(handled);
    }
  }

  async #hand(message: JsMsg): Promise<void> {
    const { link, retryDelay } = this.#parts;
    const { subject, info } = message;
    const deliveries = info.deliveryCount;
    let verdict: Verdict = "retry";
    try {
      verdict = await this.#handler({
        subject,
        headers: fromNats(message.headers),
        body: message.string(),
        // With the time, as a stream that was made anew counts from 1 again.
        id: `${info.stream}:${info.streamSequence}:${info.timestampNanos}`,
        deliveries,
      });
    } catch (failure) {
      link.log.warn({ err: failure, subject, deliveries }, "a message is delivered again");
    }
    if (link.closed) return;
    if (verdict === "ack") message.ack();
    else if (verdict === "dead") message.term();
    else message.nak(retryDelay(deliveries));
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
