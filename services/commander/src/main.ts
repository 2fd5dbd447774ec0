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
    const commander = await compose(read.config);
    closeOnSignal(commander, process, commander.log);
    commander.log.info({ url: commander.url }, "the commander runs");
    flushCompileCache();
  } catch (error) {
    fail([`The commander cannot start: ${sentenceOf(error)}`]);
  }
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
