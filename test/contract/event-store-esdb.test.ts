import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import { startProtocolServer } from "../testkit/esdb-protocol-server/protocol-server.ts";
import { eventStoreContract } from "./event-store/suite.ts";

/** A connection string of a real EventStoreDB, to run the same cases against it: `esdb://127.0.0.1:2113?tls=false`. */
const realServer = process.env["TEST_ESDB"];

const nameOfServer = realServer === undefined ? "its protocol in memory" : "a real server";

eventStoreContract(`EventStoreDB's adapter over ${nameOfServer}`, async () => {
  const server = realServer === undefined ? await startProtocolServer() : undefined;
  const connectionString = realServer ?? server?.connectionString ?? "";
  const open = () => openEsdbEventStore({ connectionString });
  const store = open();
  let current = store;
  return {
    store,
    async reopen() {
      await current.close();
      server?.stop();
      await server?.start();
      current = open();
      return current;
    },
    async close() {
      await current.close();
      server?.stop();
    },
  };
});
