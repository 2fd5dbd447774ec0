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
    const relay = await compose(read.config);
    closeOnSignal(relay, process, relay.log);
    relay.log.info({ url: relay.url }, "the relay runs");
    flushCompileCache();
  } catch (error) {
    fail([`The relay cannot start: ${sentenceOf(error)}`]);
  }
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
