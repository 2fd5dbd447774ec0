import { describe, expect, test } from "vitest";
import type { Bus, Message, Publication } from "@countersign/messaging/bus.ts";
import { BusUnavailable, MessageTooLarge } from "@countersign/messaging/errors.ts";
import { eventPattern } from "@countersign/messaging/subjects.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { anEvent } from "../../testkit/event-store/example-events.ts";
import { idle, ManualClock } from "../../testkit/manual-clock.ts";
import { cloudEventOf, occurredAt, relayUnderTest, storedEvent } from "./relay-under-test.ts";

/** A broker as the relay sees it: it keeps what it is given, unless the test says otherwise. */
const brokerBus = (
  take: (publication: Publication, attempt: number) => Promise<void> | void = () => undefined,
) => {
  const kept: Publication[] = [];
  const tries = new Map<string, number>();
  const publish = async (publication: Publication): Promise<void> => {
    const attempt = (tries.get(publication.id) ?? 0) + 1;
    tries.set(publication.id, attempt);
    await take(publication, attempt);
    kept.push(publication);
  };
  const memory = makeMemoryBus({ clock: systemClock });
  // Without `interested`: a broker cannot know who listens.
  const bus: Bus = {
    request: (...asked) => memory.request(...asked),
    serve: (...served) => memory.serve(...served),
    publish,
    consume: (...consumed) => memory.consume(...consumed),
    live: (...listening) => memory.live(...listening),
    connected: () => memory.connected(),
    close: () => memory.close(),
  };
  return { bus, kept, tries };
};

const idsOfPublications = (publications: readonly Publication[]): string[] =>
  publications.map(({ id }) => id);

