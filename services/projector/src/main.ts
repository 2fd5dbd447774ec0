import { enableCompileCache, flushCompileCache } from "node:module";

enableCompileCache();

const [{ readConfig }, { fail }] = await Promise.all([
  import("./config.ts"),
  import("@countersign/runtime/fail.ts"),
]);

const read = readConfig(process.env, process.argv.slice(2));
if (read.ok) {
  const [{ compose }, { startService }] = await Promise.all([
    import("./compose.ts"),
    import("@countersign/runtime/start-service.ts"),
  ]);
  const projector = await startService(
    "The projector",
    (stopping) => compose(read.config, stopping),
    process,
  );
  projector?.log.info({ url: projector.url, only: read.config.only }, "the projector runs");
  flushCompileCache();
} else {
  fail(read.problems.map(({ sentence }) => sentence));
}
