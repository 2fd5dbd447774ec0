import type {
  Checkpoint,
  RecordedEvent,
  Subscriber,
} from "@countersign/event-store/event-store.ts";
import { idsOf } from "./example-events.ts";

/** A batch as it was delivered. */
export interface Delivery {
  readonly batch: readonly RecordedEvent[];
  readonly checkpoint: Checkpoint;
}

/** What a test hangs into the delivery: slow it down, or throw. */
export interface Reaction {
  readonly events?: Subscriber["events"];
}

/** A subscriber that remembers what it was given and lets a test wait for it, without sleeping. */
export class RecordingSubscriber implements Subscriber {
  readonly deliveries: Delivery[] = [];
  readonly received: RecordedEvent[] = [];
  readonly passes: Checkpoint[] = [];
  /** How many events had come each time `live` was called. */
  readonly liveAt: number[] = [];
  readonly #reaction: Reaction;
  readonly #waiters = new Set<() => void>();

  constructor(reaction: Reaction = {}) {
    this.#reaction = reaction;
  }

  events(batch: readonly RecordedEvent[], checkpoint: Checkpoint): void | Promise<void> {
    this.deliveries.push({ batch: [...batch], checkpoint });
    for (const event of batch) this.received.push(event);
    this.#look();
    return this.#reaction.events?.(batch, checkpoint);
  }

  live(): void {
    this.liveAt.push(this.received.length);
    this.#look();
  }

  passed(checkpoint: Checkpoint): void {
    this.passes.push(checkpoint);
    this.#look();
  }

  /** The ids delivered so far, in order. */
  get ids(): string[] {
    return idsOf(this.received);
  }

  /** Resolves once `happened` holds; looked at after every call of the store. */
  until(happened: (self: this) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (!happened(this)) return;
      this.#waiters.delete(look);
      resolve();
    };
    this.#waiters.add(look);
    look();
    return promise;
  }

  /** Resolves once this event was delivered. */
  untilId(eventId: string): Promise<void> {
    return this.until(() => this.received.some((event) => event.eventId === eventId));
  }

  /** Resolves once `live` was called. */
  untilLive(): Promise<void> {
    return this.until(() => this.liveAt.length > 0);
  }

  #look(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}
