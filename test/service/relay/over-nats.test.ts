import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bus, Delivery } from "@countersign/messaging/bus.ts";
import { COUNTERSIGN_EVENTS } from "@countersign/messaging/streams.ts";
import { connectNatsBus } from "@countersign/messaging-nats/nats-bus.ts";
import { available, natsServer, type NatsServer } from "../../testkit/servers.ts";
import { eventually } from "../../testkit/processes/eventually.ts";
import { relayUnderTest, storedEvent } from "./relay-under-test.ts";

describe.runIf(available("nats-server"))("the relay over NATS", () => {
  let server: NatsServer;
  let bus: Bus;
  beforeAll(async () => {
    server = await natsServer();
    bus = await connectNatsBus({ servers: server.url, name: "relay", inboxPrefix: "_INBOX_relay" });
  });
  afterAll(async () => {
    await bus.close();
    await server.stop();
  });

  test("publishes all events, in the order of each stream, over deaths of the broker", async () => {
    await using under = await relayUnderTest();
    const seen: Delivery[] = [];
    const consuming = bus.consume(
      { stream: COUNTERSIGN_EVENTS.name, durable: "someone", concurrency: 1 },
      async (delivery) => {
        seen.push(delivery);
        return "ack";
      },
    );
    const relay = under.start(bus);
    const expected = new Map<string, string[]>();
    let count = 0;
    for (let round = 0; round < 3; round++) {
      for (let number = 0; number < 40; number++) {
        const stream = `request-acme.apr_${round}_${number}`;
        const ids = await under.append(stream, storedEvent(), storedEvent("LevelApproved"));
        expected.set(stream, ids);
        count += ids.length;
      }
      await server.kill();
      await server.restart();
    }
    const idOf = ({ body }: Delivery): string => (JSON.parse(body) as { id: string }).id;
    const distinct = (): string[] => [...new Set(seen.map(idOf))];
    await eventually("every event", () => (distinct().length === count ? true : undefined), 30_000);
    for (const ids of expected.values())
      expect(distinct().filter((id) => ids.includes(id))).toEqual(ids);
    await eventually("the checkpoint", () =>
      under.checkpoint.load() === String(count) ? true : undefined,
    );
    expect(relay.isLive()).toBe(true);
    await consuming.close();
  }, 60_000);
});
