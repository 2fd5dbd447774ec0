import type { Bus, Delivery } from "@countersign/messaging/bus.ts";
import { InvalidSubject } from "@countersign/messaging/errors.ts";
import {
  commandSubject,
  eventSubject,
  intakePattern,
  intakeSubject,
} from "@countersign/messaging/subjects.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bodies, type BusUnderTest, Inbox, numbered, type StartBus } from "./harness.ts";

const intake = intakeSubject("acme", "ci", "request-approval");
const IN = { stream: "COUNTERSIGN_IN", durable: "commander" } as const;
const EVENTS = { stream: "COUNTERSIGN_EVENTS", durable: "notifier" } as const;
const voteCast = eventSubject("acme", "request", "VoteCast");

/** Durable publishing and consuming, over any adapter. */
export const publishConsumeSuite = (start: StartBus): void => {
  describe("publish and consume", () => {
    let broker: BusUnderTest;
    let bus: Bus;
    beforeEach(async () => {
      broker = await start();
      bus = await broker.connect();
    });
    afterEach(() => broker.close());

    const publishAll = (subject: string, texts: readonly string[]): Promise<unknown> =>
      Promise.all(texts.map((body) => bus.publish({ subject, id: `id-${body}`, body })));

    test("a work queue holds what was published before anybody consumed", async () => {
      await publishAll(intake, ["early"]);
      const inbox = new Inbox<Delivery>();
      bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
      const [first] = await inbox.first(1);
      expect(first).toMatchObject({ subject: intake, body: "early", deliveries: 1 });
    });

    test("headers and characters arrive as they were published", async () => {
      const headers = { "Countersign-Correlation": "c-1" };
      await bus.publish({ subject: intake, id: "1", headers, body: "承認 👍 \u2028" });
      const inbox = new Inbox<Delivery>();
      bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
      const [first] = await inbox.first(1);
      expect(first?.headers).toEqual(headers);
      expect(first?.body).toBe("承認 👍 \u2028");
    });

    test("the same id twice is one message", async () => {
      const inbox = new Inbox<Delivery>();
      bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
      await bus.publish({ subject: intake, id: "same", body: "first" });
      await bus.publish({ subject: intake, id: "same", body: "again" });
      await bus.publish({ subject: intake, id: "other", body: "last" });
      await inbox.first(2);
      expect(bodies(inbox.seen)).toEqual(["first", "last"]);
    });

    test("the same id in another stream is another message", async () => {
      const inbox = new Inbox<Delivery>();
      bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
      bus.consume(EVENTS, async (delivery) => (inbox.take(delivery), "ack"));
      await bus.publish({ subject: intake, id: "same", body: "in" });
      await bus.publish({ subject: voteCast, id: "same", body: "event" });
      expect([...bodies(await inbox.first(2))].toSorted()).toEqual(["event", "in"]);
    });

    test("a subject that no stream holds is refused", async () => {
      for (const subject of [
        commandSubject("acme", "approve"),
        "countersign.v1.*.in.ci.request-approval",
        "countersign.v1.acme.event.>",
        "elsewhere",
        "",
      ])
        await expect(bus.publish({ subject, id: "1", body: "" })).rejects.toThrow(InvalidSubject);
    });

    test("a thousand messages published at once all arrive, in order", async () => {
      const inbox = new Inbox<Delivery>();
      bus.consume({ ...IN, concurrency: 1 }, async (delivery) => (inbox.take(delivery), "ack"));
      await publishAll(intake, numbered(1_000));
      expect(bodies(await inbox.first(1_000))).toEqual(numbered(1_000));
    });

    test("messages of one subject begin in order, also many at once", async () => {
      const inbox = new Inbox<Delivery>();
      bus.consume(EVENTS, async (delivery) => {
        inbox.take(delivery);
        await new Promise((resolve) => setImmediate(resolve));
        return "ack";
      });
      await publishAll(voteCast, numbered(200));
      expect(bodies(await inbox.first(200))).toEqual(numbered(200));
    });

    test("no more than `concurrency` are in hand at once", async () => {
      const inbox = new Inbox<Delivery>();
      const all = Promise.withResolvers<void>();
      let inHand = 0;
      let most = 0;
      bus.consume({ ...IN, concurrency: 3 }, async (delivery) => {
        inHand += 1;
        most = Math.max(most, inHand);
        // The first ones are held until as many are in hand as may be, however slowly they come.
        if (most === 3) all.resolve();
        await all.promise;
        await new Promise((resolve) => setImmediate(resolve));
        inHand -= 1;
        inbox.take(delivery);
        return "ack";
      });
      await publishAll(intake, numbered(60));
      await inbox.first(60);
      expect(most).toBe(3);
    });

    test("a throw is tried again, with the deliveries counted and the same id", async () => {
      const inbox = new Inbox<Delivery>();
      bus.consume(IN, async (delivery) => {
        inbox.take(delivery);
        if (delivery.deliveries < 3) throw new Error("planted");
        return "ack";
      });
      await publishAll(intake, ["poison"]);
      const seen = await inbox.first(3);
      expect(seen.map(({ deliveries }) => deliveries)).toEqual([1, 2, 3]);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
    });

    test("a retry is delivered again until the verdict is another, past the fifth time too", async () => {
      const inbox = new Inbox<Delivery>();
      bus.consume(IN, async (delivery) => {
        inbox.take(delivery);
        return delivery.deliveries < 7 ? "retry" : "ack";
      });
      await publishAll(intake, ["stubborn"]);
      expect((await inbox.first(7)).at(-1)?.deliveries).toBe(7);
    });

    test("one message that is tried again does not hold up the others", async () => {
      const inbox = new Inbox<Delivery>();
      bus.consume({ ...IN, concurrency: 1 }, async (delivery) => {
        inbox.take(delivery);
        return delivery.body === "0" && delivery.deliveries === 1 ? "retry" : "ack";
      });
      await publishAll(intake, numbered(5));
      expect([...bodies(await inbox.first(6))].toSorted()).toEqual(["0", "0", "1", "2", "3", "4"]);
    });

    test("a dead message is never delivered again", async () => {
      const inbox = new Inbox<Delivery>();
      const first = bus.consume(IN, async (delivery) => (inbox.take(delivery), "dead"));
      await publishAll(intake, ["dead"]);
      await inbox.first(1);
      await first.close();
      bus.consume(IN, async (delivery) => (inbox.take(delivery), "ack"));
      await publishAll(intake, ["alive"]);
      expect(bodies(await inbox.first(2))).toEqual(["dead", "alive"]);
    });

    test("two instances of a durable share its messages", async () => {
      const inbox = new Inbox<string>();
      const other = await broker.connect();
      for (const [name, instance] of [["a", bus] as const, ["b", other] as const])
        await instance.consume({ ...IN, concurrency: 1 }, async ({ body }) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          inbox.take(`${name} ${body}`);
          return "ack";
        }).ready;
      await publishAll(intake, numbered(100));
      const seen = await inbox.first(100);
      expect(new Set(seen.map((text) => text.split(" ")[1])).size).toBe(100);
      expect(new Set(seen.map((text) => text.split(" ")[0]))).toEqual(new Set(["a", "b"]));
    });

    test("two durables on the events each get all of them", async () => {
      const inboxes = ["notifier", "exporter"].map((durable) => {
        const inbox = new Inbox<Delivery>();
        bus.consume({ ...EVENTS, durable, concurrency: 1 }, async (delivery) => {
          inbox.take(delivery);
          return "ack";
        });
        return inbox;
      });
      await publishAll(voteCast, numbered(50));
      for (const inbox of inboxes) expect(bodies(await inbox.first(50))).toEqual(numbered(50));
    });

    test("a filter passes over the rest", async () => {
      const inbox = new Inbox<Delivery>();
      const filter = intakePattern({ command: "request-approval" });
      bus.consume({ ...IN, filter }, async (delivery) => (inbox.take(delivery), "ack"));
      await publishAll(intakeSubject("acme", "ci", "cancel"), ["not for us"]);
      await publishAll(intake, ["for us"]);
      await publishAll(intakeSubject("other", "bot", "request-approval"), ["for us too"]);
      await inbox.first(2);
      expect(bodies(inbox.seen)).toEqual(["for us", "for us too"]);
    });

    test("a durable that comes back goes on where it stopped", async () => {
      const inbox = new Inbox<Delivery>();
      const take = async (delivery: Delivery): Promise<"ack"> => (inbox.take(delivery), "ack");
      const before = bus.consume(EVENTS, take);
      await publishAll(voteCast, ["before"]);
      await inbox.first(1);
      await before.close();
      await publishAll(voteCast, ["while it was away"]);
      bus.consume(EVENTS, take);
      await publishAll(voteCast, ["after"]);
      expect(bodies(await inbox.first(3))).toEqual(["before", "while it was away", "after"]);
    });

    test("closing a consumer waits for what is in hand, begins nothing more, and twice is once", async () => {
      const gate = Promise.withResolvers<void>();
      const began = new Inbox<Delivery>();
      let ended = 0;
      const consumer = bus.consume({ ...IN, concurrency: 2 }, async (delivery) => {
        began.take(delivery);
        await gate.promise;
        ended += 1;
        return "ack";
      });
      await publishAll(intake, numbered(10));
      await began.first(2);
      const closing = [consumer.close(), consumer.close()];
      gate.resolve();
      await Promise.all(closing);
      expect([began.seen.length, ended]).toEqual([2, 2]);
      const rest = new Inbox<string>();
      bus.consume(IN, async ({ body }) => (rest.take(body), "ack"));
      expect([...(await rest.first(8))].toSorted()).toEqual(numbered(10).slice(2));
    });
  });
};
