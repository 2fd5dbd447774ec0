import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEntry } from "@countersign/check/i8-audit.ts";
import type { LogEntry, Violation } from "@countersign/check/log-entry.ts";
import { makeGraphql, type Graphql } from "../graphql.ts";
import { allPages, makeApi, type Api } from "../http.ts";
import { openStream, untilReady, type EventStream } from "../sse.ts";
import { readEventLog, violationsOf } from "./event-log.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { runProgram, type Ended, type ProgramOptions, type RunningProgram } from "./program.ts";

const ROOT = join(import.meta.dirname, "../../..");
export const STANDALONE_MAIN = join(ROOT, "services/standalone/src/main.ts");
/** Shared by all runs of this checkout: half of what starting costs is compiling. */
export const COMPILE_CACHE = join(ROOT, "node_modules/.cache/node");

/** The whole product as one process on a directory of its own; stopped and deleted when the test's block ends. */
export interface Standalone extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; stays the same over `start`. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** The event store's file. */
  readonly storeFile: string;
  /** The process that runs now, or that ran last. */
  readonly program: RunningProgram;
  /** REST as somebody of the org `demo`, with the token of `dev-tokens.json`. */
  as(id: string): Api;
  graphql(id: string): Graphql;
  token(id: string): string;
  /** Opens `GET /events` and resolves once it is attached. */
  events(id: string, query?: string): Promise<EventStream>;
  /** Ends it as Ctrl-C does, and waits. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** Starts it again on the same directory and port, with more settings if wanted, or under another command. */
  start(more?: Readonly<Record<string, string>>, under?: ProgramOptions["under"]): Promise<void>;
  /** All events; works while it runs as well. */
  readLog(): LogEntry[];
  /**
   * Stops it and holds its log, and the audit trail it shows of that log, against every invariant. The trail is read
   * as an admin of each org; default `ana` of `demo`.
   */
  finish(
    admins?: readonly Api[],
  ): Promise<{ readonly log: readonly LogEntry[]; readonly violations: Violation[] }>;
}

export interface StandaloneOptions {
  readonly env?: Readonly<Record<string, string>>;
}

const isReady = async (url: string): Promise<true | undefined> =>
  (await fetch(`${url}/readyz`)).status === 200 ? true : undefined;

/** Starts Countersign as `npm start` does, on a free port, and waits until it is ready. */
export const startStandalone = async (options: StandaloneOptions = {}): Promise<Standalone> => {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-standalone-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const storeFile = join(dataDir, "events.db");
  const env: Readonly<Record<string, string>> = {
    COUNTERSIGN_DATA: dataDir,
    COUNTERSIGN_EVENT_STORE: `sqlite:${storeFile}`,
    COUNTERSIGN_HTTP: `127.0.0.1:${port}`,
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    ...options.env,
  };
  let tokens: Readonly<Record<string, string>> = {};
  let program: RunningProgram;

  const start: Standalone["start"] = async (more = {}, under) => {
    program = runProgram({
      args: [STANDALONE_MAIN],
      env: { ...env, ...more },
      cwd: dataDir,
      ...(under === undefined ? {} : { under }),
    });
    const started = program;
    const ready = eventually("standalone's readiness", () => isReady(url));
    const died = started.ended.then(({ code }) => {
      // Somebody will wonder why it no longer answers; whoever starts it under another command expects it.
      if (code !== null && code !== 0 && under === undefined)
        console.error(`standalone ended: ${started.errors()}`);
      throw new Error(`standalone ended with ${code}: ${started.errors()}`);
    });
    died.catch(() => {});
    ready.catch(() => {});
    await Promise.race([ready, died]);
    if (env["COUNTERSIGN_AUTH_ISSUER"] === undefined) {
      tokens = JSON.parse(await readFile(join(dataDir, "dev-tokens.json"), "utf8"));
    }
  };
  const stop = (signal: NodeJS.Signals = "SIGINT"): Promise<Ended> => {
    program.kill(signal);
    return program.ended;
  };
  const token = (id: string): string => {
    const found = tokens[id];
    if (found === undefined) throw new Error(`dev-tokens.json has no token for ${id}`);
    return found;
  };
  const as = (id: string): Api => makeApi(url, token(id), "demo");
  const readLog = (): LogEntry[] => readEventLog(storeFile);

  await start();
  return {
    url,
    port,
    dataDir,
    storeFile,
    get program() {
      return program;
    },
    as,
    token,
    graphql: (id) => makeGraphql(url, token(id)),
    async events(id, query = "") {
      const stream = await openStream(`${url}/api/v1/orgs/demo/events${query}`, {
        token: token(id),
      });
      await untilReady(stream);
      return stream;
    },
    stop,
    start,
    readLog,
    async finish(admins) {
      const audit: AuditEntry[] = [];
      for (const admin of admins ?? [as("ana")])
        audit.push(...(await allPages<AuditEntry>(admin, "/audit")));
      const { code } = await stop();
      if (code !== 0) throw new Error(`it ended with ${code}: ${program.errors()}`);
      const log = readLog();
      return { log, violations: violationsOf(log, audit) };
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
