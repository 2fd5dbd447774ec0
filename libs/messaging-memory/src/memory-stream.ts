import type {
  BusSubscription,
  Delivery,
  Publication,
  Verdict,
} from "@countersign/messaging/bus.ts";
import { BusUnavailable } from "@countersign/messaging/errors.ts";
import type { StreamDefinition } from "@countersign/messaging/streams.ts";
import { DedupeWindow } from "./dedupe-window.ts";
import { Durable, type DurableSettings, type Kept } from "./durable.ts";

/** Messages that wait in one stream, and ids that it remembers. */
const MAX_WAITING = 100_000;

/**
 * A stream of `streams.ts` inside the process. A work queue keeps what is published until its durable took it. A
 * stream with limits begins with its first durable: before that nobody could ever read from it, as it ends with
 * the process.
 */
export class MemoryStream {
  readonly definition: StreamDefinition;
  readonly #around: Pick<DurableSettings, "pause" | "failed">;
  readonly #dedupe: DedupeWindow;
  readonly #durables = new Map<string, Durable>();
  /** What waits in a work queue that no durable has taken over yet. */
  #backlog: Kept[] = [];
  #sequence = 0;

  constructor(definition: StreamDefinition, around: Pick<DurableSettings, "pause" | "failed">) {
    this.definition = definition;
    this.#around = around;
    this.#dedupe = new DedupeWindow(definition.dedupeWindowMs, MAX_WAITING);
  }

  /** True when what is published here reaches or waits for somebody. */
  get keeps(): boolean {
    return this.definition.retention === "workqueue" || this.#durables.size > 0;
  }

  /** Keeps the publication, unless it is a repetition. `now` is monotonic milliseconds. */
  publish(publication: Publication, now: number): void {
    if (!this.keeps) return;
    this.#refuseWhenFull();
    if (this.#dedupe.repeated(publication.id, now)) return;
    this.#sequence += 1;
    const kept = { sequence: this.#sequence, publication };
    if (this.#durables.size === 0) {
      if (this.#backlog.length >= MAX_WAITING) this.#backlog.shift();
      this.#backlog.push(kept);
      return;
    }
    for (const durable of this.#durables.values())
      if (durable.wants(publication.subject)) durable.offer(kept);
  }

  consume(
    name: string,
    filter: string,
    concurrency: number,
    handler: (delivery: Delivery) => Promise<Verdict>,
  ): BusSubscription {
    let durable = this.#durables.get(name);
    if (durable === undefined) {
      durable = this.#open(name, filter);
      this.#durables.set(name, durable);
    }
    return durable.consume(handler, concurrency);
  }

  stop(): void {
    for (const durable of this.#durables.values()) durable.stop();
  }

  #open(name: string, filter: string): Durable {
    const stream = this.definition.name;
    const [other] = this.#durables.keys();
    if (this.definition.retention === "workqueue" && other !== undefined)
      throw new Error(`${stream} is a work queue: ${other} has it, ${name} cannot`);
    const durable = new Durable({ ...this.#around, stream, name, filter, maxWaiting: MAX_WAITING });
    for (const kept of this.#backlog)
      if (durable.wants(kept.publication.subject)) durable.offer(kept);
    this.#backlog = [];
    return durable;
  }

  #refuseWhenFull(): void {
    if (this.definition.whenFull !== "refuse") return;
    let waiting = this.#backlog.length;
    for (const durable of this.#durables.values()) waiting += durable.waiting;
    if (waiting >= MAX_WAITING)
      throw new BusUnavailable(`${this.definition.name} is full: ${waiting} messages wait in it`);
  }
}
