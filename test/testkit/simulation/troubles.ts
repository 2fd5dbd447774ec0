import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import { noFaults, roughWeather } from "./faults.ts";
import type { Machine, Process } from "./machine.ts";
import type { Service, System } from "./system.ts";

/** Chance that whoever wrote such an event dies before it learns so: where a step over two streams is half done. */
const fatal: Readonly<Record<string, number>> = {
  TransitionBlocked: 0.12,
  PendingClaimed: 0.12,
  RequestSubmitted: 0.01,
  RequestApproved: 0.1,
  RequestDenied: 0.1,
  RequestExpired: 0.02,
  RequestCancelled: 0.1,
  TransitionCompleted: 0.05,
  RoleChanged: 0.05,
};

/** What goes wrong in a run, and how it is put right at the end. */
export class Troubles {
  readonly #system: System;
  readonly #blockedBy = new Map<string, unknown>();
  /** Requests that a topic waits for: their events are what process managers live on. */
  readonly #waitedFor = new Set<string>();
  #lastEventAt = 0;
  #over = false;

  constructor(system: System) {
    this.#system = system;
    system.store.onEvent((event, by) => {
      if (event.type === "TransitionBlocked") {
        const { approvalIds } = JSON.parse(event.data) as { approvalIds: readonly string[] };
        for (const id of approvalIds) {
          this.#blockedBy.set(id, by);
          this.#waitedFor.add(id);
        }
      }
      if (event.type === "RequestSubmitted") {
        const { requestId } = JSON.parse(event.data) as { requestId: string };
        this.#blockedBy.delete(requestId);
      }
      const { dice } = system.world;
      if (this.#over) return;
      this.#lastEventAt = system.world.time;
      if (dice.chance(0.012)) {
        // Whoever follows the log dies while it has this event in hand.
        const others = system.services.filter(({ kind }) => kind !== "commander");
        const other = dice.pick(others);
        system.world.after(dice.between(1, 40), () => this.kill(other));
      }
      const service = system.serviceOf(by);
      if (service === undefined) return;
      if (this.#needsProcess(event) && dice.chance(0.6)) {
        // A power cut, while every commander may have the event in hand and none is done with it.
        this.#killCommanders();
        return;
      }
      if (dice.chance(fatal[event.type] ?? 0.001)) {
        this.kill(service);
      } else if (event.type === "TransitionBlocked" || event.type === "PendingClaimed") {
        // It is slow with the second half, while others may be on their way to finish it.
        if (dice.chance(0.3)) {
          this.#cutOff(service.machine, dice.between(500, 5_000));
          this.#lag(by, dice.between(0, 300));
        }
      } else if (event.type === "PolicyImported" || event.type === "RoleChanged") {
        // Others learn of it only later: they decide meanwhile.
        this.#lag(by, dice.between(0, 4_000));
      }
    });
  }

  /** Begins, and goes on until `end`. */
  begin(): void {
    const { world, faults } = this.#system;
    Object.assign(faults, roughWeather);
    const next = (): void => {
      if (this.#over) return;
      this.#one();
      world.after(world.dice.between(500, 9_000), next);
    };
    next();
  }

  /** The last fault: everything is up, connected and on time from now on. */
  end(): void {
    this.#over = true;
    const { faults, store, broker, services } = this.#system;
    Object.assign(faults, noFaults);
    store.restart();
    broker.start();
    for (const service of services) {
      service.machine.connected = true;
      service.machine.skew = 0;
      if (service.process === null) service.start();
    }
  }

  kill(service: Service): void {
    if (this.#over) return;
    const { process, kind, machine } = service;
    const { world } = this.#system;
    if (process === null) return;
    if ([...this.#blockedBy.values()].includes(process))
      world.reach("crash between TransitionBlocked and RequestSubmitted");
    // Rows are committed a tenth of a second after the first of them.
    const sinceEvent = world.time - this.#lastEventAt;
    if (kind === "projector" && sinceEvent > 8 && sinceEvent < 90)
      world.reach("projector killed before it committed");
    service.process = null;
    process.kill();
    world.reach(`killed: ${kind}`);
    if (world.dice.chance(0.4)) machine.loseUnsynced(6);
    world.after(world.dice.between(50, 6_000), () => {
      if (service.process === null) service.start();
    });
  }

  #one(): void {
    const { world, faults, store, broker, services } = this.#system;
    const { dice } = world;
    const service = dice.pick(services);
    const throwed = dice.next();
    if (throwed < 0.4) {
      this.kill(service);
    } else if (throwed < 0.5) {
      store.crashSoon(dice.between(100, 5_000));
    } else if (throwed < 0.58) {
      broker.stop();
      world.reach("broker away");
      world.after(dice.between(100, 8_000), () => broker.start());
    } else if (throwed < 0.62) {
      broker.wipe();
      world.reach("broker wiped");
    } else if (throwed < 0.74) {
      this.#cutOff(service.machine, dice.between(500, 15_000));
    } else if (throwed < 0.9) {
      this.#jump(service);
    } else {
      Object.assign(faults, dice.chance(0.6) ? roughWeather : noFaults);
    }
  }

  #needsProcess({ type, stream }: RecordedEvent): boolean {
    if (type === "TransitionBlocked") return true;
    return (
      /^Request(Approved|Denied|Expired|Cancelled)$/.test(type) &&
      this.#waitedFor.has(stream.slice(stream.lastIndexOf(".") + 1))
    );
  }

  /** Each within the next moments, at its own. */
  #killCommanders(): void {
    const { services, world } = this.#system;
    for (const service of services)
      if (service.kind === "commander")
        world.after(world.dice.between(2, 12), () => this.kill(service));
  }

  /** Nobody but `by` hears of anything for so many milliseconds. */
  #lag(by: Process, ms: number): void {
    const { services, world } = this.#system;
    for (const { machine, process } of services)
      if (process !== by) machine.lagsUntil = world.time + ms;
  }

  #cutOff(machine: Machine, ms: number): void {
    const { world } = this.#system;
    machine.connected = false;
    world.reach("machine cut off");
    world.after(ms, () => {
      machine.connected = true;
    });
  }

  #jump({ machine }: Service): void {
    const { world } = this.#system;
    const { dice } = world;
    const before = machine.skew;
    const far = dice.chance(0.15) ? 300_000 : 20_000;
    machine.skew = dice.chance(0.3) ? 0 : dice.between(-far, far);
    world.reach(machine.skew < before ? "clock jumped back" : "clock jumped ahead");
  }
}
