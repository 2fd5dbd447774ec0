/** Real programs that some suites run against: found on the PATH, started on free ports and temporary directories. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./processes/free-port.ts";

export type Program = "nats-server" | "chromium" | "strace";

/** How long a server may take to start or to stop, in milliseconds, before the test fails. */
const PATIENCE_MS = 15_000;

/** The program's path, or `undefined` when it is not installed. Debian keeps some in `sbin`, which PATH may lack. */
export const findProgram = (program: Program): string | undefined => {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders, "/usr/local/bin", "/usr/bin", "/usr/sbin"]
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
};

/**
 * Whether a suite can run: `describe.runIf(available("nats-server"))(…)`. In CI nothing may be left out silently,
 * so a missing program throws there.
 */
export const available = (program: Program): boolean => {
  if (findProgram(program) !== undefined) {
    return true;
  }
  if (process.env["CI"] === "true") {
    throw new Error(
      `${program} is not installed, and in CI no suite may be left out: apt-get install ${program}`,
    );
  }
  return false;
};

/** A running nats-server with JetStream, for one test file. */
export interface NatsServer {
  /** `nats://127.0.0.1:<port>`; stays the same over `restart`. */
  readonly url: string;
  /** Where JetStream keeps its files. */
  readonly dataDir: string;
  /** Stops the server and deletes its directory. Safe to call twice. */
  stop(): Promise<void>;
  /** Sends the signal and resolves when the process is gone; its files stay, for `restart`. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and files; ends it first (SIGTERM) when it still runs. */
  restart(): Promise<void>;
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, "exit");
  }
};

/** The server writes `<program>_<pid>.ports` once it listens. */
const listens = async (directory: string, pid: number): Promise<boolean> => {
  const name = (await readdir(directory)).find((file) => file.endsWith(`_${pid}.ports`));
  return name !== undefined && (await readFile(join(directory, name), "utf8")).includes("nats://");
};

const launch = async (root: string, dataDir: string, port: number): Promise<ChildProcess> => {
  const program = findProgram("nats-server");
  if (program === undefined) {
    throw new Error("nats-server is not installed; guard the suite with available(...)");
  }
  const child = spawn(
    program,
    ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", dataDir, "--ports_file_dir", root],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-20_000);
  });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  for (let waited = 0; waited < PATIENCE_MS; waited += 10) {
    if (await listens(root, pid)) return child;
    if (child.exitCode !== null || child.signalCode !== null) {
      break;
    }
    await pause(10);
  }
  child.kill("SIGKILL");
  throw new Error(`nats-server did not start: ${log}`);
};

/** Starts a nats-server with JetStream on a free port and a temporary directory; up in about 35 ms. */
export const natsServer = async (): Promise<NatsServer> => {
  const root = await mkdtemp(join(tmpdir(), "countersign-nats-"));
  const dataDir = join(root, "jetstream");
  await mkdir(dataDir);
  const port = await freePort();
  let server = await launch(root, dataDir, port);

  // A test run that is interrupted must not leave servers behind.
  const endWithParent = (): void => void server.kill("SIGKILL");
  process.on("exit", endWithParent);

  const kill = async (signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    server.kill(signal);
    await ended(server);
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    dataDir,
    kill,
    async stop() {
      process.off("exit", endWithParent);
      await kill("SIGTERM");
      await rm(root, { recursive: true, force: true });
    },
    async restart() {
      await kill("SIGTERM");
      server = await launch(root, dataDir, port);
    },
  };
};
