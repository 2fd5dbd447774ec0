import { join } from "node:path";
import { canonicalHash } from "@countersign/application/canonical.ts";
import { changeDefinitions } from "@countersign/application/definition.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import type { Outcome } from "@countersign/application/execute.ts";
import type { ExistingCommand } from "@countersign/application/request.ts";
import { businessTimeFrom } from "@countersign/business-time/business-time.ts";
import { setUp } from "@countersign/commander/bootstrap-admin.ts";
import { openCommander, type Commander } from "@countersign/commander/commander.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { BusinessTimeOf } from "@countersign/domain/business-time.ts";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import { hashed } from "@countersign/domain/definition/parsed.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import type { Bus, Publication } from "@countersign/messaging/bus.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { makeIds } from "@countersign/runtime/ids.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { Scheduler } from "@countersign/scheduler/scheduler.ts";
import type { Dice } from "../../testkit/simulation/dice.ts";
import { simulatedGrantKeys } from "../../testkit/simulation/simulated-grant-keys.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";
import { LapseClock, turns } from "./lapse-clock.ts";
import { workflowYaml } from "./judge-topics.ts";
import { PlainStore } from "./plain-store.ts";

export const ORG = "acme";
export const AGENT = "ci";
export const STAFF = ["bo", "cy", "dee"] as const;
/** Who is told and joins when nobody else acts. */
const BOSS = "gus";
/** Whose agent it is that asks: nobody decides or amends what their own agent asked for. */
const OWNER = "olga";
const ADMIN = "ana";

/** What publishes due timers: the product's scheduler, or a broken one. */
export interface Publishing {
  close(): Promise<void>;
}

/** What of the product is replaced to see that the judge notices. */
export interface Broken {
  readonly businessTimeOf?: (real: BusinessTimeOf) => BusinessTimeOf;
  readonly publish?: (world: Pick<TimerWorld, "store" | "bus" | "clock">) => Publishing;
  /** Obeys timers in the place of the commander. */
  readonly obey?: (world: Pick<TimerWorld, "bus" | "commander">) => Publishing;
}

/** The parts of the product that time runs through, over a store in memory and a clock of the run's. */
export interface TimerWorld extends AsyncDisposable {
  readonly clock: LapseClock;
  readonly store: PlainStore;
  readonly bus: Bus;
  readonly commander: Commander;
  /** Every timer message, in order. */
  readonly published: Publication[];
  ask(policy: string): Promise<string>;
  /** Moves a topic, which is created when nobody has named it yet. */
  move(topic: string, to: string): Promise<Outcome<TopicState>>;
  command(id: string, by: string, command: ExistingCommand): Promise<Outcome<RequestState>>;
  /** Until nobody has anything to do at this time. */
  idle(): Promise<void>;
}

const silent = (): void => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };

const askOf = (requestId: string, policy: string): Ask => {
  const action = { type: "job:run", parameters: { size: 1 } };
  return {
    requestId,
    title: "Run the job",
    description: null,
    action,
    payloadHash: canonicalHash(action),
    agent: null,
    reasonCodes: [],
    policy,
    approvers: null,
    observers: [],
    suggested: [],
    policyTrace: {},
    riskSnapshot: {},
    view: null,
    context: {},
    links: {},
    expiresIn: null,
    urgency: "normal",
    schema: null,
    dedupe: null,
    previousRequestId: null,
    validation: null,
    topic: null,
  };
};

const people = async (commander: Commander): Promise<void> => {
  const member = { email: null, zone: null, active: true };
  await setUp(
    commander,
    ORG,
    { type: "put-person", person: { ...member, id: ADMIN, name: ADMIN, access: "admin" } },
    ADMIN,
  );
  for (const id of [...STAFF, BOSS, OWNER])
    await setUp(
      commander,
      ORG,
      { type: "put-person", person: { ...member, id, name: id, access: "approver" } },
      id,
    );
  await setUp(commander, ORG, { type: "put-role", role: "staff", members: [...STAFF] }, "staff");
  await setUp(commander, ORG, { type: "put-role", role: "bosses", members: [BOSS] }, "bosses");
  await setUp(
    commander,
    ORG,
    { type: "put-agent", agent: { id: AGENT, name: AGENT, owner: OWNER, version: null } },
    AGENT,
  );
};

