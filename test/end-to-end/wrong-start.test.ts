import { createServer } from "node:net";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../testkit/processes/free-port.ts";
import { runProgram } from "../testkit/processes/program.ts";
import {
  COMPILE_CACHE,
  STANDALONE_MAIN,
  startStandalone,
  type Standalone,
} from "../testkit/processes/standalone.ts";
import { asked } from "./asking.ts";

/** Starts it with these settings, which must not work, and answers what it says. */
const refusedStart = async (
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string> => {
  await using program = runProgram({
    args: [STANDALONE_MAIN],
    cwd: folder,
    env: {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      COUNTERSIGN_DATA: folder,
      COUNTERSIGN_EVENT_STORE: `sqlite:${join(folder, "events.db")}`,
      COUNTERSIGN_HTTP: `127.0.0.1:${await freePort()}`,
      ...env,
    },
  });
  const { code } = await program.ended;
  const said = program.errors();
  expect(code, said).toBe(1);
  // Sentences for a person, not a stack.
  expect(said).toMatch(/\.\s*$/);
  expect(said).not.toMatch(/^\s+at /m);
  return said;
};

describe("a start that cannot work says why and what to do, exits with 1 and damages nothing", () => {
  let server: Standalone;
  let folder: string;
  beforeAll(async () => {
    server = await startStandalone();
    await asked(server.as("deployment-bot"));
    folder = await mkdtemp(join(tmpdir(), "countersign-wrong-"));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("a second process on the same store", async () => {
    const said = await refusedStart(folder, {
      COUNTERSIGN_EVENT_STORE: `sqlite:${server.storeFile}`,
    });
    expect(said).toContain(server.storeFile);
    await asked(server.as("deployment-bot"));
  });

  test("a port in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const said = await refusedStart(folder, { COUNTERSIGN_HTTP: `127.0.0.1:${port}` });
    expect(said).toContain(String(port));
    expect(said).toContain("COUNTERSIGN_HTTP");
    other.close();
  });

  test("a file that is no database", async () => {
    const file = join(folder, "garbage.db");
    const bytes = Buffer.from("This is not a database.\n".repeat(1000));
    await writeFile(file, bytes);
    const said = await refusedStart(folder, { COUNTERSIGN_EVENT_STORE: `sqlite:${file}` });
    expect(said).toContain(file);
    expect((await readFile(file)).equals(bytes)).toBe(true);
  });

  test("a store whose first page is damaged", async () => {
    const other = await startStandalone();
    await using _other = other;
    await asked(other.as("deployment-bot"));
    await other.stop();
    const bytes = await readFile(other.storeFile);
    bytes.fill(0xff, 0, 100);
    await writeFile(other.storeFile, bytes);
    const said = await refusedStart(other.dataDir, {});
    expect(said).toContain(other.storeFile);
    expect((await readFile(other.storeFile)).equals(bytes)).toBe(true);
  });

  test("wrong settings are listed all together, and nothing is made", async () => {
    const empty = await mkdtemp(join(tmpdir(), "countersign-empty-"));
    const said = await refusedStart(empty, {
      COUNTERSIGN_HTTP: "somewhere",
      COUNTERSIGN_EVENT_STORE: "postgres://localhost",
      COUNTERSIGN_NATS: "http://localhost",
      COUNTERSIGN_LOG_LEVEL: "loud",
      COUNTERSIGN_AUTH_ISSUER: "https://issuer.example",
      COUNTERSIGN_BOOTSTRAP_ADMIN: "nobody",
    });
    for (const name of [
      "COUNTERSIGN_HTTP",
      "COUNTERSIGN_EVENT_STORE",
      "COUNTERSIGN_NATS",
      "COUNTERSIGN_LOG_LEVEL",
      "COUNTERSIGN_AUTH_JWKS_URL",
      "COUNTERSIGN_AUTH_AUDIENCE",
      "COUNTERSIGN_BOOTSTRAP_ADMIN",
    ]) {
      expect(said).toContain(name);
    }
    expect(await readdir(empty)).toEqual([]);
    await rm(empty, { recursive: true });
  });

  test("development mode on another address than loopback", async () => {
    const http = { COUNTERSIGN_HTTP: `0.0.0.0:${await freePort()}` };
    expect(await refusedStart(folder, http)).toContain("COUNTERSIGN_DEV_OPEN");
    await using open = runProgram({
      args: [STANDALONE_MAIN],
      cwd: folder,
      env: { COUNTERSIGN_DATA: folder, ...http, COUNTERSIGN_DEV_OPEN: "maybe" },
    });
    expect((await open.ended).code).toBe(1);
  });
});
