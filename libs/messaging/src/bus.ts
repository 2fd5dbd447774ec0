/**
 * The message bus port: request/reply between services, durable publish and consume with dedupe, live fan-out.
 * It carries and never remembers: everything on it can be sent again from the event store.
 *
 * Adapters: `messaging-memory` (one process, the default) and `messaging-nats` (NATS with JetStream). One contract
 * suite, `test/contract/messaging`, runs over both. Subjects and streams: `subjects.ts`, `streams.ts`.
 */

/**
 * Headers are visible ASCII names with single-line values, as NATS has them; values are trimmed on the way.
 * Names that begin with `Nats-` belong to the broker and are not handed on.
 */
export type Headers = Readonly<Record<string, string>>;

export interface Message {
  readonly subject: string;
  readonly headers: Headers;
  /** UTF-8 text, JSON in all our uses. */
  readonly body: string;
}

export interface Reply {
  readonly headers: Headers;
  readonly body: string;
  /**
   * What stands in the body of a yes as its result, where this process joined the body: an adapter that stays in the
   * process hands it on, so that a long body is neither copied nor cut. `answers.ts` writes and reads it.
   */
  readonly result?: string;
}

export interface RequestOptions {
  readonly headers?: Headers;
  /** Milliseconds until `RequestTimeout`. */
  readonly timeoutMs: number;
}

/** A durable message, as published. `id` is the dedupe id (`Nats-Msg-Id`), unique within the stream's window. */
export interface Publication {
  readonly subject: string;
  readonly id: string;
  readonly headers?: Headers;
  readonly body: string;
  /** Goes out in place of the body: what is handed on as it came, see `Delivery.bytes`. */
  readonly bytes?: Uint8Array;
}

export interface Delivery extends Message {
  /** The same at every delivery of this message, and no other message's: makes derived dedupe ids. */
  readonly id: string;
  /** The message as it came, where that is no UTF-8; the body has U+FFFD in its place then. */
  readonly bytes?: Uint8Array;
  /** 1 at the first attempt. */
  readonly deliveries: number;
}

/** `ack`: done. `retry`: deliver again after a pause. `dead`: never again, it was dead-lettered by the consumer. */
export type Verdict = "ack" | "retry" | "dead";

export interface ConsumeOptions {
  /** Stream name of `streams.ts`. */
  readonly stream: string;
  /** Durable name: instances that share it share the work. */
  readonly durable: string;
  /** One subject, `*` and `>` allowed; default all of the stream. */
  readonly filter?: string;
  /** How many deliveries at once; default 64. */
  readonly concurrency?: number;
}

export interface BusSubscription {
  /** Resolves once the broker knows of it: messages and requests sent after that arrive. Never rejects. */
  readonly ready: Promise<void>;
  /** Resolves when no more messages arrive and those in hand are done. Safe to call twice. */
  close(): Promise<void>;
}

export interface Bus {
  /** Asks one member of the queue group that serves `subject`. Throws `NoResponders`, `RequestTimeout`, `BusUnavailable`. */
  request(subject: string, body: string, options: RequestOptions): Promise<Reply>;
  /** Answers requests; `subject` may hold `*`. Instances with the same `group` share them. A throw answers nobody. */
  serve(
    subject: string,
    group: string,
    handler: (request: Message) => Promise<Reply> | Reply,
  ): BusSubscription;
  /**
   * Publishes durably; resolves once the broker stored it, duplicates (same id in the window) included.
   * The order of publications that are awaited one after the other always holds; of those in flight together
   * it holds while no broker fails. Throws `InvalidSubject` (no stream holds it), `MessageTooLarge`,
   * `BusUnavailable` (outcome unknown: publish again with the same id).
   */
  publish(publication: Publication): Promise<void>;
  /**
   * Consumes a durable stream at least once, from the oldest message that the stream still holds. A throw counts
   * as `retry`. A message is tried without end until the verdict is another: who wants to give up counts
   * `deliveries` (`dead-letters.ts` does). A work queue has one durable.
   */
  consume(
    options: ConsumeOptions,
    handler: (delivery: Delivery) => Promise<Verdict>,
  ): BusSubscription;
  /**
   * Every message published from now on, to each caller, in publishing order per subject, kept nowhere. Resolves
   * once attached. A publication that is repeated with its id may be seen again.
   */
  live(subject: string, handler: (message: Message) => void): Promise<BusSubscription>;
  /**
   * False when a publication on this subject would reach nobody and nothing would keep it, so that the publisher
   * need not build it. Only an adapter that can know for certain has this method.
   */
  interested?(subject: string): boolean;
  /** True while the broker answers. */
  connected(): boolean;
  close(): Promise<void>;
}
