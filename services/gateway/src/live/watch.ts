import type { Clock } from "@countersign/runtime/clock.ts";
import { resultOf } from "../edge/answer.ts";
import type { Caller, Inner } from "../edge/inner.ts";
import type { Log } from "../edge/log.ts";
import { Refused } from "../edge/refused.ts";
import type { Feeds, LiveEvent } from "./feeds.ts";

/** Who watches, as the directory knows them now. */
export interface Viewer {
  readonly id: string;
  readonly kind: "person" | "agent";
  readonly org: string;
  readonly name: string | null;
  readonly access: string | null;
  readonly roles: readonly string[];
}

export interface Watch {
  /** As of the last change of the directory. */
  readonly viewer: () => Viewer;
  readonly close: () => void;
}

export interface WatchListener {
  /** Only events that this viewer may see by category; an agent's are its own to narrow further. */
  event(event: LiveEvent): void;
  /** The right to watch ended: the token is over, or the directory no longer knows them. Called once. */
  ended(): void;
}

export interface LiveParts {
  readonly feeds: Feeds;
  readonly inner: Inner;
  readonly clock: Clock;
  readonly log: Log;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Categories that only admins may see. */
const ADMINS_ONLY = new Set(["security"]);

/**
 * Attaches to the org's events for as long as the caller may see them: until the token is over or the directory
 * says otherwise, which is asked again at every change of the directory. Rejects with `Refused` when the caller is unknown.
 */
export const watch = async (
  parts: LiveParts,
  caller: Caller,
  listener: WatchListener,
): Promise<Watch> => {
  const { feeds, inner, clock, log } = parts;
  const { principal, expiresAt } = caller.who;
  let viewer: Viewer | undefined;
  let closed = false;
  let cancelTimer = (): void => {};

  const ask = async (): Promise<Viewer> =>
    resultOf<Viewer>(await inner.query(caller, "viewer", {}), caller.correlationId, log);

  const recheck = (): void => {
    ask().then(
      (now) => {
        viewer = now;
      },
      (error: unknown) => {
        if (error instanceof Refused && error.error.code !== "unavailable") end();
        else log.warn({ err: error, org: principal.org }, "a viewer could not be checked again");
      },
    );
  };

  const detach = await feeds.attach(principal.org, (event) => {
    if (closed) return;
    if (event.category === "directory") recheck();
    if (ADMINS_ONLY.has(event.category) && viewer?.access !== "admin") return;
    listener.event(event);
  });
  const close = (): void => {
    closed = true;
    cancelTimer();
    detach();
  };
  const end = (): void => {
    if (closed) return;
    close();
    listener.ended();
  };
  const armTimer = (): void => {
    const left = expiresAt - clock.now();
    // A token may be over by the few seconds that its check forgives.
    cancelTimer = clock.after(
      Math.min(Math.max(0, left), LONGEST_TIMER_MS),
      left > 0 ? armTimer : end,
    );
  };

  try {
    viewer = await ask();
  } catch (error) {
    close();
    throw error;
  }
  const known = viewer;
  armTimer();
  return { viewer: () => viewer ?? known, close };
};
