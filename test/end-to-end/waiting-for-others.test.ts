import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startProtocolServer,
  type ProtocolServer,
} from "../testkit/esdb-protocol-server/protocol-server.ts";
import { startIssuer } from "../testkit/issuer.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { freePort } from "../testkit/processes/free-port.ts";
import {
  runProgram,
  type ProgramOptions,
  type RunningProgram,
} from "../testkit/processes/program.ts";
import { COMPILE_CACHE } from "../testkit/processes/standalone.ts";
import { available, natsServer, type NatsServer } from "../testkit/servers.ts";

const ROOT = join(import.meta.dirname, "../..");
const names = ["commander", "projector", "relay", "scheduler", "gateway"] as const;
type Name = (typeof names)[number];

interface Service {
  readonly url: string;
  readonly options: ProgramOptions;
  program: RunningProgram;
}

const NO_BROKER = "The broker cannot be used yet; it is tried again.";
const NO_STORE = "EventStoreDB does not answer; it is tried again.";

describe.runIf(available("nats-server"))(
  "services that start before broker and event store",
  () => {
    const stack = new AsyncDisposableStack();
    const services = new Map<Name, Service>();
    let broker: NatsServer;
    let store: ProtocolServer;

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), "countersign-waiting-"));
      stack.defer(() => rm(folder, { recursive: true, force: true }));
      const issuer = stack.use(await startIssuer());
      broker = await natsServer();
      stack.defer(() => broker.stop());
      store = await startProtocolServer();
      stack.defer(() => store.stop());
      const connectionString = store.connectionString;
      await broker.kill();
      store.stop();
      for (const name of names) {
        const port = await freePort();
        const options: ProgramOptions = {
          args: [join(ROOT, "services/run.ts"), name],
          cwd: folder,
          env: {
            NODE_COMPILE_CACHE: COMPILE_CACHE,
            COUNTERSIGN_EVENT_STORE: connectionString,
            COUNTERSIGN_NATS: broker.url,
            COUNTERSIGN_DATA: join(folder, name),
            COUNTERSIGN_HTTP: `127.0.0.1:${port}`,
            ...issuer.env,
          },
        };
        const program = stack.use(runProgram(options));
        services.set(name, { url: `http://127.0.0.1:${port}`, options, program });
      }
    });
    afterAll(() => stack.disposeAsync());

    const of = (name: Name) => {
      const found = services.get(name);
      if (found === undefined) throw new Error(`there is no ${name}`);
      return found;
    };
    /** Stops a service, which ends cleanly whatever it waits for, and starts it again. */
    const startAgain = async (name: Name): Promise<void> => {
      const service = of(name);
      service.program.kill("SIGTERM");
      expect(await service.program.ended, name).toEqual({ code: 0, signal: null });
      service.program = stack.use(runProgram(service.options));
    };
    /** Waits until a service answers so; one that ended meanwhile is an error. */
    const answers = (name: Name, status: number, reason: string): Promise<true> =>
      eventually(`${name}'s ${status} ${reason}`, async () => {
        const { url, program } = of(name);
        if (program.hasEnded()) throw new Error(program.errors());
        const response = await fetch(`${url}/readyz`);
        const text = await response.text();
        return response.status === status && text.includes(reason) ? true : undefined;
      });
    const warned = (name: Name, sentence: string): Promise<true> =>
      eventually(`${name}'s warning`, () =>
        of(name)
          .program.errors()
          .split("\n")
          .some((line) => line.includes('"level":40') && line.includes(sentence))
          ? true
          : undefined,
      );

    test("say that the broker is missing, live and not ready", async () => {
      for (const name of names) {
        await answers(name, 503, NO_BROKER);
        expect((await fetch(`${of(name).url}/healthz`)).status).toBe(200);
        await warned(name, `no connection to NATS at ${broker.url}; it is tried again.`);
      }
      for (const name of names) await startAgain(name);
    });

    test("then that the event store is missing", async () => {
      await broker.restart();
      await answers("gateway", 200, "ready");
      for (const name of ["commander", "projector", "relay", "scheduler"] as const) {
        await answers(name, 503, NO_STORE);
        await warned(name, NO_STORE);
        await startAgain(name);
      }
    });

    test("and are ready when both are there", async () => {
      await store.start();
      for (const name of names) await answers(name, 200, "ready");
    });

    test("and when the event store goes away again, those that cannot work without it say so", async () => {
      store.stop();
      for (const name of ["commander", "relay"] as const) await answers(name, 503, NO_STORE);
      for (const name of ["projector", "scheduler", "gateway"] as const)
        await answers(name, 200, "ready");
      store.faults.notReady = 10;
      await store.start();
      for (const name of names) await answers(name, 200, "ready");
    });

    test("and end cleanly", async () => {
      for (const name of names) {
        of(name).program.kill("SIGTERM");
        expect((await of(name).program.ended).code).toBe(0);
      }
    });
  },
);
