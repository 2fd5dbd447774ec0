/**
 * `npm test [-- <vitest arguments>]`: sees to the programs that some suites run against, then runs vitest with this
 * very Node. A child started as `node` would get the system's, which may be older.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, type Program } from "./testkit/servers.ts";

const programs: readonly Program[] = ["nats-server", "chromium", "strace"];
const root = join(import.meta.dirname, "..");

const missing = (): Program[] => programs.filter((program) => findProgram(program) === undefined);

/** Installs Debian packages (each is called like its program); what fails to install stays missing. */
const install = (wanted: readonly Program[]): void => {
  console.log(`Installing ${wanted.join(", ")} with apt-get, which some suites run against.`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...wanted]]) {
    const { status } = spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) {
      console.log(`apt-get ${args[0]} failed.`);
      return;
    }
  }
};

/** What of vitest's JSON report the last line is made from. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: unknown[];
  }[];
}

/** `12 passed, 0 failed`, with what was left out. A file that does not even load counts as one failure. */
const summary = (report: Report, succeeded: boolean): string => {
  const unloadable = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloadable;
  const left = report.numPendingTests > 0 ? `, ${report.numPendingTests} left out` : "";
  const outside = !succeeded && failed === 0 ? ", errors outside of tests (see above)" : "";
  return `${report.numPassedTests} passed, ${failed} failed${left}${outside}`;
};

const runTests = async (): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-report-"));
  const reportFile = join(folder, "report.json");
  const child = spawn(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${reportFile}`,
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: "inherit" },
  );
  // The terminal's Ctrl-C reaches the child too: wait for its own end, so that the report is still removed.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  await once(child, "exit");
  const text = existsSync(reportFile) ? await readFile(reportFile, "utf8") : undefined;
  await rm(folder, { recursive: true, force: true });
  if (text !== undefined) {
    const report: Report = JSON.parse(text);
    console.log(summary(report, child.exitCode === 0));
  }
  return child.exitCode ?? 1;
};

if (missing().length > 0 && process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
  install(missing());
}
const leftOut = missing();
if (leftOut.length > 0 && process.env["CI"] === "true") {
  console.error(
    `Missing and needed in CI: ${leftOut.join(", ")} (apt-get install ${leftOut.join(" ")}).`,
  );
  process.exitCode = 1;
} else {
  if (leftOut.length > 0) {
    console.log(
      `Leaving out the suites that need ${leftOut.join(", ")}: install them (Debian: sudo apt-get install ${leftOut.join(" ")}) to run all.`,
    );
  }
  process.exitCode = await runTests();
}
