import { enableCompileCache, flushCompileCache } from "node:module";

enableCompileCache();

const { readConfig } = await import("./config.ts");
const { fail, sentenceOf } = await import("@countersign/runtime/fail.ts");

const read = readConfig(process.env, process.argv.slice(2));
if (read.ok) {
  try {
    const [{ compose }, { closeOnSignal }] = await Promise.all([
      import("./compose.ts"),
      import("@countersign/runtime/shutdown.ts"),
    ]);
    const projector = await compose(read.config);
    closeOnSignal(projector, process, projector.log);
    projector.log.info({ url: projector.url, only: read.config.only }, "the projector runs");
    flushCompileCache();
  } catch (error) {
    fail([`The projector cannot start: ${sentenceOf(error)}`]);
  }
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
