import { describe, expect, test } from "vitest";
import { startStandalone } from "../testkit/processes/standalone.ts";
import { available } from "../testkit/servers.ts";
import { asked, deployAsk } from "./asking.ts";

/** Asks until the disk is full; answers the ids that were acknowledged, and the last answer. */
const askUntilFull = async (ask: () => Promise<{ status: number; body: unknown }>) => {
  const acknowledged: string[] = [];
  for (let count = 0; count < 500; count++) {
    const { status, body } = await ask();
    if (status !== 201) return { acknowledged, status, body };
    acknowledged.push((body as { id: string }).id);
  }
  throw new Error("the disk was never full");
};

describe.runIf(available("strace"))("a disk that is full under the whole product", () => {
  test("is answered 503, stops the process with a sentence, and loses nothing", async () => {
    await using server = await startStandalone();
    const before = await asked(server.as("deployment-bot"));
    await server.stop();

    // From the 120th write to the event store's journal on there is no room, whoever asks.
    const journal = `${server.storeFile}-wal`;
    await server.start({}, [
      "strace",
      ...["-f", "-qq", "-o", "/dev/null", "-P", journal],
      ...["-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=120+"],
    ]);
    const agent = server.as("deployment-bot");
    const { acknowledged, status, body } = await askUntilFull(() =>
      agent.post("/approvals", deployAsk()),
    );
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(status).toBe(503);
    expect(body).toMatchObject({ error: { code: "unavailable" } });
    const { code } = await server.program.ended;
    expect(code).toBe(1);
    expect(server.program.errors()).toMatch(/is full: make room, then start again/);
    expect(server.program.errors()).not.toMatch(/^\s+at /m);

    await server.start();
    const again = server.as("deployment-bot");
    for (const id of [before.id, ...acknowledged])
      expect((await again.get(`/approvals/${id}`)).status).toBe(200);
    await asked(again);
    expect((await server.finish()).violations).toEqual([]);
  });
});
