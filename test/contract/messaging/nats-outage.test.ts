import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bus, Delivery } from "@countersign/messaging/bus.ts";
import { BusUnavailable, NoResponders } from "@countersign/messaging/errors.ts";
import { COUNTERSIGN_EVENTS, STREAMS } from "@countersign/messaging/streams.ts";
import {
  commandSubject,
  eventPattern,
  eventSubject,
  intakeSubject,
} from "@countersign/messaging/subjects.ts";
import { connectNatsBus } from "@countersign/messaging-nats/nats-bus.ts";
import { connect } from "nats";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { available, type NatsServer, natsServer } from "../../testkit/servers.ts";
import { bodies, Inbox, messageInbox, numbered, quickRetry, reply } from "./harness.ts";

const intake = intakeSubject("acme", "ci", "request-approval");
const voteCast = eventSubject("acme", "request", "VoteCast");
const approve = commandSubject("acme", "approve");
const EVENTS = { stream: "COUNTERSIGN_EVENTS", durable: "notifier" } as const;
const IN = { stream: "COUNTERSIGN_IN", durable: "commander" } as const;

describe.runIf(available("nats-server"))("a broker that fails", () => {
  let server: NatsServer;
  let bus: Bus;
  beforeEach(async () => {
    server = await natsServer();
    bus = await connectNatsBus({
      servers: server.url,
      name: "outage",
      inboxPrefix: "_INBOX_outage",
      retryDelay: quickRetry,
    });
  });
  afterEach(async () => {
    await bus.close();
    await server.stop();
  });

  const publish = (subject: string, body: string): Promise<void> =>
    bus.publish({ subject, id: `id-${body}`, body });
  const away = (): Promise<void> => vi.waitFor(() => expect(bus.connected()).toBe(false), 5_000);
  const back = (): Promise<void> => vi.waitFor(() => expect(bus.connected()).toBe(true), 10_000);
  /** As after the loss of the broker's disk. */
  const wipe = async (): Promise<void> => {
    await server.kill("SIGKILL");
    await rm(join(server.dataDir, "jetstream"), { recursive: true, force: true });
    await mkdir(server.dataDir, { recursive: true });
    await server.restart();
  };

  test("what it stored is delivered after it was ended and started again", async () => {
    await publish(intake, "stored");
    await server.kill("SIGTERM");
    await server.restart();
    await back();
    const inbox = new Inbox<Delivery>();
    bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
    expect(bodies(await inbox.first(1))).toEqual(["stored"]);
  });

  test("a consumer goes on after the broker was killed and came back", async () => {
    const inbox = new Inbox<Delivery>();
    bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
    await publish(intake, "before");
    await inbox.first(1);
    await server.kill("SIGKILL");
    await away();
    await server.restart();
    await publish(intake, "after");
    // The broker may have lost the first acknowledgement: at least once is what is promised.
    await vi.waitFor(() => expect(bodies(inbox.seen)).toContain("after"), 10_000);
  });

  test("a publication waits for the broker to come back, and is stored once", async () => {
    const inbox = new Inbox<Delivery>();
    bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
    await server.kill("SIGKILL");
    const published = Promise.all(numbered(100).map((body) => publish(intake, body)));
    await server.restart();
    await published;
    await publish(intake, "last");
    await vi.waitFor(() => expect(bodies(inbox.seen)).toContain("last"), 10_000);
    const count = inbox.seen.filter(({ deliveries }) => deliveries === 1).length;
    expect([count, new Set(bodies(inbox.seen)).size]).toEqual([101, 101]);
  });

  test("a publication gives up on a broker that stays away", async () => {
    const hasty = await connectNatsBus({
      servers: server.url,
      name: "hasty",
      inboxPrefix: "_INBOX_hasty",
      publishGiveUpMs: 50,
    });
    await server.kill("SIGKILL");
    await vi.waitFor(() => expect(hasty.connected()).toBe(false), 5_000);
    const published = hasty.publish({ subject: intake, id: "1", body: "" });
    await expect(published).rejects.toThrow(BusUnavailable);
    await hasty.close();
  });

  test("a request while it is away fails at once and names the broker, not the service", async () => {
    bus.serve(approve, "commander", () => reply("yes"));
    await server.kill("SIGKILL");
    await away();
    const asked = bus.request(approve, "", { timeoutMs: 10_000 });
    await expect(asked).rejects.toThrow(BusUnavailable);
  });

  test("who serves and who listens is attached again after a restart", async () => {
    const inbox = messageInbox();
    bus.serve(approve, "commander", () => reply("yes"));
    await bus.live(eventPattern(), inbox.take);
    await server.kill("SIGKILL");
    await away();
    await server.restart();
    await back();
    await vi.waitFor(
      async () => expect((await bus.request(approve, "", { timeoutMs: 500 })).body).toBe("yes"),
      5_000,
    );
    await publish(voteCast, "after");
    await vi.waitFor(() => expect(bodies(inbox.seen)).toContain("after"), 5_000);
  });

  test("a broker that lost its disk has its streams again, and a consumer goes on", async () => {
    const inbox = new Inbox<Delivery>();
    bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
    await publish(intake, "before");
    await inbox.first(1);
    await wipe();
    await publish(intake, "after");
    await vi.waitFor(() => expect(bodies(inbox.seen)).toContain("after"), 15_000);
    const nc = await connect({ servers: server.url });
    const jsm = await nc.jetstreamManager();
    for (const { name } of STREAMS) expect((await jsm.streams.info(name)).config.name).toBe(name);
    await nc.close();
  });

  const deleteStream = async (name: string): Promise<void> => {
    const nc = await connect({ servers: server.url });
    await (await nc.jetstreamManager()).streams.delete(name);
    await nc.close();
  };

  test("a stream that was deleted is made again by who publishes to it", async () => {
    await deleteStream(COUNTERSIGN_EVENTS.name);
    await publish(voteCast, "after");
    const inbox = new Inbox<Delivery>();
    bus.consume(EVENTS, async (delivery) => (inbox.take(delivery), "ack"));
    expect(bodies(await inbox.first(1))).toEqual(["after"]);
  });

  test("a stream that was deleted is made again by who consumes it", async () => {
    const inbox = new Inbox<Delivery>();
    await bus.consume(EVENTS, async (delivery) => (inbox.take(delivery), "ack")).ready;
    await deleteStream(COUNTERSIGN_EVENTS.name);
    const nc = await connect({ servers: server.url });
    const jsm = await nc.jetstreamManager();
    await vi.waitFor(() => jsm.consumers.info(EVENTS.stream, EVENTS.durable), 15_000);
    await nc.close();
    await publish(voteCast, "after");
    expect(bodies(await inbox.first(1))).toEqual(["after"]);
  });

  // The broker would deliver what was lost on the way again only after its ack wait of ten seconds.
  test("a consumer that closes while messages stream in hands back what it had not begun", async () => {
    const inbox = new Inbox<string>();
    const published = Promise.all(numbered(3_000).map((body) => publish(intake, body)));
    for (let round = 1; round <= 20; round += 1) {
      const consumer = bus.consume(IN, async ({ body }) => (inbox.take(body), "ack"));
      await inbox.first(round * 50);
      await consumer.close();
    }
    await published;
    bus.consume(IN, async ({ body }) => (inbox.take(body), "ack"));
    await inbox.first(3_000);
    expect(new Set(inbox.seen).size).toBe(3_000);
  }, 9_000);

  test("an operator's limits of a stream are left alone", async () => {
    const nc = await connect({ servers: server.url });
    const jsm = await nc.jetstreamManager();
    await jsm.streams.update(COUNTERSIGN_EVENTS.name, { max_bytes: 12_345_678 });
    const second = await connectNatsBus({
      servers: server.url,
      name: "second",
      inboxPrefix: "_INBOX_second",
    });
    const { config } = await jsm.streams.info(COUNTERSIGN_EVENTS.name);
    expect(config.max_bytes).toBe(12_345_678);
    await second.close();
    await nc.close();
  });

  test("closing while the broker is away does not wait for it", async () => {
    bus.serve(approve, "commander", () => reply("yes"));
    bus.consume(IN, async () => "ack");
    await bus.live(eventPattern(), () => {});
    await server.kill("SIGKILL");
    await away();
    await bus.close();
    expect(bus.connected()).toBe(false);
  });

  test("after the only service left, a request says that nobody serves", async () => {
    const other = await connectNatsBus({
      servers: server.url,
      name: "other",
      inboxPrefix: "_INBOX_other",
    });
    await other.serve(approve, "commander", () => reply("yes")).ready;
    await bus.request(approve, "", { timeoutMs: 5_000 });
    await other.close();
    await expect(bus.request(approve, "", { timeoutMs: 5_000 })).rejects.toThrow(NoResponders);
  });
});

describe.runIf(available("nats-server"))("connecting", () => {
  test("no broker at the address is said in a sentence", async () => {
    const asked = connectNatsBus({
      servers: "nats://127.0.0.1:1",
      name: "nobody",
      inboxPrefix: "_INBOX_nobody",
    });
    await expect(asked).rejects.toThrow("no connection to NATS at nats://127.0.0.1:1");
  });
});
