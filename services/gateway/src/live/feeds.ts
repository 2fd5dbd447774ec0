import type { Bus, BusSubscription, Message } from "@countersign/messaging/bus.ts";
import { eventPattern, parseSubject } from "@countersign/messaging/subjects.ts";
import type { Log } from "../edge/log.ts";

/** An event as it passes by, read once for all who listen. */
export interface LiveEvent {
  readonly position: bigint;
  readonly category: string;
  /** The domain's name: `VoteCast`. */
  readonly name: string;
  /** The approval request it is about, or null. */
  readonly requestId: string | null;
  /** The CloudEvent, JSON text. */
  readonly text: string;
}

export type Listener = (event: LiveEvent) => void;

/** One live subscription on the bus for each org that somebody listens to, shared by all who do. */
export interface Feeds {
  /** Resolves once attached: no event after that is missed. Returns how to detach. */
  attach(org: string, listener: Listener): Promise<() => void>;
  close(): Promise<void>;
}

interface Feed {
  readonly listeners: Set<Listener>;
  readonly subscription: Promise<BusSubscription>;
}

const readEvent = ({ subject, body }: Message): LiveEvent | undefined => {
  const parsed = parseSubject(subject);
  if (parsed?.kind !== "event") return undefined;
  const event = JSON.parse(body) as { position?: unknown; subject?: unknown };
  if (typeof event.position !== "string" || !/^\d+$/.test(event.position)) return undefined;
  return {
    position: BigInt(event.position),
    category: parsed.category,
    name: parsed.type,
    requestId:
      parsed.category === "request" && typeof event.subject === "string" ? event.subject : null,
    text: body,
  };
};

export const makeFeeds = (bus: Bus, log: Log): Feeds => {
  const feeds = new Map<string, Feed>();

  const open = (org: string): Feed => {
    const listeners = new Set<Listener>();
    const subscription = bus.live(eventPattern({ org }), (message) => {
      const event = readEvent(message);
      if (event === undefined) {
        log.error({ subject: message.subject }, "a live event cannot be read");
        return;
      }
      for (const listener of listeners) listener(event);
    });
    return { listeners, subscription };
  };

  const release = (org: string, feed: Feed): void => {
    if (feeds.get(org) === feed) feeds.delete(org);
    feed.subscription
      .then((subscription) => subscription.close())
      .catch((err: unknown) => log.warn({ err }, "a live subscription did not close"));
  };

  return {
    async attach(org, listener) {
      const feed = feeds.get(org) ?? open(org);
      feeds.set(org, feed);
      feed.listeners.add(listener);
      const detach = (): void => {
        if (feed.listeners.delete(listener) && feed.listeners.size === 0) release(org, feed);
      };
      try {
        await feed.subscription;
      } catch (error) {
        feed.listeners.delete(listener);
        if (feeds.get(org) === feed) feeds.delete(org);
        throw error;
      }
      return detach;
    },
    async close() {
      const open = [...feeds.values()];
      feeds.clear();
      await Promise.allSettled(open.map(async ({ subscription }) => (await subscription).close()));
    },
  };
};
