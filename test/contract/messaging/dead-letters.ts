import type { Bus, Delivery } from "@countersign/messaging/bus.ts";
import { type IntakeVerdict, withDeadLetters } from "@countersign/messaging/dead-letters.ts";
import { MAX_MESSAGE_BYTES } from "@countersign/messaging/streams.ts";
import { deadSubject, intakeSubject } from "@countersign/messaging/subjects.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BusUnderTest, Inbox, messageInbox, type StartBus } from "./harness.ts";

const intake = intakeSubject("acme", "ci", "request-approval");
const IN = { stream: "COUNTERSIGN_IN", durable: "commander" } as const;
const DEAD = { stream: "COUNTERSIGN_DEAD", durable: "looking" } as const;

/** Messages that cannot be taken in, over any adapter. */
export const deadLetterSuite = (start: StartBus): void => {
  describe("dead letters", () => {
    let broker: BusUnderTest;
    let bus: Bus;
    let letters: Inbox<Delivery>;
    beforeEach(async () => {
      broker = await start();
      bus = await broker.connect();
      letters = new Inbox<Delivery>();
      await bus.consume(DEAD, async (letter) => (letters.take(letter), "ack")).ready;
    });
    afterEach(() => broker.close());

    const takeIn = (handle: (delivery: Delivery) => Promise<IntakeVerdict>): Inbox<Delivery> => {
      const tried = new Inbox<Delivery>();
      const handler = withDeadLetters(bus, async (delivery) => {
        tried.take(delivery);
        return handle(delivery);
      });
      bus.consume(IN, handler);
      return tried;
    };

    test("what can never succeed is dead at its first delivery, with the reason", async () => {
      const tried = takeIn(async () => ({ code: "bad-request", message: "no\r\nJSON:  ü" }));
      await bus.publish({ subject: intake, id: "1", headers: { Own: "kept" }, body: "{broken" });
      const [letter] = await letters.first(1);
      expect(letter).toMatchObject({
        subject: deadSubject("acme", "ci", "request-approval"),
        body: "{broken",
        headers: {
          Own: "kept",
          "Countersign-Reason": "bad-request",
          "Countersign-Message": "no JSON: ü",
          "Countersign-Deliveries": "1",
        },
      });
      expect(tried.seen).toHaveLength(1);
    });

    test("what fails five times is dead after the fifth, without the failure's own words", async () => {
      const tried = takeIn(async () => {
        throw new Error("secret of the database");
      });
      await bus.publish({ subject: intake, id: "1", body: "{}" });
      const [letter] = await letters.first(1);
      expect(tried.seen.map(({ deliveries }) => deliveries)).toEqual([1, 2, 3, 4, 5]);
      expect(letter?.headers["Countersign-Reason"]).toBe("unavailable");
      expect(letter?.headers["Countersign-Deliveries"]).toBe("5");
      expect(JSON.stringify(letter)).not.toContain("secret");
    });

    test("what succeeds at the fifth delivery is no dead letter", async () => {
      const tried = takeIn(async ({ body, deliveries }) => {
        if (body === "hopeless") return { code: "conflict", message: "other data" };
        return deliveries < 5 ? "retry" : "ack";
      });
      await bus.publish({ subject: intake, id: "1", body: "late" });
      await tried.first(5);
      await bus.publish({ subject: intake, id: "2", body: "hopeless" });
      await letters.first(1);
      expect(letters.seen.map(({ body }) => body)).toEqual(["hopeless"]);
    });

    test("two messages with the same bytes are two dead letters", async () => {
      takeIn(async () => ({ code: "bad-request", message: "no" }));
      for (const id of ["1", "2"]) await bus.publish({ subject: intake, id, body: "same" });
      const seen = await letters.first(2);
      expect(seen.map(({ body }) => body)).toEqual(["same", "same"]);
    });

    test("a message that leaves no room for the reason is cut rather than tried without end", async () => {
      const tried = messageInbox();
      const full = "x".repeat(MAX_MESSAGE_BYTES - 200);
      bus.consume(
        IN,
        withDeadLetters(bus, async (delivery) => {
          tried.take(delivery);
          return { code: "bad-request", message: "y".repeat(900) };
        }),
      );
      await bus.publish({ subject: intake, id: "1", body: full });
      const [letter] = await letters.first(1);
      expect(letter?.headers["Countersign-Reason"]).toBe("bad-request");
      expect(letter?.body.startsWith("xxx")).toBe(true);
      expect(tried.seen).toHaveLength(1);
    });
  });
};
