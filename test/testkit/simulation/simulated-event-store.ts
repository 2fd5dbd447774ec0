import { deepStrictEqual } from "node:assert";
import { checkAppend } from "@countersign/event-store/check-append.ts";
import { StoreUnavailable, WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import type {
  AppendResult,
  Decided,
  EventStore,
  ExpectedRevision,
  NewEvent,
  ReadOptions,
  RecordedEvent,
} from "@countersign/event-store/event-store.ts";
import type { Faults } from "./faults.ts";
import type { Process } from "./machine.ts";
import { simulatedSubscription } from "./simulated-subscription.ts";
import type { World } from "./world.ts";

/** An append that has arrived and is not yet synced: a crash loses it, and it was not acknowledged. */
interface Arrived {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
  readonly from: Process;
  readonly answer: (result: AppendResult | Error) => void;
}

/** How long a caller waits for an answer that does not come, in milliseconds. */
const PATIENCE = 1_500;

/** Whoever reads what an event was made from must read what stands in the store. */
const mustSayTheSame = (
  { event, metadata }: Decided,
  text: { readonly type: string; readonly data: string; readonly metadata: string },
): void => {
  const stored = { type: text.type, data: JSON.parse(text.data) as unknown };
  deepStrictEqual({ type: event.type, data: event.data }, stored);
  deepStrictEqual(metadata, JSON.parse(text.metadata));
};

/** The event store of a run: one log, and the connections of the processes to it. */
export class SimulatedEventStore {
  readonly log: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #world: World;
  readonly #faults: Faults;
  readonly #listeners = new Set<() => void>();
  readonly #onEvent: ((event: RecordedEvent, by: Process) => void)[] = [];
  #arrived: Arrived[] = [];
  #syncing = false;
  #up = true;
  /** Milliseconds that the next crash takes; null while none is near. */
  #crashFor: number | null = null;

  constructor(world: World, faults: Faults) {
    this.#world = world;
    this.#faults = faults;
  }

  get up(): boolean {
    return this.#up;
  }

  stream(name: string): readonly RecordedEvent[] {
    return this.#streams.get(name) ?? [];
  }

  /** Tells of each event once it is durable, with the process that sent it. */
  onEvent(listener: (event: RecordedEvent, by: Process) => void): void {
    this.#onEvent.push(listener);
  }

  /** Calls back whenever there may be something new to deliver; returns what takes that back. */
  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes down while the next append is being synced, for `ms` milliseconds. */
  crashSoon(ms: number): void {
    this.#crashFor = ms;
  }

  /** Goes down: what was not synced is lost, what was acknowledged stays. */
  crash(): void {
    if (!this.#up) return;
    this.#up = false;
    if (this.#arrived.length > 0) this.#world.reach("store crashed with appends in hand");
    for (const { answer } of this.#arrived)
      this.#world.after(PATIENCE, () => answer(new StoreUnavailable("the store crashed")));
    this.#arrived = [];
  }

  restart(): void {
    this.#up = true;
    this.#crashFor = null;
    for (const listener of this.#listeners) listener();
  }

  /** The store as one process sees it. */
  connect(process: Process): EventStore {
    let open = true;
    const closing: (() => Promise<void>)[] = [];
    return {
      append: (stream, expected, events) => {
        try {
          checkAppend(stream, events);
        } catch (error) {
          return Promise.reject(error);
        }
        if (!open) return Promise.reject(new StoreUnavailable("the store is closed"));
        return process.promise((resolve, reject) => {
          const settle = (result: AppendResult | Error): void =>
            result instanceof Error ? reject(result) : resolve(result);
          this.#send(process, stream, expected, events, settle);
        });
      },
      readStream: (stream, options) => this.#read(process, stream, options),
      subscribe: (options, subscriber) => {
        const subscription = simulatedSubscription(
          { store: this, process, faults: this.#faults },
          options,
          subscriber,
        );
        closing.push(() => subscription.close());
        return subscription;
      },
      close: async () => {
        open = false;
        await Promise.all(closing.map((close) => close()));
      },
    };
  }

  reaches(process: Process): boolean {
    return this.#up && process.machine.connected;
  }

  #send(
    process: Process,
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
    settle: (result: AppendResult | Error) => void,
  ): void {
    const { dice } = this.#world;
    const faults = this.#faults;
    const unknown = (): void =>
      settle(new StoreUnavailable(`nobody knows what became of an append to ${stream}`));
    const answer = (result: AppendResult | Error): void => {
      const lost = dice.chance(faults.answerLost);
      this.#world.after(lost ? PATIENCE : dice.between(0, 3), () =>
        lost || !process.machine.connected ? unknown() : settle(result),
      );
    };
    const arrived: Arrived = { stream, expected, events, from: process, answer };
    if (dice.chance(faults.appendLost) || !this.reaches(process)) {
      this.#world.after(dice.between(1, PATIENCE), unknown);
    } else if (dice.chance(faults.appendStraggles)) {
      this.#world.after(PATIENCE, unknown);
      const late = (): void => {
        this.#world.reach("append arrived after its sender gave up");
        this.#arrive({ ...arrived, answer: () => undefined });
      };
      this.#world.after(dice.between(PATIENCE, PATIENCE * 4), late);
    } else {
      this.#world.after(1, () => this.#arrive(arrived));
    }
  }

  #arrive(arrived: Arrived): void {
    if (!this.#up) {
      this.#world.after(PATIENCE, () => arrived.answer(new StoreUnavailable("the store is down")));
      return;
    }
    this.#arrived.push(arrived);
    if (this.#crashFor !== null) {
      this.#world.after(this.#crashFor, () => this.restart());
      this.#crashFor = null;
      this.crash();
      return;
    }
    if (this.#syncing) return;
    this.#syncing = true;
    this.#world.after(this.#world.dice.between(1, 4), () => {
      this.#syncing = false;
      this.#sync();
    });
  }

  /** One transaction and one sync for all that arrived; only now is anybody answered. */
  #sync(): void {
    const group = this.#arrived;
    this.#arrived = [];
    for (const arrived of group) arrived.answer(this.#write(arrived));
    if (group.length > 0) for (const listener of this.#listeners) listener();
  }

  #write({ stream, expected, events, from }: Arrived): AppendResult | Error {
    const written = this.#streams.get(stream) ?? [];
    const actual = written.length - 1;
    const wanted = expected === "no-stream" ? -1 : Number(expected);
    if (wanted !== actual) {
      const before = written.slice(wanted + 1, wanted + 1 + events.length);
      const last = before.at(-1);
      const same =
        before.length === events.length &&
        before.every(({ eventId }, index) => eventId === events[index]?.eventId);
      if (same && last !== undefined) {
        this.#world.reach("append of unknown outcome sent again");
        return { revision: last.revision, position: last.position };
      }
      this.#world.reach("conflict on append");
      return new WrongExpectedRevision(stream, expected, actual < 0 ? "no-stream" : BigInt(actual));
    }
    this.#streams.set(stream, written);
    let last: RecordedEvent | undefined;
    for (const { eventId, type, data, metadata, decided } of events) {
      if (decided !== undefined) mustSayTheSame(decided, { type, data, metadata });
      last = {
        eventId,
        type,
        data,
        metadata,
        stream,
        revision: BigInt(written.length),
        position: BigInt((this.log.length + 1) * 10),
      };
      written.push(last);
      this.log.push(last);
      for (const listener of this.#onEvent) listener(last, from);
    }
    return { revision: last?.revision ?? 0n, position: last?.position ?? 0n };
  }

  async *#read(
    process: Process,
    stream: string,
    { from = 0n, maxCount }: ReadOptions = {},
  ): AsyncGenerator<RecordedEvent> {
    const events = await process.promise<readonly RecordedEvent[]>((resolve, reject) => {
      const { dice } = this.#world;
      const fails = dice.chance(this.#faults.readFails);
      this.#world.after(dice.between(1, 4), () => {
        if (fails || !this.reaches(process)) {
          this.#world.after(dice.between(0, PATIENCE), () =>
            reject(new StoreUnavailable("the store did not answer a read")),
          );
          return;
        }
        const end = maxCount === undefined ? undefined : Number(from) + maxCount;
        const found = this.stream(stream).slice(Number(from), end);
        this.#world.after(1, () => resolve(found));
      });
    });
    yield* events;
  }
}
