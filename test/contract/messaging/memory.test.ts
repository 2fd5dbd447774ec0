import { DedupeWindow } from "@countersign/messaging-memory/dedupe-window.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { eventPattern, eventSubject, intakeSubject } from "@countersign/messaging/subjects.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { describe, expect, test } from "vitest";
import { quickRetry } from "./harness.ts";
import { messageBusContract } from "./suite.ts";

messageBusContract("memory", async () => {
  const bus = makeMemoryBus({ clock: systemClock, retryDelay: quickRetry });
  return { connect: async () => bus, close: () => bus.close() };
});

describe("the memory bus alone", () => {
  const voteCast = eventSubject("acme", "request", "VoteCast");
  const intake = intakeSubject("acme", "ci", "cancel");

  test("it knows whether anybody would hear of an event", async () => {
    const bus = makeMemoryBus({ clock: systemClock });
    expect(bus.interested(voteCast)).toBe(false);
    const listening = await bus.live(eventPattern({ org: "acme" }), () => {});
    expect(bus.interested(voteCast)).toBe(true);
    expect(bus.interested(eventSubject("other", "request", "VoteCast"))).toBe(false);
    await listening.close();
    expect(bus.interested(voteCast)).toBe(false);
    const durable = { stream: "COUNTERSIGN_EVENTS", durable: "notifier" };
    const consumer = bus.consume(durable, async () => "ack");
    await consumer.close();
    // The durable remains, and what comes now waits for it.
    expect(bus.interested(voteCast)).toBe(true);
    expect(bus.interested(intake)).toBe(true);
  });

  test("an intake that is full refuses instead of forgetting", async () => {
    const bus = makeMemoryBus({ clock: systemClock });
    const publish = (id: number): Promise<void> =>
      bus.publish({ subject: intake, id: String(id), body: "" });
    for (let id = 0; id < 100_000; id += 1) await publish(id);
    await expect(publish(100_000)).rejects.toThrow("COUNTERSIGN_IN is full");
  });

  test("a work queue has one durable", () => {
    const bus = makeMemoryBus({ clock: systemClock });
    bus.consume({ stream: "COUNTERSIGN_IN", durable: "commander" }, async () => "ack");
    expect(() =>
      bus.consume({ stream: "COUNTERSIGN_IN", durable: "other" }, async () => "ack"),
    ).toThrow("work queue");
  });

  test("an id is forgotten after two windows and not within one", () => {
    const window = new DedupeWindow(1_000, 100);
    expect(window.repeated("a", 0)).toBe(false);
    expect(window.repeated("a", 999)).toBe(true);
    expect(window.repeated("b", 1_500)).toBe(false);
    expect(window.repeated("b", 2_499)).toBe(true);
    expect(window.repeated("a", 10_000)).toBe(false);
  });

  test("the ids that are remembered are bounded", () => {
    const window = new DedupeWindow(1_000, 100);
    for (let id = 0; id < 1_000; id += 1) window.repeated(String(id), 0);
    expect(window.repeated("999", 0)).toBe(true);
    expect(window.repeated("899", 0)).toBe(false);
  });
});
