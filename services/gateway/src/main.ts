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
  const gateway = await startService(
    "The gateway",
    (stopping) => compose(read.config, stopping),
    process,
  );
  gateway?.log.info({ url: gateway.url }, "the gateway runs");
  flushCompileCache();
} else {
  fail(read.problems);
}
