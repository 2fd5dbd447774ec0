import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import { NoResponders, RequestTimeout } from "@countersign/messaging/errors.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { makeIds } from "@countersign/runtime/ids.ts";
import { openCommander, type Commander } from "@countersign/commander/commander.ts";
import { openProjector } from "@countersign/projector/projector.ts";
import { startRelay } from "@countersign/relay/relay.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { holdLease } from "@countersign/scheduler/lease.ts";
import { nextRun } from "@countersign/scheduler/next-run.ts";
import { Scheduler } from "@countersign/scheduler/scheduler.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Faults } from "./faults.ts";
import { copyFiles } from "./read-model-dump.ts";
import { Machine, Process } from "./machine.ts";
import { simulatedGrantKeys } from "./simulated-grant-keys.ts";
import { SimulatedBroker } from "./simulated-bus.ts";
import { SimulatedEventStore } from "./simulated-event-store.ts";
import type { World } from "./world.ts";

/** A service on its machine: started, killed and started again in the course of a run. */
export interface Service {
  readonly machine: Machine;
  readonly kind: "commander" | "projector" | "relay" | "scheduler";
  process: Process | null;
  start(): void;
}

/** Somebody else could not be reached, which whoever asked was told as well. */
const isAway = (error: unknown): boolean =>
  error instanceof StoreUnavailable ||
  error instanceof NoResponders ||
  error instanceof RequestTimeout;

/** Every service of Countersign in one simulated world, over one store and one broker. */
export class System {
  readonly world: World;
  readonly faults: Faults;
  readonly store: SimulatedEventStore;
  readonly broker: SimulatedBroker;
  readonly services: Service[] = [];
  readonly commanders = new Map<string, Commander>();
  /** Tables of the schedulers' present processes. */
  readonly due = new Map<string, DueProjection>();
  /** What a service wrote into its log as an error: a bug, or something that should have been expected. */
  readonly errors: string[] = [];
  readonly #folder: string;
  readonly #folders = new Map<string, string>();
  /** In most runs every scheduler publishes: all that rests on one of them alone would be found there. */
  readonly #withLease: boolean;
  #starts = 0;

