/** The bus inside one process, `npm start`'s: calls instead of messages, with the port's promises kept. */
import type { Bus, BusSubscription, Message, Publication } from "@countersign/messaging/bus.ts";
import { BusUnavailable, InvalidSubject, MessageTooLarge } from "@countersign/messaging/errors.ts";
import { checkHeaders, NO_HEADERS } from "@countersign/messaging/headers.ts";
import {
  MAX_MESSAGE_BYTES,
  retryDelayMs,
  STREAMS,
  streamOfSubject,
} from "@countersign/messaging/streams.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { MemoryStream } from "./memory-stream.ts";
import { Requests } from "./requests.ts";
import { SubjectIndex } from "./subject-index.ts";

export interface MemoryBusOptions {
  readonly clock: Clock;
  /** Milliseconds before the delivery that follows the nth; default `retryDelayMs`. */
  readonly retryDelay?: (deliveries: number) => number;
  /** Told of what a handler threw: the port answers nobody with it, and it must not be lost. */
  readonly failed?: (failure: unknown, subject: string) => void;
}

/** A `Bus` that always knows whether a publication would reach anybody. */
export interface MemoryBus extends Bus {
  interested(subject: string): boolean;
}

/** Subjects whose stream is remembered; beyond this many the memory of them starts again. */
const MAX_ROUTES = 10_000;

const DONE = Promise.resolve();

/** Makes a bus for one process. It holds nothing beyond that process, and starts no timer until something waits. */
export const makeMemoryBus = (options: MemoryBusOptions): MemoryBus => {
  const { clock, retryDelay = retryDelayMs, failed = () => {} } = options;
  const requests = new Requests(clock, failed);
  const listeners = new SubjectIndex<(message: Message) => void>();
  const subscriptions = new Set<BusSubscription>();
  let open = true;

  const around = {
    pause: (deliveries: number, callback: () => void) =>
      clock.after(retryDelay(deliveries), callback),
    failed,
  };
  const streams = new Map(STREAMS.map((stream) => [stream.name, new MemoryStream(stream, around)]));
  const routes = new Map<string, MemoryStream>();
  const streamOf = (subject: string): MemoryStream | undefined => {
    const known = routes.get(subject);
    if (known !== undefined) return known;
    const name = streamOfSubject(subject)?.name;
    const found = name === undefined ? undefined : streams.get(name);
    if (routes.size >= MAX_ROUTES) routes.clear();
    if (found !== undefined) routes.set(subject, found);
    return found;
  };

  /** Gives each subscription a `close` that the bus's own `close` also calls. */
  const tracked = (inner: BusSubscription): BusSubscription => {
    const subscription: BusSubscription = {
      ready: inner.ready,
      close: () => {
        subscriptions.delete(subscription);
        return inner.close();
      },
    };
    subscriptions.add(subscription);
    return subscription;
  };

  const mustBeOpen = (): void => {
    if (!open) throw new BusUnavailable("the bus is closed");
  };

  const mustFit = (body: string): void => {
    if (body.length > MAX_MESSAGE_BYTES)
      throw new MessageTooLarge(`a message of ${body.length} characters; 1 MiB is the limit`);
  };

  const publishNow = ({ subject, id, headers = NO_HEADERS, body }: Publication): void => {
    mustBeOpen();
    const stream = streamOf(subject);
    if (stream === undefined)
      throw new InvalidSubject(`no stream holds ${JSON.stringify(subject.slice(0, 320))}`);
    const hearing = listeners.find(subject);
    if (hearing.length === 0 && !stream.keeps) return;
    checkHeaders(headers);
    mustFit(body);
    stream.publish({ subject, id, headers, body }, clock.monotonic());
    if (hearing.length === 0) return;
    const message = { subject, headers, body };
    for (const handler of hearing) {
      try {
        handler(message);
      } catch (failure) {
        failed(failure, subject);
      }
    }
  };

  return {
    request(subject, body, requested) {
      try {
        mustBeOpen();
        if (requested.headers !== undefined) checkHeaders(requested.headers);
        mustFit(body);
        return requests.request(subject, body, requested);
      } catch (failure) {
        return Promise.reject(failure);
      }
    },

    serve(subject, group, handler) {
      mustBeOpen();
      return tracked(requests.serve(subject, group, handler));
    },

    publish(publication) {
      try {
        publishNow(publication);
        return DONE;
      } catch (failure) {
        return Promise.reject(failure);
      }
    },

    consume({ stream, durable, filter, concurrency = 64 }, handler) {
      mustBeOpen();
      const found = streams.get(stream);
      if (found === undefined) throw new Error(`there is no stream ${stream}`);
      return tracked(
        found.consume(durable, filter ?? found.definition.subject, concurrency, handler),
      );
    },

    live(subject, handler) {
      if (!open) return Promise.reject(new BusUnavailable("the bus is closed"));
      const remove = listeners.add(subject, handler);
      const close = (): Promise<void> => {
        remove();
        return DONE;
      };
      return Promise.resolve(tracked({ ready: DONE, close }));
    },

    interested(subject) {
      if (listeners.find(subject).length > 0) return true;
      return streamOf(subject)?.keeps ?? false;
    },

    connected: () => open,

    async close() {
      open = false;
      const closing = [...subscriptions].map((subscription) => subscription.close());
      requests.stop();
      for (const stream of streams.values()) stream.stop();
      await Promise.all(closing);
    },
  };
};
