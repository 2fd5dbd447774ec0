/** What the suites need to run over an adapter, and small means to wait for what must come. */
import type { Bus, Message, Reply } from "@countersign/messaging/bus.ts";

export interface BusUnderTest {
  /** A bus on the broker under test; a further call may give the same bus or another connection. */
  connect(): Promise<Bus>;
  /** Closes every bus that was handed out. */
  close(): Promise<void>;
}

/** Makes a broker without any messages in it. */
export type StartBus = () => Promise<BusUnderTest>;

/** Milliseconds until a delivery is repeated in these tests. */
export const quickRetry = (): number => 5;

export const reply = (body: string, headers: Record<string, string> = {}): Reply => ({
  headers,
  body,
});

/** Collects what arrives and resolves `all` when there is enough of it. */
export class Inbox<T> {
  readonly seen: T[] = [];
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  readonly take = (item: T): void => {
    this.seen.push(item);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.seen.length < count) return true;
      resolve();
      return false;
    });
  };

  /** The first `count` that arrived, once there are as many. */
  async first(count: number): Promise<readonly T[]> {
    if (this.seen.length < count)
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    return this.seen.slice(0, count);
  }
}

/** An inbox of messages whose `bodies` can be asked for. */
export const messageInbox = (): Inbox<Message> => new Inbox<Message>();

export const bodies = (messages: readonly Message[]): readonly string[] =>
  messages.map(({ body }) => body);

/** Numbers as texts, from 0: bodies that show a loss, a repetition or a wrong order. */
export const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => String(number));
