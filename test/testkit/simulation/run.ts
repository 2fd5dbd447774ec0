import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "@countersign/check/check.ts";
import { logEntry } from "@countersign/check/log-entry.ts";
import type { Publication } from "@countersign/messaging/bus.ts";
import { Administrators } from "./administrators.ts";
import { Caller } from "./caller.ts";
import { Clients } from "./clients.ts";
import { noFaults } from "./faults.ts";
import { judgePromises } from "./judge-promises.ts";
import { judgePublished, judgeRest, judgeTakenIn } from "./judge-rest.ts";
import { judgeDue, judgeLadders, judgeSchedules } from "./judge-timers.ts";
import { Ledger } from "./ledger.ts";
import { Machine, Process } from "./machine.ts";
import { admin, orgs } from "./org.ts";
import { auditTrail, difference, dumpReadModels } from "./read-model-dump.ts";
import { watchLog, watchTimers } from "./situations.ts";
import { System } from "./system.ts";
import { Troubles } from "./troubles.ts";
import { World } from "./world.ts";

export interface RunOptions {
  /** Any text; the whole run follows from it. */
  readonly seed: string;
  /** Things that happen before the last fault. What comes after it is a minute of virtual time more. */
  readonly steps: number;
}

export interface RunResult {
  readonly seed: string;
  readonly steps: number;
  readonly events: number;
  readonly virtualSeconds: number;
  /** SHA-256 over the whole log and the number of steps: the same seed gives the same. */
  readonly hash: string;
  readonly reached: Readonly<Record<string, number>>;
  /** Sentences that begin with the invariant that does not hold. */
  readonly violations: readonly string[];
}

const SECOND = 1_000;

/** Runs the world until `done`, or for at most `most` virtual milliseconds. */
const runWhile = async (world: World, waiting: () => boolean, most: number): Promise<void> => {
  const end = world.time + most;
  while (waiting() && world.time < end) await world.runUntil(world.time + 100);
  if (waiting()) throw new Error(`what should have taken ${most} ms of virtual time never ended`);
};

/** Runs all of Countersign in one simulated world from one seed, breaks it as much as it can, and judges what is left. */
export const run = async ({ seed, steps }: RunOptions): Promise<RunResult> => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-simulation-"));
  try {
    return await runIn(folder, seed, steps);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const runIn = async (folder: string, seed: string, steps: number): Promise<RunResult> => {
  const world = new World(seed);
  const beginning = world.time;
  const system = new System(world, { ...noFaults }, folder);
  const { store, broker } = system;
  const published: Publication[] = [];
  broker.onPublication((publication) => {
    published.push(publication);
  });
  watchLog(system);
  watchTimers(system);
  system.startAll();

  const edge = new Process(new Machine("edge", world));
  const ledger = new Ledger();
  const caller = new Caller(edge, broker.connect(edge), () => store.log.length);
  let named = 0;
  const naming = (prefix: string): string => `${prefix}-${(named += 1)}`;
  const clients = new Clients(caller, ledger, naming);
  const administrators = new Administrators(caller, ledger, naming);
  let busy = 0;
  const go = (work: Promise<unknown>): void => {
    busy += 1;
    work.then(
      () => (busy -= 1),
      (error: unknown) => world.fail(error),
    );
  };

  await runWhile(world, () => !system.ready, 10 * SECOND);
  for (const org of orgs) go(system.bootstrap(org, admin).then(() => administrators.settle(org)));
  await runWhile(world, () => busy > 0, 120 * SECOND);

  const troubles = new Troubles(system);
  troubles.begin();
  let acting = true;
  const act = (): void => {
    if (!acting) return;
    go(clients.act());
    world.after(world.dice.between(1, 500), act);
  };
  act();
  const until = world.steps + steps;
  await runWhile(world, () => world.steps < until, 24 * 3600 * SECOND);
  acting = false;
  troubles.end();
  // Clients give up on their own within minutes; what the last of them began has its minute to come to rest.
  await runWhile(world, () => busy > 0, 600 * SECOND);
  await world.runUntil(world.time + 60 * SECOND);

  const violations = [...ledger.faults, ...system.errors];
  violations.push(...judgePromises(store.log, ledger));
  violations.push(...judgeRest(store.log, world.time));
  violations.push(...judgeLadders(store.log, world.time));
  violations.push(...judgeSchedules(store.log));
  violations.push(...judgeDue([...system.due.values()], world.time));
  const events = published.filter(({ subject }) => subject.includes(".event."));
  violations.push(...judgePublished(store.log, events));
  violations.push(...judgeTakenIn(store.log, published, ledger.takenIn, broker.wipedAt));
  const waiting = broker.waitingSince(world.time - 20 * SECOND);
  if (waiting > 0) violations.push(`I20: ${waiting} messages wait for their verdict`);
  violations.push(...(await judgeReadModels(system, folder)));
  const entries = store.log.map(logEntry);
  const audit = auditTrail(join(folder, "scratch-live"));
  for (const { invariant, stream, position, message } of check(entries, { audit }))
    violations.push(`${invariant}: ${stream} at ${position}: ${message}`);
  const text = store.log.map((event) => [
    event.stream,
    event.type,
    event.data,
    event.metadata,
    event.eventId,
  ]);
  return {
    seed,
    steps: world.steps,
    events: store.log.length,
    virtualSeconds: (world.time - beginning) / SECOND,
    hash: hash("sha256", JSON.stringify([world.steps, text])),
    reached: Object.fromEntries([...world.reached].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    violations: [...new Set(violations)],
  };
};

/** I14: a projector that starts from nothing ends with the tables that the one has which lived through all of it. */
const judgeReadModels = async (system: System, folder: string): Promise<string[]> => {
  // Whoever could still write stops, so that both see the same log.
  for (const { kind, process } of system.services)
    if (kind === "commander" || kind === "scheduler") process?.kill();
  const fresh = join(folder, "rebuilt");
  const rebuild = system.openRebuild(fresh);
  await runWhile(system.world, () => !rebuild.done(), 600 * SECOND);
  await system.world.runUntil(system.world.time + SECOND);
  rebuild.process.kill();
  const live = dumpReadModels(system.projectorFolder, join(folder, "scratch-live"));
  const again = dumpReadModels(fresh, join(folder, "scratch-rebuilt"));
  const found: string[] = [];
  for (const [name, dump] of live) {
    const different = difference(dump, again.get(name) ?? "");
    if (different !== null) found.push(`I14: ${name}, ${different}`);
  }
  if (live.size !== again.size) found.push("I14: a read model is missing");
  return found;
};
