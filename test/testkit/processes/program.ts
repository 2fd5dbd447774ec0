import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** How a process ended: its exit code, or the signal that ended it. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running TypeScript program with what it wrote so far; killed when the test's block ends. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  /** Everything on stdout so far. */
  output(): string;
  /** Everything on stderr so far. */
  errors(): string;
  /** Resolves when it is gone; its output is complete then. */
  readonly ended: Promise<Ended>;
  hasEnded(): boolean;
  kill(signal?: NodeJS.Signals): void;
}

export interface ProgramOptions {
  /** Path of the program's main file, and its arguments. */
  readonly args: readonly string[];
  /** Added to a bare environment: nothing of the caller's `COUNTERSIGN_*` reaches the child. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A command that runs it, as `strace` does, with its arguments. */
  readonly under?: readonly [string, ...string[]];
}

const running = new Set<ChildProcess>();
// A test run that is interrupted must not leave processes behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const bareEnvironment = (): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "/tmp",
});

/** Starts a program with this very Node: a child started as `node` would get the system's. */
export const runProgram = (options: ProgramOptions): RunningProgram => {
  const { args, env = {}, cwd, under } = options;
  const [command, ...first] = [...(under ?? []), process.execPath];
  const child = spawn(command ?? process.execPath, [...first, ...args], {
    env: { ...bareEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  running.add(child);
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  // `close` comes after both outputs were read to their end.
  const ended = once(child, "close").then(([code, signal]): Ended => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    ended,
    hasEnded: () => !running.has(child),
    kill: (signal = "SIGKILL") => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
};
