/** A program that behaves as its first argument says, to see from outside how a service starts and stops. */
import { setTimeout as pause } from "node:timers/promises";
import { makeLog } from "@countersign/runtime/log.ts";
import { startService } from "@countersign/runtime/start-service.ts";

const activity = process.argv[2] ?? "";
const failed = Promise.withResolvers<never>();
const alive = setInterval(() => undefined, 60_000);

const service = {
  log: makeLog("a-service", "silent"),
  failed: failed.promise,
  async close() {
    if (activity === "closes slowly") await pause(1_500);
    if (activity === "never closes") {
      await pause(1_050);
      console.log("still closing");
      await new Promise(() => undefined);
    }
    if (activity === "fails to close") throw new Error("a file cannot be closed");
    console.log("closed");
    // Left open on purpose: what a service forgot must not keep the process.
    if (activity === "forgets something") return;
    clearInterval(alive);
  },
};

const running = await startService(
  "The example",
  async (stopping) => {
    if (activity === "waits") {
      console.log("waiting");
      await new Promise((_, reject) => {
        stopping.addEventListener("abort", () => reject(new Error("given up")));
      });
    }
    if (activity === "opens slowly") {
      console.log("waiting");
      await new Promise((resolve) => stopping.addEventListener("abort", resolve));
    }
    if (activity === "never opens") {
      console.log("waiting");
      await new Promise(() => undefined);
    }
    if (activity === "cannot start") {
      clearInterval(alive);
      // A timer that keeps no process alive, as those of `systemClock`.
      await new Promise((resolve) => setTimeout(resolve, 50).unref());
      throw new Error("the file is damaged");
    }
    return service;
  },
  process,
);
if (running === null) clearInterval(alive);
else console.log("started");
if (activity === "fails") failed.reject(new Error("the disk under events.db is full"));
if (activity === "throws") setTimeout(() => service.log.info(JSON.parse("{"), ""), 10);
