import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import type { EventStore, RecordedEvent } from "@countersign/event-store/event-store.ts";
import { loadFrom } from "@countersign/projector/load-from.ts";
import { AuditProjection } from "@countersign/read-models/audit/audit-projection.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { QueueProjection } from "@countersign/read-models/queue/queue-projection.ts";
import { StatsProjection } from "@countersign/read-models/stats/stats-projection.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { rebuild } from "@countersign/subscriptions/rebuild.ts";
import { dump } from "./dump.ts";
import { randomDay, seeded } from "./random-day.ts";

const open = (store: EventStore, dir: string, name: string) => {
  const path = (model: string): string => join(dir, `${name}-${model}.db`);
  const load = loadFrom(store, systemClock);
  return {
    queue: new QueueProjection({ path: path("queue"), evaluateExpression, load }),
    stats: new StatsProjection({ path: path("stats"), load }),
    audit: new AuditProjection({ path: path("audit") }),
    due: new DueProjection({ path: path("due") }),
  };
};

const options = { clock: systemClock, occurredAt: () => 0 };

/** The whole log, and its events cut into batches by a seed. */
const readAll = async (store: EventStore): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  const live = Promise.withResolvers<void>();
  const subscription = store.subscribe(
    { from: "start" },
    { events: (batch) => void events.push(...batch), live: live.resolve },
  );
  await live.promise;
  await subscription.close();
  return events;
};

const cut = (events: readonly RecordedEvent[], seed: number): RecordedEvent[][] => {
  const random = seeded(seed);
  const batches: RecordedEvent[][] = [];
  for (let from = 0; from < events.length;) {
    const size = 1 + Math.floor(random.next() ** 3 * 40);
    batches.push(events.slice(from, from + size));
    from += size;
  }
  return batches;
};

describe("rebuilding from zero", () => {
  test.each([1, 2, 3])(
    "gives byte for byte what was projected live, however the log is cut (day %i)",
    async (seed) => {
      const { org, happened } = await randomDay(seed, 60);
      try {
        await org.commander.close();
        await org.projector.close();
        for (const must of ["ask", "approve", "deny", "cancel", "transition", "role changed"])
          expect(happened.get(must), must).toBeGreaterThan(0);

        const whole = open(org.store, org.dir, "whole");
        for (const projection of Object.values(whole)) {
          await rebuild(org.store, projection, options);
          projection.file.close();
        }
        for (const model of ["queue", "stats", "audit"] as const) {
          const live = dump(join(org.dir, `read-${model}.db`));
          expect(live["request"]?.length ?? live["entry"]?.length).toBeGreaterThan(20);
          expect(dump(join(org.dir, `whole-${model}.db`))).toEqual(live);
        }

        const pieces = open(org.store, org.dir, "pieces");
        const events = await readAll(org.store);
        for (const [model, projection] of Object.entries(pieces)) {
          const concerning = events.filter(({ stream }) =>
            projection.prefixes.some((prefix) => stream.startsWith(prefix)),
          );
          for (const batch of cut(concerning, seed)) {
            await projection.apply(batch, String(batch.at(-1)?.position));
            // Every batch its own transaction, and now and then none.
            if (batch.length % 2 === 1) projection.commit();
          }
          projection.file.close();
          expect(dump(join(org.dir, `pieces-${model}.db`))).toEqual(
            dump(join(org.dir, `whole-${model}.db`)),
          );
        }
      } finally {
        await org.close();
      }
    },
    60_000,
  );

  test("shows it when a projection reads the clock", async () => {
    const { org } = await randomDay(4, 20);
    try {
      await org.commander.close();
      await org.projector.close();
      let now = 0;
      class ClockReading extends AuditProjection {
        override apply(batch: readonly RecordedEvent[], checkpoint: string): void {
          super.apply(batch, checkpoint);
          this.database
            .prepare("update entry set at = ? where position = ?")
            .run(String((now += 1)), Number(batch.at(-1)?.position));
        }
      }
      for (const name of ["first", "second"]) {
        const projection = new ClockReading({ path: join(org.dir, `${name}.db`) });
        await rebuild(org.store, projection, options);
        projection.file.close();
      }
      expect(dump(join(org.dir, "second.db"))).not.toEqual(dump(join(org.dir, "first.db")));
    } finally {
      await org.close();
    }
  });
});
