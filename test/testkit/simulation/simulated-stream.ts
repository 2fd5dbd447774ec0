import type { ConsumeOptions, Delivery, Publication, Verdict } from "@countersign/messaging/bus.ts";
import { NO_HEADERS } from "@countersign/messaging/headers.ts";
import { retryDelayMs, type StreamDefinition } from "@countersign/messaging/streams.ts";
import { subjectMatches } from "@countersign/messaging/subjects.ts";
import type { Faults } from "./faults.ts";
import type { Process } from "./machine.ts";
import type { World } from "./world.ts";

type Handler = (delivery: Delivery) => Promise<Verdict>;

interface Consumer {
  readonly process: Process;
  readonly durable: string;
  readonly filter: string;
  readonly handler: Handler;
  readonly concurrency: number;
  inHand: number;
  open: boolean;
}

interface Message {
  readonly sequence: number;
  readonly publication: Publication;
  readonly at: number;
}

interface Waiting {
  readonly message: Message;
  deliveries: number;
  done: boolean;
}

/** Milliseconds without a verdict after which the broker delivers again. */
const ACK_WAIT = 6_000;

/** A durable stream of the simulated broker, with its durables: out of order, twice and late when the dice say so. */
export class SimulatedStream {
  readonly definition: StreamDefinition;
  readonly #world: World;
  readonly #faults: Faults;
  readonly #seen = new Map<string, number>();
  readonly #consumers: Consumer[] = [];
  readonly #waiting = new Map<string, Set<Waiting>>();
  #kept: Message[] = [];
  #sequence = 0;

  constructor(definition: StreamDefinition, world: World, faults: Faults) {
    this.definition = definition;
    this.#world = world;
    this.#faults = faults;
  }

  /** Messages of its durables that were stored before `time` and have no last verdict. */
  waitingSince(time: number): number {
    let count = 0;
    for (const waiting of this.#waiting.values())
      for (const { message } of waiting) if (message.at < time) count += 1;
    return count;
  }

  /** Stores it; false for one whose id was seen within the window. */
  store(publication: Publication): boolean {
    const before = this.#seen.get(publication.id);
    const { time } = this.#world;
    if (before !== undefined && time - before < this.definition.dedupeWindowMs) return false;
    this.#seen.set(publication.id, time);
    this.#sequence += 1;
    const message = { sequence: this.#sequence, publication, at: time };
    this.#kept.push(message);
    for (const [durable, waiting] of this.#waiting) this.#offer(durable, waiting, message);
    return true;
  }

  /** Loses everything: the broker's disk is gone. */
  wipe(): void {
    this.#seen.clear();
    this.#kept = [];
    for (const waiting of this.#waiting.values()) {
      for (const one of waiting) one.done = true;
      waiting.clear();
    }
  }

  consume(process: Process, options: ConsumeOptions, handler: Handler): () => void {
    const { durable, filter = this.definition.subject, concurrency = 64 } = options;
    const consumer: Consumer = {
      process,
      durable,
      filter,
      handler,
      concurrency,
      inHand: 0,
      open: true,
    };
    this.#consumers.push(consumer);
    if (!this.#waiting.has(durable)) {
      const waiting = new Set<Waiting>();
      this.#waiting.set(durable, waiting);
      for (const message of this.#kept) this.#offer(durable, waiting, message);
      if (this.definition.retention === "workqueue") this.#kept = [];
    }
    const leave = (): void => {
      consumer.open = false;
      const place = this.#consumers.indexOf(consumer);
      if (place >= 0) this.#consumers.splice(place, 1);
    };
    process.whenDead(leave);
    return leave;
  }

  #offer(durable: string, all: Set<Waiting>, message: Message): void {
    const waiting: Waiting = { message, deliveries: 0, done: false };
    all.add(waiting);
    this.#plan(durable, waiting, this.#delay());
  }

  #delay(): number {
    const { dice } = this.#world;
    return dice.chance(this.#faults.messageLate) ? dice.between(500, 8_000) : dice.between(1, 6);
  }

  #plan(durable: string, waiting: Waiting, ms: number): void {
    this.#world.after(ms, () => this.#deliver(durable, waiting));
  }

  #deliver(durable: string, waiting: Waiting): void {
    if (waiting.done) return;
    const { dice } = this.#world;
    const { subject } = waiting.message.publication;
    const able = this.#consumers.filter(
      (each) =>
        each.durable === durable &&
        each.process.machine.connected &&
        each.inHand < each.concurrency &&
        subjectMatches(each.filter, subject),
    );
    if (able.length === 0) {
      this.#plan(durable, waiting, 250);
      return;
    }
    const consumer = dice.pick(able);
    if (dice.chance(this.#faults.deliveredTwice)) {
      this.#world.reach("message delivered twice at once");
      this.#plan(durable, waiting, dice.between(0, 20));
    } else {
      this.#plan(durable, waiting, ACK_WAIT);
    }
    void this.#hand(consumer, durable, waiting);
  }

  async #hand(consumer: Consumer, durable: string, waiting: Waiting): Promise<void> {
    const { sequence, publication } = waiting.message;
    waiting.deliveries += 1;
    if (waiting.deliveries > 1) {
      const what = this.definition.name.replace("COUNTERSIGN_", "").toLowerCase();
      this.#world.reach(`redelivered: ${what}`);
    }
    consumer.inHand += 1;
    let verdict: Verdict = "retry";
    try {
      verdict = await consumer.handler({
        subject: publication.subject,
        headers: publication.headers ?? NO_HEADERS,
        body: publication.body,
        id: `${this.definition.name}:${sequence}`,
        deliveries: waiting.deliveries,
      });
    } catch {
      this.#world.reach("consumer threw");
    }
    consumer.inHand -= 1;
    const { dice } = this.#world;
    if (dice.chance(this.#faults.deliveryLost) || !consumer.process.machine.connected) return;
    this.#world.after(dice.between(0, 3), () => {
      if (waiting.done) return;
      if (verdict === "retry") {
        this.#plan(durable, waiting, retryDelayMs(waiting.deliveries));
        return;
      }
      waiting.done = true;
      this.#waiting.get(durable)?.delete(waiting);
    });
  }
}