export const openTimerWorld = async (
  dice: Dice,
  start: number,
  file: string,
  broken: Broken = {},
): Promise<TimerWorld> => {
  const folder = await temporaryFolder();
  const clock = new LapseClock(start);
  const store = new PlainStore();
  const ids = makeIds(clock, dice);
  const memory = makeMemoryBus({ clock });
  const published: Publication[] = [];
  let working = 0;
  const bus: Bus = {
    ...memory,
    publish: (publication) => {
      published.push(publication);
      return memory.publish(publication);
    },
    consume: (options, handler) =>
      memory.consume(options, async (delivery) => {
        working += 1;
        try {
          return await handler(delivery);
        } finally {
          working -= 1;
        }
      }),
  };
  const real = businessTimeFrom("any");
  const deaf: Bus = {
    ...bus,
    consume: () => ({ ready: Promise.resolve(), close: () => Promise.resolve() }),
  };
  const commander = await openCommander({
    store,
    inner: bus,
    outer: broken.obey === undefined ? bus : deaf,
    clock,
    ids,
    log,
    evaluateExpression,
    businessTimeOf: broken.businessTimeOf?.(real) ?? real,
    checkpoint: { load: () => "start", save: silent },
    grants: simulatedGrantKeys,
  });
  const obeying = broken.obey?.({ bus, commander });
  await people(commander);
  const envelope = (kind: "person" | "agent", id: string): Envelope => ({
    commandId: ids.ulid(),
    commandHash: null,
    org: ORG,
    principal: { kind, id, org: ORG },
    actor: { kind, id },
    channel: "rest",
    correlationId: "run",
    causationId: null,
  });
  const { definitions, faults } = parseFile({
    text: `${file}${workflowYaml}`,
    mediaType: "yaml",
    file: "run.yaml",
  });
  if (faults.length > 0) throw new Error(JSON.stringify(faults[0]));
  const { decider } = commander;
  const imported = await changeDefinitions(
    decider.engine,
    decider.definition,
    envelope("person", ADMIN),
    (state) => ({
      events: decideImport(state, {
        definitions: definitions.map((each) => ({ ...each, hash: canonicalHash(hashed(each)) })),
        file: "run.yaml",
      }).events,
    }),
  );
  if (!imported.ok) throw new Error(imported.refusal.message);
  const due = new DueProjection({ path: join(folder.path, "read-due.db"), bootId: "a boot" });
  const scheduler =
    broken.publish === undefined ? new Scheduler({ store, bus, due, clock, log }) : null;
  const publishing = scheduler ?? broken.publish?.({ store, bus, clock });
  await scheduler?.live;
  return {
    clock,
    store,
    bus,
    commander,
    published,
    async ask(policy) {
      const id = `apr_${ids.ulid()}`;
      const outcome = await decider.ask(envelope("agent", AGENT), id, askOf(id, policy));
      if (!outcome.ok) throw new Error(outcome.refusal.message);
      return id;
    },
    move: (topicId, to) =>
      decider.transition(envelope("agent", AGENT), {
        workflowId: "tickets",
        topicId,
        state: null,
        to,
        attributes: {},
      }),
    command: (id, by, command) =>
      decider.command(envelope(by === AGENT ? "agent" : "person", by), id, {
        command,
        fault: null,
      }),
    async idle() {
      let before = -1;
      do {
        before = published.length + store.log.length;
        await turns(4);
      } while (working > 0 || published.length + store.log.length > before);
    },
    async [Symbol.asyncDispose]() {
      await publishing?.close();
      if (scheduler === null) due.file.abandon();
      await obeying?.close();
      await commander.close();
      await memory.close();
      await folder.remove();
    },
  };
};
