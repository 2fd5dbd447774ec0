import { enableCompileCache } from "node:module";
import { readConfig } from "./config.ts";

enableCompileCache();

const read = readConfig(process.env);
if (read.ok) {
  try {
    const { compose } = await import("./compose.ts");
    const gateway = await compose(read.config);
    console.error(`The gateway listens on ${gateway.url}.`);
    let closing = false;
    const close = (): void => {
      // npm forwards a signal that the whole process group gets as well: the second one changes nothing.
      if (closing) return;
      closing = true;
      Promise.resolve(gateway[Symbol.asyncDispose]()).catch((error: unknown) => {
        console.error("The gateway did not stop cleanly.", error);
        process.exitCode = 1;
      });
    };
    process.on("SIGTERM", close);
    process.on("SIGINT", close);
  } catch (error) {
    console.error(
      `The gateway cannot start: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exitCode = 1;
  }
} else {
  for (const problem of read.problems) console.error(problem);
  process.exitCode = 1;
}
