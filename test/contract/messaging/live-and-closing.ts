import type { Bus } from "@countersign/messaging/bus.ts";
import { eventPattern, eventSubject, intakeSubject } from "@countersign/messaging/subjects.ts";
import { BusUnavailable } from "@countersign/messaging/errors.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  bodies,
  type BusUnderTest,
  messageInbox,
  numbered,
  reply,
  type StartBus,
} from "./harness.ts";

const voteCast = eventSubject("acme", "request", "VoteCast");

/** Live fan-out, and the end of a bus, over any adapter. */
export const liveAndClosingSuite = (start: StartBus): void => {
  describe("live", () => {
    let broker: BusUnderTest;
    let bus: Bus;
    beforeEach(async () => {
      broker = await start();
      bus = await broker.connect();
    });
    afterEach(() => broker.close());

    test("nothing published after it is attached is missed, by any connection", async () => {
      const other = await broker.connect();
      for (const body of numbered(10)) {
        const inbox = messageInbox();
        const listening = await other.live(eventPattern({ org: "acme" }), inbox.take);
        await bus.publish({ subject: voteCast, id: `id-${body}`, body });
        expect(bodies(await inbox.first(1))).toEqual([body]);
        await listening.close();
      }
    });

    test("every listener hears every message, with subject and headers, in order", async () => {
      const inboxes = [messageInbox(), messageInbox()];
      for (const inbox of inboxes) await bus.live(eventPattern(), inbox.take);
      const headers = { "Countersign-Trace": "t" };
      await Promise.all(
        numbered(100).map((body) =>
          bus.publish({ subject: voteCast, id: `id-${body}`, headers, body }),
        ),
      );
      for (const inbox of inboxes) {
        const heard = await inbox.first(100);
        expect(bodies(heard)).toEqual(numbered(100));
        expect(heard[0]).toEqual({ subject: voteCast, headers, body: "0" });
      }
    });

    test("a listener hears only what its pattern matches", async () => {
      const inbox = messageInbox();
      await bus.live(eventPattern({ org: "acme", category: "request" }), inbox.take);
      const publish = (subject: string, body: string): Promise<void> =>
        bus.publish({ subject, id: body, body });
      await publish(eventSubject("other", "request", "VoteCast"), "another org");
      await publish(eventSubject("acme", "topic", "TopicCreated"), "another category");
      await publish(intakeSubject("acme", "ci", "request-approval"), "no event");
      await publish(voteCast, "this one");
      await inbox.first(1);
      expect(bodies(inbox.seen)).toEqual(["this one"]);
    });

    test("a listener that throws harms no other and goes on hearing", async () => {
      const inbox = messageInbox();
      const thrown = messageInbox();
      await bus.live(eventPattern(), (message) => {
        thrown.take(message);
        throw new Error("planted");
      });
      await bus.live(eventPattern(), inbox.take);
      for (const body of ["1", "2"]) await bus.publish({ subject: voteCast, id: body, body });
      expect(bodies(await inbox.first(2))).toEqual(["1", "2"]);
      expect(bodies(await thrown.first(2))).toEqual(["1", "2"]);
    });

    test("a closed listener hears nothing more, and twice is once", async () => {
      const closed = messageInbox();
      const open = messageInbox();
      const listening = await bus.live(eventPattern(), closed.take);
      await bus.live(eventPattern(), open.take);
      await Promise.all([listening.close(), listening.close()]);
      await bus.publish({ subject: voteCast, id: "1", body: "late" });
      await open.first(1);
      expect(closed.seen).toEqual([]);
    });
  });

  describe("the end of a bus", () => {
    let broker: BusUnderTest;
    let bus: Bus;
    beforeEach(async () => {
      broker = await start();
      bus = await broker.connect();
    });
    afterEach(() => broker.close());

    test("an open bus is connected and a closed one is not; closing twice is once", async () => {
      expect(bus.connected()).toBe(true);
      await Promise.all([bus.close(), bus.close()]);
      await bus.close();
      expect(bus.connected()).toBe(false);
    });

    test("a closed bus refuses everything with one error", async () => {
      await bus.close();
      const subject = voteCast;
      await expect(bus.request(subject, "", { timeoutMs: 100 })).rejects.toThrow(BusUnavailable);
      await expect(bus.publish({ subject, id: "1", body: "" })).rejects.toThrow(BusUnavailable);
      await expect(bus.live(eventPattern(), () => {})).rejects.toThrow(BusUnavailable);
      expect(() => bus.serve(subject, "g", () => reply(""))).toThrow(BusUnavailable);
      const events = { stream: "COUNTERSIGN_EVENTS", durable: "d" };
      expect(() => bus.consume(events, async () => "ack")).toThrow(BusUnavailable);
    });

    test("closing a bus waits for the deliveries in hand", async () => {
      const gate = Promise.withResolvers<void>();
      const began = messageInbox();
      let finished = false;
      bus.consume({ stream: "COUNTERSIGN_IN", durable: "commander" }, async (delivery) => {
        began.take(delivery);
        await gate.promise;
        finished = true;
        return "ack";
      });
      await bus.publish({ subject: intakeSubject("acme", "ci", "cancel"), id: "1", body: "" });
      await began.first(1);
      const closing = bus.close();
      gate.resolve();
      await closing;
      expect(finished).toBe(true);
    });
  });
};
