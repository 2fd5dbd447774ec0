import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, deployAsk } from "./asking.ts";

const ROUNDS = 10;
const CALLERS = 8;

/** What a caller was told, and must find again whatever happened in between. */
interface Acknowledged {
  readonly id: string;
  status: "pending" | "approved";
}

describe("ending and starting again", () => {
  let server: Standalone;
  const acknowledged: Acknowledged[] = [];
  beforeAll(async () => {
    server = await startStandalone();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("Ctrl-C answers open long polls with the request as it stands and exits with 0", async () => {
    const bot = server.as("deployment-bot");
    const { id } = await asked(bot);
    const polls = Array.from({ length: 3 }, () => bot.get(`/approvals/${id}?wait=60s`));
    using events = await server.events("ana");
    // These came in after the polls, so they are answered once those wait.
    for (let times = 0; times < 3; times++) await bot.get(`/approvals/${id}`);
    const ended = await server.stop("SIGINT");
    expect(ended, server.program.errors()).toEqual({ code: 0, signal: null });
    for (const { status, body } of await Promise.all(polls)) {
      expect([status, body.status]).toEqual([200, "pending"]);
    }
    expect(await events.next()).toBeUndefined();
    await server.start();
    const { status, body } = await server.as("bo").post(`/approvals/${id}/approve`, {});
    expect([status, body.status]).toEqual([200, "approved"]);
  });

  test("a connection that was opened ahead and never used does not hold it up", async () => {
    const unused = connect(server.port, "127.0.0.1");
    await once(unused, "connect");
    const closed = once(unused, "close");
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await closed;
    await server.start();
  });

  test("SIGTERM, sent twice as npm does, ends it cleanly as well", async () => {
    server.program.kill("SIGTERM");
    server.program.kill("SIGTERM");
    expect(await server.program.ended).toEqual({ code: 0, signal: null });
    await server.start();
  });

  test("tokens of earlier starts stay valid, and everything is still there", async () => {
    const bot = server.as("deployment-bot");
    const request = await asked(bot, { dedupe: "kept", expires_in: "never" });
    await server.stop();
    await server.start();
    const again = await bot.get(`/approvals/${request.id}`);
    expect(again.body).toEqual(request);
    expect((await bot.post("/approvals", deployAsk({ dedupe: "kept" }))).status).toBe(409);
  });

  test("a request whose time comes while nothing runs is expired after the start", async () => {
    const bot = server.as("deployment-bot");
    const { id } = await asked(bot, { expires_in: "1s" });
    await server.stop("SIGKILL");
    await server.start();
    const { body } = await bot.get(`/approvals/${id}?wait=10s`);
    expect(body).toMatchObject({
      status: "expired",
      resolution: { by: { kind: "timer", id: "expiry" } },
    });
  });

  test(`killed ${ROUNDS} times in the middle of load, it loses nothing that it acknowledged`, async () => {
    let count = 0;

    /** Asks and approves until the server is gone; what was not answered is nobody's to expect. */
    const work = async (bot: Api, bo: Api, enough: () => void): Promise<void> => {
      for (;;) {
        try {
          const { status, body } = await bot.post("/approvals", deployAsk());
          if (status !== 201) throw new Error(`asking answered ${status}`);
          const known: Acknowledged = { id: body.id, status: "pending" };
          acknowledged.push(known);
          const vote = await bo.post(`/approvals/${known.id}/approve`, {});
          if (vote.status === 200) known.status = "approved";
        } catch {
          return;
        }
        if (++count % 40 === 0) enough();
      }
    };
    for (let round = 0; round < ROUNDS; round++) {
      const bot = server.as("deployment-bot");
      const bo = server.as("bo");
      const kill = (): void => server.program.kill("SIGKILL");
      await Promise.all(Array.from({ length: CALLERS }, () => work(bot, bo, kill)));
      expect(await server.program.ended).toMatchObject({ signal: "SIGKILL" });
      await server.start();
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * 40);
    const ana = server.as("ana");
    const lost: unknown[] = [];
    for (let first = 0; first < acknowledged.length; first += CALLERS) {
      await Promise.all(
        acknowledged.slice(first, first + CALLERS).map(async ({ id, status: told }) => {
          const { status, body } = await ana.get(`/approvals/${id}`);
          // An approval may have been stored without its answer having arrived; the other way round it is lost.
          const found = status === 200 ? body.status : `status ${status}`;
          if (found !== told && found !== "approved") lost.push({ id, told, found });
        }),
      );
    }
    expect(lost).toEqual([]);
    expect(acknowledged.filter(({ status }) => status === "approved").length).toBeGreaterThan(
      ROUNDS * 20,
    );
  }, 60_000);

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    const { log, violations } = await server.finish();
    expect(violations).toEqual([]);
    expect(new Set(log.map(({ eventId }) => eventId)).size).toBe(log.length);
    // The read models may remember what the store forgot: what counts is the log.
    const stored = new Set(log.map(({ stream, type }) => `${stream} ${type}`));
    const lost = acknowledged.filter(
      ({ id, status }) =>
        !stored.has(`request-demo.${id} RequestSubmitted`) ||
        (status === "approved" && !stored.has(`request-demo.${id} RequestApproved`)),
    );
    expect(lost).toEqual([]);
  });
});
