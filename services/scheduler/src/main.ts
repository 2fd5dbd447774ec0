import { enableCompileCache, flushCompileCache } from "node:module";

enableCompileCache();

const { readConfig } = await import("./config.ts");
const { fail, sentenceOf } = await import("@countersign/runtime/fail.ts");

const read = readConfig(process.env);
if (read.ok) {
  try {
    const [{ compose }, { closeOnSignal }] = await Promise.all([
      import("./compose.ts"),
      import("@countersign/runtime/shutdown.ts"),
    ]);
    const scheduler = await compose(read.config);
    closeOnSignal(scheduler, process, scheduler.log);
    scheduler.log.info({ url: scheduler.url }, "the scheduler runs");
    flushCompileCache();
  } catch (error) {
    fail([`The scheduler cannot start: ${sentenceOf(error)}`]);
  }
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
