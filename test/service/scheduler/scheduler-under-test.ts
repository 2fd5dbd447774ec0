/** A real store and due table with a scheduler, on a clock of the test's; the test plays the commander. */
import { join } from "node:path";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import type { Bus, Delivery, Publication } from "@countersign/messaging/bus.ts";
import { COUNTERSIGN_TIMERS } from "@countersign/messaging/streams.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";
import type { Lease } from "@countersign/scheduler/lease.ts";
import { Scheduler } from "@countersign/scheduler/scheduler.ts";
import { anEvent } from "../../testkit/event-store/example-events.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";
import { idle, ManualClock } from "../../testkit/manual-clock.ts";

/** What a due timer says on the bus. */
export interface TimerBody {
  readonly key: string;
  readonly request: string;
  readonly level: number | null;
  readonly step: number | null;
  readonly generation: number;
  readonly due_at: string;
}

export interface SchedulerUnderTest extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly store: EventStore;
  readonly bus: Bus;
  /** Everything that was published, in order. */
  readonly published: Publication[];
  readonly logged: string[];
  /** Set by a test whose broker is away. */
  brokerIsAway: boolean;
  /** A request that expires so many milliseconds from now; null: never. */
  submit(id: string, expiresInMs: number | null): Promise<void>;
  end(id: string, type?: string): Promise<void>;
  /** What else happens to a request. */
  happen(id: string, type: string, data: object): Promise<void>;
  /** Makes timers take effect, as the commander does. */
  obey(effect?: (timer: TimerBody) => Promise<void>): void;
  start(lease?: Lease): Promise<Scheduler>;
  /** Requests named by timers so far. */
  requests(): string[];
}

const streamOf = (id: string): string => `request-acme.${id}`;

export const bodyOf = ({ body }: Pick<Delivery, "body">): TimerBody => JSON.parse(body);

export const schedulerUnderTest = async (): Promise<SchedulerUnderTest> => {
  const folder = await temporaryFolder();
  const clock = new ManualClock();
  const store = openSqliteEventStore({ path: join(folder.path, "events.db") });
  const memory = makeMemoryBus({ clock });
  const published: Publication[] = [];
  const logged: string[] = [];
  const say = (_fields: object, message: string) => void logged.push(message);
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const schedulers: Scheduler[] = [];
  const revisions = new Map<string, bigint>();
  const metadata = (): string =>
    JSON.stringify({ occurredAt: toIso(clock.now()), schemaVersion: 1 });

  const under: SchedulerUnderTest = {
    clock,
    store,
    bus: {
      ...memory,
      publish: async (publication) => {
        if (under.brokerIsAway) throw new Error("the broker is away");
        published.push(publication);
        await memory.publish(publication);
      },
    },
    published,
    logged,
    brokerIsAway: false,
    async submit(id, expiresInMs) {
      const expiresAt = expiresInMs === null ? null : toIso(clock.now() + expiresInMs);
      const data = JSON.stringify({ requestId: id, expiresAt });
      const event = anEvent({ type: "RequestSubmitted", data, metadata: metadata() });
      await store.append(streamOf(id), "no-stream", [event]);
    },
    end: (id, type = "RequestExpired") => under.happen(id, type, {}),
    async happen(id, type, data) {
      const event = anEvent({ type, data: JSON.stringify(data), metadata: metadata() });
      const revision = revisions.get(id) ?? 0n;
      revisions.set(id, revision + 1n);
      await store.append(streamOf(id), revision, [event]);
    },
    obey(effect = async ({ request }) => under.end(request)) {
      memory.consume(
        { stream: COUNTERSIGN_TIMERS.name, durable: "commander" },
        async (delivery) => {
          await effect(bodyOf(delivery));
          return "ack";
        },
      );
    },
    async start(lease) {
      const due = new DueProjection({ path: join(folder.path, "read-due.db"), bootId: "a boot" });
      const scheduler = new Scheduler({
        store,
        bus: under.bus,
        due,
        clock,
        log,
        ...(lease === undefined ? {} : { lease }),
      });
      schedulers.push(scheduler);
      await scheduler.live;
      await idle();
      return scheduler;
    },
    requests: () => published.map((publication) => bodyOf(publication).request),
    async [Symbol.asyncDispose]() {
      await Promise.all(schedulers.map((scheduler) => scheduler.close()));
      await store.close();
      await memory.close();
      await folder.remove();
    },
  };
  return under;
};
