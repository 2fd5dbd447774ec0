/** `npm run service <name>`: starts one service in this process, as production and `docker-compose.yml` do. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const mainOf = (name: string): string => join(import.meta.dirname, name, "src/main.ts");

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(mainOf(entry.name)))
  .map((entry) => entry.name);

const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
  console.error(
    `${name === undefined ? "Name a service to start" : `There is no service "${name}"`}: one of ${names.join(", ")}.`,
  );
  process.exitCode = 2;
} else {
  // The service reads its own arguments (`--only queue`): its name stays out of them.
  process.argv.splice(1, 2, mainOf(name));
  await import(mainOf(name));
}
