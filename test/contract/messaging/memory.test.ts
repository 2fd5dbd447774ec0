import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { quickRetry } from "./harness.ts";
import { messageBusContract } from "./suite.ts";

messageBusContract("memory", async () => {
  const bus = makeMemoryBus({ clock: systemClock, retryDelay: quickRetry });
  return { connect: async () => bus, close: () => bus.close() };
});
