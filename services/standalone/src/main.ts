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
    const standalone = await compose(read.config);
    closeOnSignal(standalone, process, standalone.log);
    console.log(`Countersign listens on ${standalone.url}`);
    if (standalone.signIn !== null) {
      console.log(`Sign in as ana, who administers the org demo:\n  ${standalone.signIn}`);
      console.log("Ctrl-C stops it; started again, everything is still there.");
    }
    flushCompileCache();
  } catch (error) {
    fail([`Countersign cannot start: ${sentenceOf(error)}`]);
  }
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