  constructor(world: World, faults: Faults, folder: string) {
    this.world = world;
    this.faults = faults;
    this.#folder = folder;
    this.store = new SimulatedEventStore(world, faults);
    this.broker = new SimulatedBroker(world, faults);
    this.#withLease = world.dice.chance(0.25);
    this.#add("commander", "commander-1", (process) => this.#commander(process));
    // With a second one, what the first forgot in a crash is mostly done by the other: both kinds of installation run.
    if (world.dice.chance(0.5))
      this.#add("commander", "commander-2", (process) => this.#commander(process));
    this.#add("projector", "projector", (process) =>
      this.#openProjector(process, this.#folderFor(process)),
    );
    this.#add("relay", "relay", (process) => this.#relay(process));
    this.#add("scheduler", "scheduler-1", (process) => this.#scheduler(process));
    this.#add("scheduler", "scheduler-2", (process) => this.#scheduler(process));
  }

  /** True once every commander answers. */
  get ready(): boolean {
    return this.services.every(
      ({ kind, machine }) => kind !== "commander" || this.commanders.has(machine.name),
    );
  }

  startAll(): void {
    for (const service of this.services) service.start();
  }

  serviceOf(process: Process): Service | undefined {
    return this.services.find((service) => service.process === process);
  }

  /** The folder of the projector's present process. */
  get projectorFolder(): string {
    return this.#folders.get("projector") ?? "";
  }

  /** Makes the first admin of an org, as the setup of a new installation does. */
  async bootstrap(org: string, id: string): Promise<void> {
    const [commander] = this.commanders.values();
    const outcome = await commander?.decider.directory(
      {
        commandId: `cmd_setup_${org}`,
        commandHash: null,
        org,
        principal: null,
        actor: { kind: "system", id: "setup" },
        channel: "system",
        correlationId: "setup",
        causationId: null,
      },
      {
        type: "put-person",
        person: { id, name: id, email: null, access: "admin", zone: null, active: true },
      },
    );
    if (outcome?.ok !== true) throw new Error(`${org} got no admin`);
  }

  /** Opens a projector beside the one in use, on an empty folder, to be dumped once `done`. */
  openRebuild(folder: string): { readonly process: Process; done(): boolean } {
    const process = new Process(new Machine("rebuild", this.world));
    let live = false;
    this.#openProjector(process, folder, () => (live = true)).catch((error: unknown) =>
      this.world.fail(error),
    );
    return { process, done: () => live };
  }

  #add(kind: Service["kind"], name: string, open: (process: Process) => Promise<unknown>): void {
    const machine = new Machine(name, this.world);
    const service: Service = {
      machine,
      kind,
      process: null,
      start: () => {
        const process = new Process(machine);
        service.process = process;
        open(process).catch((error: unknown) => this.#died(service, process, error));
      },
    };
    this.services.push(service);
  }

  /** A service that lost the store for good exits and is started again by whoever runs it; all else is a bug. */
  #died(service: Service, process: Process, error: unknown): void {
    if (!(error instanceof StoreUnavailable)) {
      this.world.fail(error);
      return;
    }
    this.world.reach(`gave up because the store was away: ${service.kind}`);
    process.kill();
    if (service.process === process) service.process = null;
    this.world.after(1_000, () => {
      if (service.process === null) service.start();
    });
  }

  #checkpoint(machine: Machine, name: string) {
    return {
      load: () => machine.load(name) ?? "start",
      save: (checkpoint: string) => machine.save(name, checkpoint),
    };
  }

  #log(machine: Machine): Log {
    const ignore = (): void => undefined;
    const fault = (fields: object, message: string): void => {
      const error = "err" in fields ? fields.err : undefined;
      if (isAway(error)) this.world.reach(`away: ${message}`);
      else
        this.errors.push(
          `${machine.name}: ${message} ${error instanceof Error ? error.stack : ""}`,
        );
    };
    const warn = (_fields: object, message: string): void => this.world.reach(`warned: ${message}`);
    return { debug: ignore, info: ignore, warn, error: fault };
  }

  async #commander(process: Process): Promise<void> {
    const { machine } = process;
    const bus = this.broker.connect(process);
    const commander = await openCommander({
      store: this.store.connect(process),
      inner: bus,
      outer: bus,
      clock: process.clock,
      ids: makeIds(process.clock, this.world.dice),
      log: this.#log(machine),
      evaluateExpression,
      checkpoint: this.#checkpoint(machine, "processes"),
      grants: simulatedGrantKeys,
    });
    this.commanders.set(machine.name, commander);
    commander.failed.catch((error: unknown) => this.world.fail(error));
  }

  /**
   * A killed process leaves its files as the operating system has them; the connections of the dead one stay open in
   * this process, so the next one works on a copy.
   */
  #folderFor({ name }: Process): string {
    const before = this.#folders.get(name);
    this.#starts += 1;
    const folder = join(this.#folder, `${name}-${this.#starts}`);
    mkdirSync(folder, { recursive: true });
    if (before !== undefined) copyFiles(before, folder);
    this.#folders.set(name, folder);
    return folder;
  }

  async #openProjector(
    process: Process,
    dataDir: string,
    caughtUp: () => void = () => undefined,
  ): Promise<void> {
    const projector = openProjector({
      store: this.store.connect(process),
      bus: this.broker.connect(process),
      dataDir,
      clock: process.clock,
      evaluateExpression,
      log: this.#log(process.machine),
      bootId: "simulated",
    });
    await projector.live;
    caughtUp();
    await projector.failed;
  }

  async #relay(process: Process): Promise<void> {
    const relay = startRelay({
      store: this.store.connect(process),
      bus: this.broker.connect(process),
      checkpoint: this.#checkpoint(process.machine, "relay"),
      clock: process.clock,
      log: this.#log(process.machine),
    });
    await relay.failed;
  }

  async #scheduler(process: Process): Promise<void> {
    const path = join(this.#folderFor(process), "read-due.db");
    const { clock } = process;
    const register = this.broker.lease.connect(process);
    const due = new DueProjection({ path, bootId: "simulated", nextRun });
    this.due.set(process.name, due);
    const scheduler = new Scheduler({
      store: this.store.connect(process),
      bus: this.broker.connect(process),
      due,
      clock,
      log: this.#log(process.machine),
      lease: this.#withLease ? holdLease({ register, holder: path, clock }) : null,
    });
    await scheduler.failed;
  }
}
