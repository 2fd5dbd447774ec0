#!/usr/bin/env node
/**
 * Starts the command line. It is TypeScript that Node runs as it stands, which takes Node 24: under an older one the
 * Node that the packages bring along is started instead.
 */
import { spawnSync } from "node:child_process";
import * as modules from "node:module";
import { dirname, join } from "node:path";

const major = Number(process.versions.node.split(".")[0]);

const packagedNode = () => {
  try {
    const require = modules.createRequire(import.meta.url);
    const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`);
    return join(dirname(manifest), "bin", "node");
  } catch {
    return undefined;
  }
};

if (major >= 24) {
  modules.enableCompileCache();
  await import("../src/main.ts");
} else {
  const node = packagedNode();
  if (node === undefined) {
    console.error(`countersign needs Node 24 or newer, and this is ${process.version}.`);
    process.exitCode = 1;
  } else {
    const ended = spawnSync(node, [import.meta.filename, ...process.argv.slice(2)], {
      stdio: "inherit",
    });
    process.exitCode = ended.status ?? 1;
  }
}
