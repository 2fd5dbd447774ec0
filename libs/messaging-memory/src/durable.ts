import type {
  BusSubscription,
  Delivery,
  Publication,
  Verdict,
} from "@countersign/messaging/bus.ts";
import { NO_HEADERS } from "@countersign/messaging/headers.ts";
import { subjectMatches } from "@countersign/messaging/subjects.ts";
import { InHand } from "./in-hand.ts";

type Handler = (delivery: Delivery) => Promise<Verdict>;

/** A message of a stream with its number. */
export interface Kept {
  readonly sequence: number;
  readonly publication: Publication;
}

/** What a durable needs of the bus around it. */
export interface DurableSettings {
  readonly stream: string;
  readonly name: string;
  readonly filter: string;
  /** Messages that may wait; beyond it the oldest is given up. Work queues refuse before it comes to that. */
  readonly maxWaiting: number;
  /** Calls back after the pause that follows the nth delivery; returns what takes it back. */
  pause(deliveries: number, callback: () => void): () => void;
  failed(failure: unknown, subject: string): void;
}

interface Waiting extends Kept {
  deliveries: number;
}

interface Consumer {
  readonly handler: Handler;
  readonly concurrency: number;
  readonly inHand: InHand;
}

/** A durable consumer: its place in a stream, and the instances that share its work. */
export class Durable {
  readonly name: string;
  readonly #settings: DurableSettings;
  readonly #consumers: Consumer[] = [];
  #turn = 0;
  #fresh: Waiting[] = [];
  /** Index of the first message in `#fresh` that still waits: shifting an array of thousands is slow. */
  #head = 0;
  #again: Waiting[] = [];
  readonly #pauses = new Set<() => void>();
  #scheduled = false;

  constructor(settings: DurableSettings) {
    this.name = settings.name;
    this.#settings = settings;
  }

  /** Messages that wait for a consumer or for their pause to end. */
  get waiting(): number {
    return this.#fresh.length - this.#head + this.#again.length + this.#pauses.size;
  }

  wants(subject: string): boolean {
    return subjectMatches(this.#settings.filter, subject);
  }

  offer(kept: Kept): void {
    if (this.#fresh.length - this.#head >= this.#settings.maxWaiting) this.#head += 1;
    this.#fresh.push({ ...kept, deliveries: 0 });
    this.#schedule();
  }

  consume(handler: Handler, concurrency: number): BusSubscription {
    const consumer: Consumer = { handler, concurrency, inHand: new InHand() };
    this.#consumers.push(consumer);
    this.#schedule();
    return {
      ready: Promise.resolve(),
      close: () => {
        const place = this.#consumers.indexOf(consumer);
        if (place >= 0) this.#consumers.splice(place, 1);
        return consumer.inHand.idle();
      },
    };
  }

  /** Takes the pauses back: what waits for another delivery gets none. */
  stop(): void {
    for (const takeBack of this.#pauses) takeBack();
    this.#pauses.clear();
  }

  /** Consumers run after the publisher's own step, never inside it. */
  #schedule(): void {
    if (this.#scheduled || this.#consumers.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    for (;;) {
      const consumer = this.#free();
      if (consumer === undefined) return;
      const next = this.#next();
      if (next === undefined) return;
      void this.#hand(consumer, next);
    }
  }

  #free(): Consumer | undefined {
    const all = this.#consumers;
    for (let tried = 0; tried < all.length; tried += 1) {
      this.#turn = (this.#turn + 1) % all.length;
      const consumer = all[this.#turn];
      if (consumer !== undefined && consumer.inHand.count < consumer.concurrency) return consumer;
    }
    return undefined;
  }

  #next(): Waiting | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    const fresh = this.#fresh[this.#head];
    if (fresh === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#fresh.length || this.#head > 4_096) {
      this.#fresh = this.#fresh.slice(this.#head);
      this.#head = 0;
    }
    return fresh;
  }

  async #hand(consumer: Consumer, message: Waiting): Promise<void> {
    message.deliveries += 1;
    const { subject, headers, body } = message.publication;
    consumer.inHand.begin();
    let verdict: Verdict = "retry";
    try {
      verdict = await consumer.handler({
        subject,
        headers: headers ?? NO_HEADERS,
        body,
        id: `${this.#settings.stream}:${message.sequence}`,
        deliveries: message.deliveries,
      });
    } catch (failure) {
      this.#settings.failed(failure, subject);
    }
    if (verdict === "retry") this.#pause(message);
    consumer.inHand.end();
    this.#schedule();
  }

  #pause(message: Waiting): void {
    const takeBack = this.#settings.pause(message.deliveries, () => {
      this.#pauses.delete(takeBack);
      this.#again.push(message);
      this.#schedule();
    });
    this.#pauses.add(takeBack);
  }
}
