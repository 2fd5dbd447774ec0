import type { Clock } from "@countersign/runtime/clock.ts";
import type { World } from "./world.ts";

/**
 * A machine on which one process runs at a time. Its wall clock may be wrong and may jump; what it saved stays when
 * the process dies, but the last of it may be lost.
 */
export class Machine {
  readonly name: string;
  readonly world: World;
  /** Milliseconds by which its wall clock is ahead of the true time. */
  skew = 0;
  /** True time until which what happens elsewhere does not reach it. */
  lagsUntil = 0;
  /** False while nothing of it reaches the store or the broker. */
  connected = true;
  /** Every value ever saved, by name; the last `unsynced` of them do not survive a power cut. */
  readonly #saved = new Map<string, string[]>();

  constructor(name: string, world: World) {
    this.name = name;
    this.world = world;
  }

  load(name: string): string | undefined {
    return this.#saved.get(name)?.at(-1);
  }

  save(name: string, value: string): void {
    const values = this.#saved.get(name) ?? [];
    values.push(value);
    if (values.length > 16) values.shift();
    this.#saved.set(name, values);
  }

  /** The power fails: of each name, up to `most` of the last values are gone. */
  loseUnsynced(most: number): void {
    for (const [name, values] of this.#saved) {
      const lost = Math.min(this.world.dice.between(0, most), values.length - 1);
      if (lost <= 0) continue;
      this.#saved.set(name, values.slice(0, -lost));
      this.world.reach("saved checkpoint lost");
    }
  }
}

/** A process: whatever it waits for never comes once it is dead, and so it has stopped at exactly that `await`. */
export class Process {
  readonly machine: Machine;
  readonly world: World;
  readonly #onDeath: (() => void)[] = [];
  #alive = true;

  constructor(machine: Machine) {
    this.machine = machine;
    this.world = machine.world;
  }

  get name(): string {
    return this.machine.name;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** What others hold on its behalf (a connection, a file lock) is let go when it dies. */
  whenDead(callback: () => void): void {
    this.#onDeath.push(callback);
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const callback of this.#onDeath) callback();
  }

  /** Lets something happen in this process, unless it is dead by then. */
  after(ms: number, happen: () => void): () => void {
    return this.world.after(ms, () => {
      if (this.#alive) happen();
    });
  }

  /** A promise that somebody outside settles; in a dead process it stays open for ever. */
  promise<T>(
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.#alive) return;
      begin(
        (value) => {
          if (this.#alive) resolve(value);
        },
        (error) => {
          if (this.#alive) reject(error);
        },
      );
    });
  }

  /** The machine's clock as this process reads it. */
  get clock(): Clock {
    return {
      now: () => Math.floor(this.world.time + this.machine.skew),
      monotonic: () => this.world.time,
      after: (ms, callback) => this.after(Math.min(ms, 2 ** 31 - 1), callback),
    };
  }
}
