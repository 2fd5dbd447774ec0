import { enableCompileCache, flushCompileCache } from "node:module";

enableCompileCache();

const [{ readConfig }, { fail }] = await Promise.all([
  import("./config.ts"),
  import("@countersign/runtime/fail.ts"),
]);

const read = readConfig(process.env);
if (read.ok) {
  const [{ compose }, { startService }] = await Promise.all([
    import("./compose.ts"),
    import("@countersign/runtime/start-service.ts"),
  ]);
  const standalone = await startService("Countersign", () => compose(read.config), process);
  if (standalone !== null) {
    console.log(`Countersign listens on ${standalone.url}`);
    if (standalone.signIn !== null) {
      console.log(`Sign in as ana, who administers the org demo:\n  ${standalone.signIn}`);
      console.log("Ctrl-C stops it; started again, everything is still there.");
    }
  }
  flushCompileCache();
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
