import { readdirSync } from "node:fs";
import { join } from "node:path";

const folders = ["libs", "services", "test"];
const skipped = new Set(["node_modules", "coverage", "data", "dist"]);

const walk = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return skipped.has(entry.name) || entry.name === ".git" ? [] : walk(root, path);
    }
    return entry.isFile() ? [path] : [];
  });

/** Paths, relative to `root` and with `/`, of every TypeScript source in `libs`, `services` and `test`. */
export const sourceFiles = (root: string): string[] =>
  folders.flatMap((folder) => walk(root, folder)).filter((path) => path.endsWith(".ts"));

/** Paths of every file of the repository that people wrote: no packages, no git, no local database. */
export const writtenFiles = (root: string): string[] =>
  walk(root, "").filter((path) => path !== "package-lock.json");
