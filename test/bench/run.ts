import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { freePort } from "../testkit/processes/free-port.ts";
import { runCycles, type CyclesResult } from "./cycles.ts";
import { measureDecide, printDecide } from "./decide.ts";
import { measureEvaluate, printEvaluate } from "./evaluate.ts";
import { benchFolder, rawAppendRate } from "./raw-sqlite.ts";
import { measureTimers, printTimers } from "./timers.ts";

/** `npm run bench`: prints the rows of docs/performance.md, the limit beside each, and writes `results.json`. */

const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 5);
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 3);
const CALLERS = [1, 16, 64];

const policy = `policy:
  id: bench
  name: One of QA
  chain:
    - level: 1
      name: QA
      assignments: [{ type: role, identifier: qa_lead }]
      required: any
`;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const waitUntilUp = async (port: number): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/readyz`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the server did not come up");
};

/** Processor time that a process has used, in microseconds, from the kernel's count of 10 ms ticks. */
const cpuMicroseconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};

interface Row extends CyclesResult {
  /** Of the server, for one cycle: unlike the rates it hardly depends on what else the machine does. */
  readonly cpuPerCycle: number;
  readonly rawEventsPerSecond: number;
  readonly cyclesPer100Events: number;
  /** The same into a table without its position and its unique index. */
  readonly rawRowsPerSecond: number;
  readonly cyclesPer100Rows: number;
}

const decideRow = measureDecide();
printDecide(decideRow);
printEvaluate(measureEvaluate());
const timersRow = await measureTimers();
printTimers(timersRow);

/** Node's flags of `npm start`: what is measured is what is started. */
const { scripts } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
) as { scripts: { start: string } };
const startFlags = scripts.start.match(/--\S+/g) ?? [];

const folder = benchFolder();
const port = await freePort();
const main = join(import.meta.dirname, "../../services/standalone/src/main.ts");
const server = spawn(process.execPath, [...startFlags, main], {
  env: {
    ...process.env,
    COUNTERSIGN_DATA: join(folder, "data"),
    COUNTERSIGN_EVENT_STORE: `sqlite:${join(folder, "data/events.db")}`,
    COUNTERSIGN_HTTP: `127.0.0.1:${port}`,
    COUNTERSIGN_LOG_LEVEL: "warn",
  },
  stdio: ["ignore", "ignore", "inherit"],
});
try {
  await waitUntilUp(port);
  const tokens = JSON.parse(readFileSync(join(folder, "data/dev-tokens.json"), "utf8")) as Record<
    string,
    string
  >;
  const imported = await fetch(
    `http://127.0.0.1:${port}/api/v1/orgs/demo/definitions?name=bench.yaml`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${tokens["ana"]}`, "content-type": "application/yaml" },
      body: policy,
    },
  );
  if (imported.status !== 201) throw new Error(`the policy was refused: ${await imported.text()}`);
  const target = {
    port,
    askerToken: tokens["deployment-bot"] ?? "",
    approverToken: tokens["bo"] ?? "",
    policy: "bench",
  };
  await runCycles(target, 64, 2);
  const rows: Row[] = [];
  for (const callers of CALLERS) {
    const rounds: Row[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const rawEvents = rawAppendRate(folder, 10, 1);
      const rawRows = rawAppendRate(folder, 10, 1, "rows");
      const before = cpuMicroseconds(server.pid ?? 0);
      const result = await runCycles(target, callers, SECONDS);
      const cpuPerCycle = (cpuMicroseconds(server.pid ?? 0) - before) / result.cycles;
      rounds.push({
        ...result,
        cpuPerCycle,
        rawEventsPerSecond: rawEvents,
        cyclesPer100Events: (result.cyclesPerSecond * 100) / rawEvents,
        rawRowsPerSecond: rawRows,
        cyclesPer100Rows: (result.cyclesPerSecond * 100) / rawRows,
      });
    }
    const pick = (key: keyof Row): number => median(rounds.map((round) => round[key]));
    rows.push({
      callers,
      cycles: pick("cycles"),
      cyclesPerSecond: pick("cyclesPerSecond"),
      resumeP50: pick("resumeP50"),
      resumeP99: pick("resumeP99"),
      rawEventsPerSecond: pick("rawEventsPerSecond"),
      cyclesPer100Events: pick("cyclesPer100Events"),
      rawRowsPerSecond: pick("rawRowsPerSecond"),
      cyclesPer100Rows: pick("cyclesPer100Rows"),
      cpuPerCycle: pick("cpuPerCycle"),
    });
  }
  console.table(
    rows.map((row) => ({
      callers: row.callers,
      "cycles/s": Math.round(row.cyclesPerSecond),
      "raw FULL, 10 a transaction, events/s": Math.round(row.rawEventsPerSecond),
      "cycles per 100 raw events": Number(row.cyclesPer100Events.toFixed(2)),
      "per 100 plain rows": Number(row.cyclesPer100Rows.toFixed(2)),
      "server CPU µs a cycle": Math.round(row.cpuPerCycle),
      "approve sent → asker resumed p50 ms": Number(row.resumeP50.toFixed(3)),
      "p99 ms": Number(row.resumeP99.toFixed(3)),
    })),
  );
  const results = {
    measuredWith: { node: process.version, cores: cpus().length, seconds: SECONDS, rounds: ROUNDS },
    cycles: rows,
    decide: decideRow,
    timers: timersRow,
  };
  writeFileSync(join(import.meta.dirname, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
} finally {
  server.kill("SIGTERM");
  if (server.exitCode === null) await once(server, "exit");
  rmSync(folder, { recursive: true });
}
