import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findProgram } from "../servers.ts";

/** What the child says, one of these a line. */
export interface Said {
  readonly opened?: boolean;
  readonly sent?: string;
  readonly acknowledged?: string;
  readonly ids?: readonly string[];
  readonly rejected?: string;
  readonly failed?: string;
  readonly message?: string;
  readonly subscription?: string;
  readonly later?: string;
  readonly refused?: string;
}

const script = fileURLToPath(new URL("sqlite-child.ts", import.meta.url));

const run = (program: string, args: readonly string[], heard: (said: Said) => void) => {
  const child: ChildProcess = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines: Said[] = [];
  if (child.stdout === null) throw new Error("the child has no output");
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    const said = JSON.parse(line) as Said;
    lines.push(said);
    heard(said);
  });
  const over = Promise.all([once(child, "exit"), once(reader, "close")]);
  return { child, over: over.then(() => lines) };
};

/** Starts the child; `heard` is called with each line. `over` resolves with all it said once it ended. */
export const startSqliteChild = (
  activity: string,
  path: string,
  count: number,
  heard: (said: Said) => void = () => undefined,
): { readonly child: ChildProcess; readonly over: Promise<readonly Said[]> } =>
  run(process.execPath, [script, activity, path, String(count)], heard);

/**
 * Runs the child under strace with the given options and answers what it said and how often it synced a file.
 * `inject=` options make the kernel's answer fail, which is how a full or broken disk is made without one.
 */
export const traceSqliteChild = async (
  activity: string,
  path: string,
  count: number,
  options: readonly string[] = [],
): Promise<{ readonly said: readonly Said[]; readonly syncs: number }> => {
  const trace = `${path}-trace`;
  const { over } = run(
    findProgram("strace") ?? "strace",
    ["-f", "-qq", "-e", "trace=fsync,fdatasync", ...options, "-o", trace].concat([
      process.execPath,
      script,
      activity,
      path,
      String(count),
    ]),
    () => undefined,
  );
  const said = await over;
  const syncs = (await readFile(trace, "utf8")).match(/\bf(data)?sync\(/g)?.length ?? 0;
  return { said, syncs };
};
