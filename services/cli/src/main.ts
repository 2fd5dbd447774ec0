import { systemClock } from "@countersign/runtime/clock.ts";
import { runCli } from "./program.ts";
import { openTerminal } from "./terminal.ts";

const terminal = openTerminal(process, {
  env: process.env,
  cwd: process.cwd(),
  now: () => systemClock.now(),
});
// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
process.stdout.on("error", (error) => {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
});
await runCli(process.argv.slice(2), terminal);
process.exitCode = terminal.exitCode;
