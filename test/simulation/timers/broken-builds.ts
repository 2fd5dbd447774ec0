import { execute } from "@countersign/application/execute.ts";
import { requestStream } from "@countersign/application/streams.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { COUNTERSIGN_TIMERS } from "@countersign/messaging/streams.ts";
import { plannedBy } from "@countersign/read-models/due/planned.ts";
import { timerMessage } from "@countersign/scheduler/timer-message.ts";
import { ORG, type Broken } from "./timer-world.ts";

/** What `setTimeout` does with a wait that does not fit into 31 bits: it does not wait. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** A scheduler without a table: every timer is a `setTimeout` of its own. */
export const rawTimeouts: Broken = {
  publish: ({ store, bus, clock }) => {
    const following = store.subscribe(
      { from: "start", streamPrefixes: ["request-"] },
      {
        events: (batch) => {
          for (const event of batch) {
            for (const row of plannedBy(event, 900_000, () => [])) {
              const wait = row.dueMs - clock.now();
              clock.after(wait > LONGEST_TIMEOUT_MS ? 1 : wait, () => {
                void bus.publish(timerMessage(row, 1, clock.now()));
              });
            }
          }
        },
      },
    );
    return following;
  },
};

/** Business time that takes the local times of a calendar for UTC. */
export const localTimesAsUtc: Broken = {
  businessTimeOf: (real) => (calendars) => {
    const wrong = real(new Map([...calendars].map(([id, each]) => [id, { ...each, zone: "UTC" }])));
    return {
      after(id, start, duration) {
        const found = wrong.after(id, start, duration);
        return found === null ? null : { ...found, zone: calendars.get(id)?.zone ?? "UTC" };
      },
    };
  },
};

interface TimerBody {
  readonly request: string;
  readonly version: number;
  readonly level: number | null;
  readonly step: number | null;
  readonly generation: number;
  readonly due_at: string;
}

/** A commander that takes a step when a message says so, unless it was taken: no matter for which plan it was sent. */
export const withoutGeneration: Broken = {
  obey: ({ bus, commander: { decider } }) =>
    bus.consume({ stream: COUNTERSIGN_TIMERS.name, durable: "commander" }, async (delivery) => {
      const timer = JSON.parse(delivery.body) as TimerBody;
      const { level, step, version, generation } = timer;
      const told: RequestEvent = {
        type: "ReminderDue",
        data: {
          level,
          step,
          payloadVersion: version,
          generation,
          dueAt: timer.due_at,
          openLevel: level,
          told: [],
          channels: [],
          reason: null,
        },
      };
      await execute(
        decider.engine,
        decider.request,
        requestStream(ORG, timer.request),
        {
          commandId: delivery.id,
          commandHash: null,
          org: ORG,
          principal: null,
          actor: { kind: "timer", id: "any" },
          channel: "timer",
          correlationId: delivery.id,
          causationId: null,
        },
        (state) => {
          const plan =
            state.status === "pending"
              ? state.timers?.plans.find((known) => known.level === level)
              : undefined;
          return { events: plan === undefined || plan.past.has(step) ? [] : [told] };
        },
      );
      return "ack";
    }),
};
