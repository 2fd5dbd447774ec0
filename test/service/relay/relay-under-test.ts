/** A real SQLite store with a relay on it; the bus is the test's choice. */
import type { EventStore, NewEvent } from "@countersign/event-store/event-store.ts";
import type { Bus, Message } from "@countersign/messaging/bus.ts";
import { startRelay, type Relay } from "@countersign/relay/relay.ts";
import { systemClock, type Clock } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { anEvent } from "../../testkit/event-store/example-events.ts";
import { temporarySqliteStore } from "../../testkit/event-store/temporary-sqlite-store.ts";

export const occurredAt = "2026-03-01T10:00:00.000Z";

/** An event as the commander writes it. */
export const storedEvent = (type = "VoteCast", data: object = { level: 1 }): NewEvent =>
  anEvent({ type, data: JSON.stringify(data), metadata: JSON.stringify({ occurredAt }) });

/** A checkpoint that the test can look at. */
export const checkpointInMemory = () => {
  let saved: string | undefined;
  return {
    load: () => saved ?? "start",
    save: (checkpoint: string) => {
      saved = checkpoint;
    },
  };
};

export interface RelayUnderTest extends AsyncDisposable {
  readonly store: EventStore;
  readonly checkpoint: ReturnType<typeof checkpointInMemory>;
  /** Messages of the log by level. */
  readonly logged: { level: string; message: string }[];
  start(bus: Bus): Relay;
  /** Appends to a stream that only this test writes; returns the ids. */
  append(stream: string, ...events: NewEvent[]): Promise<string[]>;
}

export const relayUnderTest = async (clock: Clock = systemClock): Promise<RelayUnderTest> => {
  const { store, close } = await temporarySqliteStore();
  const checkpoint = checkpointInMemory();
  const logged: { level: string; message: string }[] = [];
  const say = (level: string) => (_fields: object, message: string) =>
    void logged.push({ level, message });
  const log: Log = {
    debug: say("debug"),
    info: say("info"),
    warn: say("warn"),
    error: say("error"),
  };
  const relays: Relay[] = [];
  const revisions = new Map<string, bigint>();
  return {
    store,
    checkpoint,
    logged,
    start(bus) {
      const relay = startRelay({ store, bus, checkpoint, clock, log });
      relays.push(relay);
      return relay;
    },
    async append(stream, ...events) {
      const expected = revisions.get(stream) ?? "no-stream";
      const { revision } = await store.append(stream, expected, events);
      revisions.set(stream, revision);
      return events.map(({ eventId }) => eventId);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(relays.map((relay) => relay.close()));
      await close();
    },
  };
};

/** A CloudEvent, read. */
export interface ReadCloudEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject?: string;
  readonly org: string;
  readonly position: string;
  readonly time: string;
  readonly data: unknown;
}

export const cloudEventOf = ({ body }: Pick<Message, "body">): ReadCloudEvent => JSON.parse(body);
