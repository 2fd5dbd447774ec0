import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Envelope } from "@countersign/application/envelope.ts";
import { openCommander, type Commander } from "@countersign/commander/commander.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { commandSubject, querySubject } from "@countersign/messaging/subjects.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { openProjector, type Projector } from "@countersign/projector/projector.ts";
import { systemClock, type Clock } from "@countersign/runtime/clock.ts";
import { makeIds } from "@countersign/runtime/ids.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { systemRandom, type Random } from "@countersign/runtime/random.ts";
import { testGrantKeys } from "../../testkit/grant-keys.ts";

/** What most results hold, as texts. */
type Shown = JsonObject & {
  readonly id: string;
  readonly status: string;
  readonly position: string;
  readonly at: string;
};

/** An answer from the bus, read. */
export interface Answer {
  readonly ok: boolean;
  readonly result: Shown & { readonly items?: readonly Shown[] };
  readonly error?: { readonly code: string; readonly message: string };
}

/** An org `demo` with ana (admin), bo and cy (qa_lead), dee, vic (viewer) and the agents ci and other-bot. */
export interface RunningOrg {
  readonly dir: string;
  readonly store: EventStore;
  readonly bus: Bus;
  readonly commander: Commander;
  readonly projector: Projector;
  /** Closes the projector and opens another on the same files. */
  restartProjector(): Promise<void>;
  command(who: string, name: string, body: object, target?: string): Promise<Answer>;
  query(who: string, name: string, parameters?: object): Promise<Answer>;
  /** Asks as `ci` unless told otherwise; returns the id. */
  ask(over?: object, who?: string): Promise<string>;
  change(command: DirectoryCommand): Promise<void>;
  /** Imports a YAML file of definitions as ana. */
  define(yaml: string): Promise<void>;
  close(): Promise<void>;
}

const agents = new Set(["ci", "other-bot"]);

export const principal = (who: string, org = "demo"): string =>
  JSON.stringify({ kind: agents.has(who) ? "agent" : "person", id: who, org, scopes: [] });

export const anAsk = (over: object = {}): object => ({
  title: "Deploy app to production",
  action: { type: "kubernetes:deploy", parameters: { replicas: 3 } },
  approvers: [{ type: "role", identifier: "qa_lead" }],
  ...over,
});

const person = (id: string, access: "admin" | "approver" | "viewer"): DirectoryCommand => ({
  type: "put-person",
  person: { id, name: id, email: `${id}@example.com`, access, zone: null, active: true },
});

const envelope = (commandId: string): Envelope => ({
  commandId,
  commandHash: null,
  org: "demo",
  principal: null,
  actor: { kind: "system", id: "setup" },
  channel: "system",
  correlationId: "setup",
  causationId: null,
});

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Starts commander and projector in one process, as standalone does. `shared: false` leaves the projector its own folds. */
export const startOrg = async ({
  shared = true,
  log = silent,
  clock = systemClock,
  random = systemRandom,
}: {
  readonly shared?: boolean;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly random?: Random;
} = {}): Promise<RunningOrg> => {
  const dir = mkdtempSync(join(tmpdir(), "countersign-projector-"));
  const store = openSqliteEventStore({ path: join(dir, "events.db"), checkJson: false });
  const bus = makeMemoryBus({ clock });
  const ids = makeIds(clock, random);
  let checkpoint = "start";
  const commander = await openCommander({
    store,
    inner: bus,
    outer: bus,
    clock,
    ids,
    log,
    evaluateExpression,
    grants: await testGrantKeys(),
    checkpoint: {
      load: () => checkpoint,
      save: (next) => {
        checkpoint = next;
      },
    },
  });
  const startProjector = async (): Promise<Projector> => {
    const started = openProjector({
      store,
      bus,
      dataDir: dir,
      clock,
      log,
      evaluateExpression,
      ...(shared
        ? { shared: { states: commander.decider.request.folds, references: commander.references } }
        : {}),
    });
    await started.live;
    return started;
  };
  let projector = await startProjector();
  let n = 0;
  const change = async (command: DirectoryCommand): Promise<void> => {
    n += 1;
    const outcome = await commander.decider.directory(envelope(`setup-${n}`), command);
    if (!outcome.ok) throw new Error(outcome.refusal.message);
  };
  await change(person("ana", "admin"));
  for (const id of ["bo", "cy", "dee"]) await change(person(id, "approver"));
  await change(person("vic", "viewer"));
  await change({ type: "put-role", role: "qa_lead", members: ["bo", "cy"] });
  for (const id of agents)
    await change({ type: "put-agent", agent: { id, name: id, owner: "ana", version: null } });

  const call = async (
    subject: string,
    who: string,
    body: object,
    target?: string,
  ): Promise<Answer> => {
    const reply = await bus.request(subject, JSON.stringify(body), {
      headers: {
        "Countersign-Principal": principal(who),
        "Countersign-Channel": "rest",
        "Countersign-Correlation-Id": "test",
        ...(target === undefined ? {} : { "Countersign-Target": target }),
      },
      timeoutMs: 60_000,
    });
    return JSON.parse(reply.body) as Answer;
  };
  const org: RunningOrg = {
    dir,
    store,
    bus,
    commander,
    get projector() {
      return projector;
    },
    async restartProjector() {
      await projector.close();
      projector = await startProjector();
    },
    command: (who, name, body, target) => call(commandSubject("demo", name), who, body, target),
    query: (who, name, parameters = {}) => call(querySubject("demo", name), who, parameters),
    async ask(over = {}, who = "ci") {
      const answer = await org.command(who, "request-approval", anAsk(over));
      if (!answer.ok) throw new Error(JSON.stringify(answer));
      return String(answer.result["id"]);
    },
    change,
    async define(yaml) {
      const reply = await bus.request(commandSubject("demo", "import-definitions"), yaml, {
        headers: {
          "Countersign-Principal": principal("ana"),
          "Countersign-Content-Type": "application/yaml",
          "Countersign-File": "definitions.yaml",
        },
        timeoutMs: 60_000,
      });
      if (!(JSON.parse(reply.body) as Answer).ok) throw new Error(reply.body);
    },
    async close() {
      await projector.close();
      await commander.close();
      await bus.close();
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return org;
};
