import type { Bus } from "@countersign/messaging/bus.ts";
import { STREAMS } from "@countersign/messaging/streams.ts";
import { connectNatsBus } from "@countersign/messaging-nats/nats-bus.ts";
import { connect } from "nats";
import { afterAll, beforeAll, describe } from "vitest";
import { available, type NatsServer, natsServer } from "../../testkit/servers.ts";
import { quickRetry } from "./harness.ts";
import { messageBusContract } from "./suite.ts";

describe.runIf(available("nats-server"))("with a real nats-server", () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await natsServer();
  });
  afterAll(() => server.stop());

  /** The streams outlive a test: taking them away leaves the next one an empty broker. */
  const emptyBroker = async (): Promise<void> => {
    const nc = await connect({ servers: server.url });
    const jsm = await nc.jetstreamManager();
    for (const { name } of STREAMS) await jsm.streams.delete(name).catch(() => false);
    await nc.close();
  };

  messageBusContract("NATS", async () => {
    await emptyBroker();
    const open: Bus[] = [];
    return {
      connect: async () => {
        const bus = await connectNatsBus({
          servers: server.url,
          name: "contract",
          inboxPrefix: `_INBOX_contract_${open.length}`,
          retryDelay: quickRetry,
        });
        open.push(bus);
        return bus;
      },
      close: async () => {
        await Promise.all(open.map((bus) => bus.close()));
      },
    };
  });
});
