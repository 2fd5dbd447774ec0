import type { KnownRequest } from "@countersign/domain/request/state.ts";
import type { QueueChange } from "@countersign/read-models/queue/queue-projection.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { PassingMap } from "@countersign/runtime/passing.ts";

/** What a caller knows of a request: another payload, a new question or a pause is worth waking for. */
export interface Known {
  readonly version: number;
  readonly questions: number;
  /** The caller was told to stop waiting for now. */
  readonly paused: boolean;
}

interface Poll {
  /** Null when only the end wakes it. */
  readonly known: Known | null;
  readonly settle: (doc: string | null) => void;
}

const wakes = (
  { status, payloadVersion, dealings, timers }: KnownRequest,
  { known }: Poll,
): boolean =>
  status !== "pending" ||
  (known !== null &&
    (payloadVersion !== known.version ||
      (dealings?.questions.length ?? 0) > known.questions ||
      (timers?.callerPaused === true && !known.paused)));

/**
 * Callers that wait for a request's end, by request. A request that moves wakes them inside the batch that projected
 * it, with the text that was just rendered: nothing is read or rendered for each of them.
 */
export class LongPolls {
  readonly #clock: Clock;
  readonly #byRequest = new PassingMap<string, Set<Poll>>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): number {
    let waiting = 0;
    for (const polls of this.#byRequest.values()) waiting += polls.size;
    return waiting;
  }

  /** The request's text once something worth waking for happened; null after `ms` or when the service closes. */
  wait(org: string, id: string, ms: number, known: Known | null): Promise<string | null> {
    if (this.#closed) return Promise.resolve(null);
    const key = `${org}.${id}`;
    return new Promise((resolve) => {
      const poll: Poll = {
        known,
        settle: (doc) => {
          cancel();
          const polls = this.#byRequest.get(key);
          if (polls?.delete(poll) === true && polls.size === 0) this.#byRequest.delete(key);
          resolve(doc);
        },
      };
      const cancel = this.#clock.after(ms, () => poll.settle(null));
      const polls = this.#byRequest.get(key);
      if (polls === undefined) this.#byRequest.set(key, new Set([poll]));
      else polls.add(poll);
    });
  }

  changed({ org, id, state, doc }: QueueChange): void {
    if (this.#byRequest.size === 0) return;
    const polls = this.#byRequest.get(`${org}.${id}`);
    if (polls === undefined) return;
    for (const poll of polls) if (wakes(state, poll)) poll.settle(doc);
  }

  /** All that wait are answered with the request as it stands. */
  close(): void {
    this.#closed = true;
    for (const polls of this.#byRequest.values()) for (const poll of polls) poll.settle(null);
  }
}
