import { join } from "node:path";
import { runProgram } from "./program.ts";
import type { Standalone } from "./standalone.ts";

const LAUNCHER = join(import.meta.dirname, "../../../services/cli/bin/countersign.js");
const ROOT = join(import.meta.dirname, "../../..");

/** How a command line ended. */
export interface CommandLineEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `countersign <args>` as a process of its own, in the repository unless another folder is named. */
export const runCommandLine = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = ROOT,
): Promise<CommandLineEnd> => {
  await using program = runProgram({ args: [LAUNCHER, ...args], env, cwd });
  const { code } = await program.ended;
  return { code, stdout: program.output(), stderr: program.errors() };
};

/** The command line as somebody who is logged in at a server. */
export const commandLineAs =
  (server: Standalone, id: string) =>
  (...args: readonly string[]): Promise<CommandLineEnd> =>
    runCommandLine(args, {
      COUNTERSIGN_URL: server.url,
      COUNTERSIGN_TOKEN: server.token(id),
      COUNTERSIGN_CONFIG: join(server.dataDir, "login.json"),
    });