describe("the relay", () => {
  test("sends every event as a CloudEvent, with the event's id as dedupe id", async () => {
    await using under = await relayUnderTest();
    const { bus, kept } = brokerBus();
    const [vote = ""] = await under.append(
      "request-acme.apr_1",
      storedEvent("VoteCast", { level: 2, voter: "bo" }),
    );
    const [role = ""] = await under.append("directory-acme.main", storedEvent("RoleChanged", {}));
    await under.start(bus).live;
    expect(kept.map(({ subject, id }) => [subject, id])).toEqual(
      expect.arrayContaining([
        ["countersign.v1.acme.event.request.VoteCast", vote],
        ["countersign.v1.acme.event.directory.RoleChanged", role],
      ]),
    );
    const published = kept.find(({ id }) => id === vote);
    expect(cloudEventOf({ body: published?.body ?? "" })).toMatchObject({
      id: vote,
      type: "io.countersign.request.vote-cast.v1",
      source: "/orgs/acme",
      subject: "apr_1",
      org: "acme",
      position: "1",
      time: occurredAt,
      data: { level: 2, voter: "bo" },
    });
    const ofOrg = kept.find(({ id }) => id === role);
    expect(cloudEventOf({ body: ofOrg?.body ?? "" })).not.toHaveProperty("subject");
  });

  test("sends events of each of our categories, and none that another program keeps in the store", async () => {
    await using under = await relayUnderTest();
    const { bus, kept } = brokerBus();
    const ours = [
      ...["request-acme.apr_1", "topic-acme.deploy.MQ", "directory-acme.main", "run-acme.bot"],
      ...["delegation-acme.main", "definition-acme.main", "pending-acme.1", "automation-acme.1"],
      "security-acme.main",
    ];
    const ids: string[] = [];
    for (const stream of ours) {
      await under.append("order-acme.17", anEvent({ type: "OrderPlaced", metadata: "null" }));
      await under.append("requests", anEvent({ metadata: "null" }));
      ids.push(...(await under.append(stream, storedEvent())));
    }
    await under.start(bus).live;
    expect(idsOfPublications(kept).toSorted()).toEqual(ids.toSorted());
  });

  test("keeps the order of a stream, whatever the broker's pace", async () => {
    await using under = await relayUnderTest();
    const slow = new Set<string>();
    const { bus, kept } = brokerBus(async ({ id }) => {
      if (slow.has(id)) await idle();
    });
    const expected = new Map<string, string[]>();
    for (let number = 0; number < 20; number++) {
      const stream = `request-acme.apr_${number}`;
      const ids = await under.append(stream, ...Array.from({ length: 5 }, () => storedEvent()));
      expected.set(stream, ids);
      for (const id of ids.filter((_, n) => n % 2 === 0)) slow.add(id);
    }
    await under.start(bus).live;
    expect(kept).toHaveLength(100);
    for (const [stream, ids] of expected)
      expect(
        idsOfPublications(kept.filter(({ id }) => ids.includes(id))),
        `the order of ${stream}`,
      ).toEqual(ids);
  });

  test("has at most 64 publications on their way", async () => {
    await using under = await relayUnderTest();
    let flying = 0;
    let most = 0;
    const { bus, kept } = brokerBus(async () => {
      flying += 1;
      most = Math.max(most, flying);
      await idle();
      flying -= 1;
    });
    for (let number = 0; number < 200; number++)
      await under.append(`request-acme.apr_${number}`, storedEvent());
    await under.start(bus).live;
    expect(kept).toHaveLength(200);
    expect(most).toBe(64);
  });

  test("tries again while the broker is away, and loses and disorders nothing", async () => {
    const clock = new ManualClock();
    await using under = await relayUnderTest(clock);
    let away = true;
    const { bus, kept } = brokerBus(() => {
      if (away) throw new BusUnavailable("away");
    });
    const ids = await under.append("request-acme.apr_1", storedEvent(), storedEvent());
    const relay = under.start(bus);
    await clock.advance(60_000);
    expect(kept).toEqual([]);
    expect(relay.isLive()).toBe(false);
    expect(under.checkpoint.load()).toBe("start");
    expect(relay.retries()).toBeGreaterThan(10);
    away = false;
    await clock.advance(5_000);
    expect(idsOfPublications(kept)).toEqual(ids);
    expect(under.checkpoint.load()).toBe("2");
    expect(relay.published()).toBe(2);
  });

  test("saves its checkpoint only after the broker has what was before it", async () => {
    await using under = await relayUnderTest();
    const gate = Promise.withResolvers<void>();
    const { bus } = brokerBus(() => gate.promise);
    await under.append("request-acme.apr_1", storedEvent());
    const relay = under.start(bus);
    await idle();
    expect(under.checkpoint.load()).toBe("start");
    gate.resolve();
    await relay.live;
    expect(under.checkpoint.load()).toBe("1");
  });

  test("goes on where it stood after a restart", async () => {
    await using under = await relayUnderTest();
    const first = brokerBus();
    await under.append("request-acme.apr_1", storedEvent());
    const relay = under.start(first.bus);
    await relay.live;
    await relay.close();
    const later = await under.append("request-acme.apr_2", storedEvent());
    const second = brokerBus();
    await under.start(second.bus).live;
    expect(idsOfPublications(second.kept)).toEqual(later);
  });

  test("publishes a range again under the same ids when its checkpoint was lost", async () => {
    await using under = await relayUnderTest();
    const { bus, kept } = brokerBus();
    const ids = await under.append("request-acme.apr_1", storedEvent());
    const relay = under.start(bus);
    await relay.live;
    await relay.close();
    under.checkpoint.save("0");
    await under.start(bus).live;
    expect(idsOfPublications(kept)).toEqual([...ids, ...ids]);
  });

  test("passes over what no broker ever takes, and says so", async () => {
    await using under = await relayUnderTest();
    const { bus, kept } = brokerBus(({ body }) => {
      if (body.includes("huge")) throw new MessageTooLarge("2 MiB");
    });
    await under.append("request-acme.apr_1", storedEvent("VoteCast", { huge: true }));
    await under.append("nobody's", storedEvent());
    await under.append("request-not an org.apr_1", storedEvent());
    const ids = await under.append("request-acme.apr_2", storedEvent());
    await under.start(bus).live;
    expect(idsOfPublications(kept)).toEqual(ids);
    expect(under.logged.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("closes within a second though the broker never answers", async () => {
    const clock = new ManualClock();
    await using under = await relayUnderTest(clock);
    const gate = Promise.withResolvers<void>();
    const { bus } = brokerBus(() => gate.promise);
    await under.append("request-acme.apr_1", storedEvent());
    const relay = under.start(bus);
    await idle();
    let closed = false;
    const closing = relay.close().then(() => (closed = true));
    await idle();
    expect(closed).toBe(false);
    await clock.advance(1_000);
    expect(closed).toBe(true);
    await closing;
    expect(under.checkpoint.load()).toBe("start");
    gate.resolve();
  });

  test("fails when the store it follows has failed", async () => {
    await using under = await relayUnderTest();
    under.checkpoint.save("5000");
    const relay = under.start(brokerBus().bus);
    await expect(relay.failed).rejects.toThrow("followed another store");
    await expect(relay.live).rejects.toThrow();
    expect(relay.isLive()).toBe(false);
  });
});

describe("in one process with who listens, the relay", () => {
  test("hands events over in the store's order before the append is answered", async () => {
    await using under = await relayUnderTest();
    const bus = makeMemoryBus({ clock: systemClock });
    await under.start(bus).live;
    const seen: string[] = [];
    await bus.live(eventPattern({ org: "acme" }), (message: Message) => {
      seen.push(cloudEventOf(message).id);
    });
    const ids: string[] = [];
    for (let number = 0; number < 3; number++) {
      const events = [storedEvent(), storedEvent("LevelApproved"), storedEvent("RequestApproved")];
      ids.push(...(await under.append(`request-acme.apr_${number}`, ...events)));
      expect(seen).toEqual(ids);
    }
    expect(under.logged).toEqual([]);
  });

  test("does not even build what nobody hears", async () => {
    await using under = await relayUnderTest();
    const bus = makeMemoryBus({ clock: systemClock });
    const published: string[] = [];
    const publish = (publication: Publication): Promise<void> => {
      published.push(publication.id);
      return bus.publish(publication);
    };
    await under.start({ ...bus, publish }).live;
    await bus.live(eventPattern({ org: "acme" }), () => undefined);
    await under.append("request-other.apr_1", storedEvent());
    const heard = await under.append("request-acme.apr_1", storedEvent());
    expect(published).toEqual(heard);
  });

  test("saves where it stands when it closes, though nobody listened", async () => {
    await using under = await relayUnderTest();
    const relay = under.start(makeMemoryBus({ clock: systemClock }));
    await relay.live;
    await under.append("request-acme.apr_1", storedEvent());
    expect(under.checkpoint.load()).toBe("start");
    await relay.close();
    expect(under.checkpoint.load()).toBe("1");
  });
});
