import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logEntry, type LogEntry } from "@countersign/check/log-entry.ts";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import { makeGraphql, type Graphql } from "../graphql.ts";
import { makeApi, type Api } from "../http.ts";
import { startIssuer, type TokenClaims } from "../issuer.ts";
import { natsServer, type NatsServer } from "../servers.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { runProgram, type Ended, type RunningProgram } from "./program.ts";
import { COMPILE_CACHE } from "./standalone.ts";

const ROOT = join(import.meta.dirname, "../../..");

export const serviceNames = ["commander", "projector", "relay", "scheduler", "gateway"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Every service as a process of its own over EventStoreDB's protocol, a real broker and an issuer of the test's own. */
export interface Services extends AsyncDisposable {
  /** Of the gateway. */
  readonly url: string;
  readonly broker: NatsServer;
  token(claims: TokenClaims): Promise<string>;
  /** REST as somebody of the org that was bootstrapped. */
  as(id: string, kind?: "person" | "agent"): Promise<Api>;
  graphql(id: string): Promise<Graphql>;
  /** Starts it again on the same directory and port, and waits until it is ready. */
  start(name: ServiceName): Promise<void>;
  stop(name: ServiceName, signal?: NodeJS.Signals): Promise<Ended>;
  /** The service as it runs now. */
  service(name: ServiceName): RunningService;
  /** Starts one more of a kind beside the first, with a directory and a port of its own. */
  startAnother(name: ServiceName): Promise<RunningService>;
  /** What a service wrote to stderr since it was started. */
  errors(name: ServiceName): string;
  /** All events, read through the adapter's own port. */
  readLog(): Promise<LogEntry[]>;
}

/** A service with where its health and metrics are answered. */
export interface RunningService {
  readonly url: string;
  readonly program: RunningProgram;
}

interface Running extends RunningService {
  readonly env: Readonly<Record<string, string>>;
  program: RunningProgram;
}

const isReady = async (url: string): Promise<true | undefined> =>
  (await fetch(`${url}/readyz`)).status === 200 ? true : undefined;

const launch = (name: ServiceName, env: Readonly<Record<string, string>>): RunningProgram =>
  runProgram({
    args: [join(ROOT, "services/run.ts"), name],
    env,
    cwd: env["COUNTERSIGN_DATA"] ?? "/",
  });

const untilReady = async (name: ServiceName, { program, url }: Running): Promise<void> => {
  const ready = eventually(`${name}'s readiness`, () => isReady(url), 20_000);
  const died = program.ended.then(({ code }) => {
    throw new Error(`${name} ended with ${code}: ${program.errors()}`);
  });
  died.catch(() => {});
  ready.catch(() => {});
  await Promise.race([ready, died]);
};

const readAll = async (connectionString: string): Promise<LogEntry[]> => {
  await using stack = new AsyncDisposableStack();
  const store = openEsdbEventStore({ connectionString });
  stack.defer(() => store.close());
  const log: LogEntry[] = [];
  const live = Promise.withResolvers<void>();
  const subscription = store.subscribe(
    { from: "start" },
    {
      events: (batch) => void log.push(...batch.map(logEntry)),
      live: () => live.resolve(),
    },
  );
  stack.defer(() => subscription.close());
  subscription.closed.catch(live.reject);
  await live.promise;
  return log;
};

/** Starts everything for the org and its first admin, and waits until all are ready. */
export const startServices = async (org: string, admin: string): Promise<Services> => {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "countersign-services-"));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const issuer = opening.use(await startIssuer());
  const broker = await natsServer();
  opening.defer(() => broker.stop());
  const store = opening.use(runProgram({ args: [join(import.meta.dirname, "esdb-process.ts")] }));
  const connectionString = await eventually("the event store's address", () => {
    if (store.hasEnded()) throw new Error(store.errors());
    return /esdb:\S+/.exec(store.output())?.[0];
  });

  const running = new Map<ServiceName, Running>();
  for (const name of serviceNames) {
    const port = await freePort();
    const env = {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      COUNTERSIGN_EVENT_STORE: connectionString,
      COUNTERSIGN_NATS: broker.url,
      COUNTERSIGN_DATA: folder,
      COUNTERSIGN_HTTP: `127.0.0.1:${port}`,
      COUNTERSIGN_BOOTSTRAP_ADMIN: `${org}:${admin}`,
      ...issuer.env,
    };
    const own = { ...env, COUNTERSIGN_DATA: await mkdtemp(join(folder, `${name}-`)) };
    const program = launch(name, own);
    running.set(name, { env: own, url: `http://127.0.0.1:${port}`, program });
  }
  opening.defer(async () => {
    for (const { program } of running.values()) await program[Symbol.asyncDispose]();
  });
  const of = (name: ServiceName): Running => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  };
  await Promise.all(serviceNames.map((name) => untilReady(name, of(name))));

  const { url } = of("gateway");
  const claims = (id: string, kind: "person" | "agent"): TokenClaims => ({ org, sub: id, kind });
  const stack = opening.move();
  return {
    url,
    broker,
    token: (who) => issuer.token(who),
    as: async (id, kind = "person") => makeApi(url, await issuer.token(claims(id, kind)), org),
    graphql: async (id) => makeGraphql(url, await issuer.token(claims(id, "person"))),
    async start(name) {
      const service = of(name);
      service.program = launch(name, service.env);
      await untilReady(name, service);
    },
    async stop(name, signal = "SIGTERM") {
      const { program } = of(name);
      program.kill(signal);
      return program.ended;
    },
    service: of,
    async startAnother(name) {
      const { env } = of(name);
      const port = await freePort();
      const own = {
        ...env,
        COUNTERSIGN_DATA: await mkdtemp(join(folder, `${name}-`)),
        COUNTERSIGN_HTTP: `127.0.0.1:${port}`,
      };
      const another = {
        env: own,
        url: `http://127.0.0.1:${port}`,
        program: stack.use(launch(name, own)),
      };
      await untilReady(name, another);
      return another;
    },
    errors: (name) => of(name).program.errors(),
    readLog: () => readAll(connectionString),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};
