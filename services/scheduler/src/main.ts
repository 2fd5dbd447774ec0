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
  const scheduler = await startService(
    "The scheduler",
    (stopping) => compose(read.config, stopping),
    process,
  );
  scheduler?.log.info({ url: scheduler.url }, "the scheduler runs");
  flushCompileCache();
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
