import { BusUnavailable } from "@countersign/messaging/errors.ts";
import type { LeaseRecord, LeaseRegister } from "@countersign/messaging/lease-register.ts";
import type { Faults } from "./faults.ts";
import type { Process } from "./machine.ts";
import type { World } from "./world.ts";

const PATIENCE = 1_000;

/** The register of one lease on the broker of a run; questions and answers are lost as the faults of the hour say. */
export class SimulatedLease {
  readonly #world: World;
  readonly #faults: Faults;
  readonly #reaches: (process: Process) => boolean;
  #present: LeaseRecord | null = null;
  #writes = 0;

  constructor(world: World, faults: Faults, reaches: (process: Process) => boolean) {
    this.#world = world;
    this.#faults = faults;
    this.#reaches = reaches;
  }

  wipe(): void {
    this.#present = null;
  }

  /** The register as one process sees it. */
  connect(process: Process): LeaseRegister {
    return {
      read: () => this.#ask(process, () => this.#present),
      replace: (holder, seen) => this.#ask(process, () => this.#replace(holder, seen)),
    };
  }

  #replace(holder: string, seen: number | null): number | null {
    const before = this.#present;
    if ((before?.revision ?? null) !== seen) return null;
    if (before !== null && before.holder !== holder) this.#world.reach("lease taken over");
    this.#present = { holder, revision: (this.#writes += 1) };
    return this.#writes;
  }

  #ask<T>(process: Process, work: () => T): Promise<T> {
    const { dice } = this.#world;
    return process.promise((resolve, reject) => {
      const unknown = (): void => reject(new BusUnavailable("nobody knows who holds the lease"));
      if (!this.#reaches(process) || dice.chance(this.#faults.requestLost)) {
        this.#world.after(PATIENCE, unknown);
        return;
      }
      this.#world.after(dice.between(1, 3), () => {
        if (!this.#reaches(process)) {
          this.#world.after(PATIENCE, unknown);
          return;
        }
        const answer = work();
        if (dice.chance(this.#faults.requestLost)) this.#world.after(PATIENCE, unknown);
        else resolve(answer);
      });
    });
  }
}
