import { metadataOf } from "@countersign/domain/recorded.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import type { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import type { DueRow } from "@countersign/read-models/due/due-row.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";
import type { Projection } from "@countersign/subscriptions/projection.ts";
import { runProjection } from "@countersign/subscriptions/run-projection.ts";
import { InHand } from "./in-hand.ts";
import type { Lease } from "./lease.ts";
import { timerMessage } from "./timer-message.ts";

export interface SchedulerParts {
  readonly store: EventStore;
  readonly bus: Bus;
  /** Closed by the scheduler. */
  readonly due: DueProjection;
  readonly clock: Clock;
  readonly log: Log;
  /** Of several schedulers one publishes; null: this one does. Closed by whoever made it. */
  readonly lease?: Lease | null;
}

/**
 * The longest sleep. A wake costs one look into an index (some 10 µs), so the sleep is short: after a jump of the wall
 * clock, or a machine that slept, what became due shows within a second.
 */
const LONGEST_SLEEP_MS = 1_000;
/** Rows read and published at once, and timers that may wait for their first effect: the rest stays in the table. */
const PAGE = 500;
const MOST_FRESH = 1_000;
/** Timers in hand that are still expected to be heard: each look passes over them, and over those that are not. */
const MOST_IN_HAND = 10_000;
/** Sleep while something waits for its effect. */
const REPEAT_LOOK_MS = 250;
const CLOSE_MS = 1_000;

/**
 * Publishes what is due, and decides nothing: a row stays until its effect is projected or an event that makes it
 * void, and is published again, later and later, as long as it stays. Two that do the same are harmless, because a
 * timer's command has an id made from its key; a lease only saves the work.
 */
export class Scheduler {
  /** Resolves once all that stood in the store at the start is planned. */
  readonly live: Promise<void>;
  /** Rejects when the projection or the store failed for good. */
  readonly failed: Promise<never>;
  readonly #parts: SchedulerParts;
  readonly #hand = new InHand();
  readonly #running: ReturnType<typeof runProjection>;
  #cancelSleep: (() => void) | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #more = false;
  #published = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    const { store, due, clock } = parts;
    this.#running = runProjection(store, this.#watched(due), {
      clock,
      occurredAt: (event) => Date.parse(metadataOf(event).occurredAt),
    });
    due.onPlanned((earliestMs) => this.#sleepUntil(earliestMs));
    due.onGone((stream, gone) => this.#hand.forgetGone(stream, gone));
    parts.lease?.onChange(() => this.#wake());
    this.live = this.#running.live;
    this.live.then(
      () => this.#wake(),
      () => undefined,
    );
    this.failed = new Promise<never>((_, reject) => {
      this.#running.closed.catch(reject);
    });
    this.failed.catch(() => undefined);
  }

  isLive(): boolean {
    return this.#running.isLive();
  }

  lagMs(): number {
    return this.#running.lagMs();
  }

  /** Timers published since the start, repetitions included. */
  published(): number {
    return this.#published;
  }

  /** Timers that wait for their effect. */
  inHand(): number {
    return this.#hand.size;
  }

  /** Of these, those that were repeated for ten minutes: an operator should look. */
  unheard(): number {
    return this.#hand.unheard;
  }

  /** False while another scheduler publishes. */
  leads(): boolean {
    return this.#parts.lease?.leads() ?? true;
  }

  /** Closes the table as well. Safe to call twice. */
  close(): Promise<void> {
    return (this.#closing ??= this.#closeOnce());
  }

  async #closeOnce(): Promise<void> {
    const { due, clock } = this.#parts;
    this.#cancelSleep?.();
    const patience = Promise.withResolvers<void>();
    const cancel = clock.after(CLOSE_MS, patience.resolve);
    await Promise.race([this.#looking, patience.promise]);
    cancel();
    await this.#running.close();
    const clean = await this.#running.closed.then(
      () => true,
      () => false,
    );
    if (clean) due.file.close();
    else due.file.abandon();
  }

  /** The projection, with an eye on what waits for the effects that it sees. */
  #watched(due: DueProjection): Projection {
    const seen = (): void => {
      if (this.#more && this.#hand.fresh < MOST_FRESH / 2) this.#wake();
    };
    return {
      name: due.name,
      prefixes: due.prefixes,
      get checkpoint() {
        return due.checkpoint;
      },
      apply(batch, checkpoint) {
        due.apply(batch, checkpoint);
        seen();
      },
      passed: (checkpoint) => due.passed(checkpoint),
      commit: () => due.commit(),
    };
  }

  /** Wakes at `dueMs` of the wall clock, unless it wakes earlier anyway. */
  #sleepUntil(dueMs: number): void {
    const { clock } = this.#parts;
    const ms = Math.min(Math.max(0, dueMs - clock.now()), LONGEST_SLEEP_MS);
    const at = clock.monotonic() + ms;
    if (this.#closing !== undefined || at >= this.#wakesAt) return;
    this.#cancelSleep?.();
    this.#wakesAt = at;
    this.#cancelSleep = clock.after(ms, () => this.#wake());
  }

  #wake(): void {
    this.#cancelSleep?.();
    this.#cancelSleep = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    if (this.#closing !== undefined || !this.isLive()) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#look()
      .catch((err: unknown) => {
        if (this.#closing === undefined)
          this.#parts.log.warn({ err }, "due timers could not be published; they are tried again");
        return LONGEST_SLEEP_MS;
      })
      .then((sleepMs) => {
        this.#looking = undefined;
        const again = this.#lookAgain;
        this.#lookAgain = false;
        this.#sleepUntil(this.#parts.clock.now() + (again ? 0 : sleepMs));
      });
  }

  /** Publishes all that is due now; answers the milliseconds until the next look. */
  async #look(): Promise<number> {
    const { due, clock } = this.#parts;
    if (!this.leads()) return LONGEST_SLEEP_MS;
    const now = clock.now();
    let after: DueRow | undefined;
    this.#more = false;
    for (;;) {
      const rows = due.due(now, PAGE, after);
      await this.#publish(rows);
      after = rows.at(-1);
      if (after === undefined || rows.length < PAGE) break;
      const waiting = this.#hand.size - this.#hand.unheard;
      if (this.#hand.fresh >= MOST_FRESH || waiting >= MOST_IN_HAND) {
        // The rest waits for the effects of these.
        this.#more = true;
        break;
      }
      if (this.#closing !== undefined) break;
    }
    const next = due.next(now) ?? Number.POSITIVE_INFINITY;
    return Math.min(next - clock.now(), this.#hand.size > 0 ? REPEAT_LOOK_MS : LONGEST_SLEEP_MS);
  }

  async #publish(rows: readonly DueRow[]): Promise<void> {
    const { bus, clock } = this.#parts;
    const sending: Promise<void>[] = [];
    for (const row of rows) {
      const attempt = this.#hand.nextAttempt(row, clock.monotonic());
      if (attempt === "held") this.#more = true;
      if (attempt === "held" || attempt === 0) continue;
      this.#hand.publishing(row, attempt, clock.monotonic());
      sending.push(
        bus.publish(timerMessage(row, attempt, clock.now())).then(
          () => {
            this.#published += 1;
          },
          (error: unknown) => {
            this.#hand.forget(row);
            throw error;
          },
        ),
      );
    }
    await Promise.all(sending);
  }
}
