import { setImmediate as nextTurn } from "node:timers/promises";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import type {
  EventSubscription,
  SubscribeOptions,
  Subscriber,
} from "@countersign/event-store/event-store.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { AllStreamResolvedEvent } from "@eventstore/db-client";
import type { EventStoreDBClient } from "./connection.ts";
import { failureOf } from "./failures.ts";
import { pause } from "./pause.ts";
import { checkpointOf, positionOf, recordedEvent } from "./recorded-events.ts";
import type { SubscriptionBreak } from "./settings.ts";
import { openFeed } from "./subscription-feed.ts";
import type { Feed } from "./subscription-feed.ts";

/** Milliseconds before the first attempt after an outage; doubled with each attempt that brings nothing. */
const firstBackOff = 100;

export interface SubscriptionSettings {
  readonly client: EventStoreDBClient;
  readonly clock: Clock;
  /** Milliseconds without news after which a confirmed call counts as live. */
  readonly quietMoment: number;
  /** Milliseconds between two attempts at most. */
  readonly longestBackOff: number;
  /** Called once for each call that the server confirms. */
  readonly onConfirmed: () => void;
  readonly onBreak: (reason: SubscriptionBreak) => void;
}

/** What follows from one server call to the next. */
interface Progress {
  at: ReturnType<typeof positionOf> | "start";
  live: boolean;
  /** Attempts since something last came through. */
  attempts: number;
}

/**
 * Events that the server writes by itself. Most stand in `$` streams, which the filter leaves out; not so what says
 * that a stream was deleted for good, which stands under that stream's own name and is no JSON.
 */
const isOurs = ({ type }: { readonly type: string }): boolean => !type.startsWith("$");

const recordedIn = (resolved: readonly AllStreamResolvedEvent[]) =>
  resolved.flatMap(({ event }) => (event === undefined ? [] : [event]));

/**
 * Follows `$all` across everything that ends a subscription at the server. That happens in normal operation: the
 * server keeps 32 live events for a subscriber and then hangs up, so one append of 200 events is enough. Nothing is
 * lost or repeated, because every call begins behind the last event handled.
 */
export const openSubscription = (
  settings: SubscriptionSettings,
  options: SubscribeOptions,
  subscriber: Subscriber,
): EventSubscription => {
  const { clock } = settings;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = (): boolean => signal.aborted;

  const goLive = (progress: Progress): void => {
    if (progress.live || stopped()) return;
    progress.live = true;
    subscriber.live?.();
  };

  /** Resolves when there is something to pull, when the feed ended, or when it is time to stop. */
  const untilReady = (feed: Feed, progress: Progress): Promise<void> =>
    new Promise((resolve) => {
      const quiet = !progress.live && feed.confirmed && !feed.hasNews;
      const cancel = quiet
        ? clock.after(settings.quietMoment, () => {
            goLive(progress);
            done();
          })
        : undefined;
      const done = (): void => {
        cancel?.();
        signal.removeEventListener("abort", done);
        resolve();
      };
      signal.addEventListener("abort", done);
      feed.whenReady(done);
    });

  /** Hands on what the feed brings, until it ends or the subscription is to stop. Throws what the subscriber threw. */
  const follow = async (feed: Feed, progress: Progress): Promise<void> => {
    let confirmed = false;
    while (!stopped()) {
      if (feed.confirmed && !confirmed) {
        confirmed = true;
        settings.onConfirmed();
      }
      const { events, passed, caughtUp } = feed.pull();
      const recorded = recordedIn(events);
      const last = recorded.at(-1);
      if (last !== undefined) {
        const batch = recorded.filter(isOurs).map(recordedEvent);
        if (batch.length > 0) {
          const handled = subscriber.events(batch, checkpointOf(last.position));
          if (handled !== undefined) await handled;
        }
        progress.at = last.position;
        progress.attempts = 0;
        if (stopped()) return;
      }
      if (passed !== undefined) {
        await subscriber.passed?.(checkpointOf(passed));
        progress.at = passed;
        progress.attempts = 0;
      }
      if (caughtUp) goLive(progress);
      if (last === undefined && passed === undefined && !caughtUp) {
        if (feed.failure !== undefined) return;
        await untilReady(feed, progress);
        // What arrives in the same turn comes as one batch: one transaction of a projection instead of a hundred.
        await nextTurn();
      }
    }
  };

  /** What to do about the end of a call: nothing, wait, or give up with `StoreFailed`. */
  const recover = async (cause: unknown, progress: Progress): Promise<void> => {
    const failure = failureOf(cause);
    if (failure === "refused") throw new StoreFailed("the store refused a subscription", { cause });
    settings.onBreak(failure === "too-slow" ? "too-slow" : "outage");
    const attempt = progress.attempts++;
    if (failure === "too-slow" && attempt === 0) return;
    const wait = Math.min(firstBackOff * 2 ** Math.min(attempt, 20), settings.longestBackOff);
    await pause(clock, wait, signal);
  };

  const run = async (): Promise<void> => {
    const at = options.from === "start" ? options.from : positionOf(options.from);
    const progress: Progress = { at, live: false, attempts: 0 };
    while (!stopped()) {
      const feed = openFeed(settings.client, progress.at, options.streamPrefixes);
      try {
        await follow(feed, progress);
      } finally {
        feed.stop();
      }
      if (!stopped()) await recover(feed.failure?.cause, progress);
    }
  };

  // Never before the caller holds the subscription: a subscriber may close it out of its first batch.
  const closed = Promise.resolve().then(run);
  // Whoever owns the subscription looks at `closed`, perhaps later than it fails.
  closed.catch(() => undefined);
  return {
    closed,
    async close() {
      stopping.abort();
      await closed.catch(() => undefined);
    },
  };
};
