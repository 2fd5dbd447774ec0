import type { Bus, Publication } from "@countersign/messaging/bus.ts";
import { InvalidSubject, MessageTooLarge } from "@countersign/messaging/errors.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** As many as JetStream takes in at its full rate; more only wait there. */
const IN_FLIGHT = 64;

/** Publishes until it is done, however long the broker is away. */
export class PatientPublisher {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting = new Set<() => void>();
  #stopped = false;
  #retries = 0;
  #published = 0;

  constructor(bus: Bus, clock: Clock, log: Log) {
    this.#bus = bus;
    this.#clock = clock;
    this.#log = log;
  }

  /** Publications that were tried again, and those that succeeded, since the start. */
  get retries(): number {
    return this.#retries;
  }

  get published(): number {
    return this.#published;
  }

  /**
   * Publishes queues side by side, each in its own order; 64 at once. False when it was stopped before the end.
   * What the broker can never take is passed over with an error in the log: it stands in the event store.
   */
  async publish(queues: readonly (readonly Publication[])[]): Promise<boolean> {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let queue = queues[next++]; queue !== undefined; queue = queues[next++]) {
        for (const publication of queue) await this.publishOne(publication);
      }
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, queues.length) }, work));
    return !this.#stopped;
  }

  /** Gives up what waits for a pause to end. */
  stop(): void {
    this.#stopped = true;
    for (const wake of this.#waiting) wake();
  }

  /** Begins in the caller's own tick. */
  async publishOne(publication: Publication): Promise<void> {
    for (
      let pause = FIRST_PAUSE_MS;
      !this.#stopped;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    ) {
      try {
        await this.#bus.publish(publication);
        this.#published += 1;
        return;
      } catch (err) {
        const { subject, id } = publication;
        if (err instanceof InvalidSubject || err instanceof MessageTooLarge) {
          this.#log.error({ err, subject, id }, "an event that no broker takes was not published");
          return;
        }
        if (this.#stopped) return;
        this.#retries += 1;
        this.#log.warn({ err, subject, id }, "an event could not be published; it is tried again");
        await this.#pause(pause);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(ms, wake);
      this.#waiting.add(wake);
    });
  }
}
