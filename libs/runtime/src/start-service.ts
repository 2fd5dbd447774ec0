import { fail, sentenceOf } from "./fail.ts";
import type { Log } from "./log.ts";
import { closeOnSignal, type RunningService, type Signals } from "./shutdown.ts";

export interface StartedService extends RunningService {
  readonly log: Log;
}

/** Giving up an opening may take this long, so that the process is gone within 5 s of the signal. */
const GIVE_UP_MS = 4_500;

/**
 * Opens a service and stops it on signals. When it cannot start, says why on stderr, in a sentence, and answers null;
 * the process then ends with exit code 1. `name` begins that sentence: "The relay". A signal that comes while it opens
 * aborts `stopping`: what waits for others gives up then, null is answered, and the exit code is 0.
 */
export const startService = async <Service extends StartedService>(
  name: string,
  open: (stopping: AbortSignal) => Promise<Service>,
  signals: Signals,
): Promise<Service | null> => {
  // While it opens, or closes again what it had opened, it may wait for timers only, which keep no process alive.
  const alive = setInterval(() => undefined, 60_000);
  const stopping = new AbortController();
  let isOpening = true;
  const giveUp = (): void => {
    if (!isOpening || stopping.signal.aborted) return;
    stopping.abort();
    setTimeout(() => {
      if (isOpening) process.kill(process.pid, "SIGKILL");
    }, GIVE_UP_MS).unref();
  };
  signals.on("SIGTERM", giveUp);
  signals.on("SIGINT", giveUp);
  try {
    const service = await open(stopping.signal);
    if (stopping.signal.aborted) {
      await service.close();
      return null;
    }
    closeOnSignal(service, signals, service.log);
    return service;
  } catch (error) {
    if (!stopping.signal.aborted) fail([`${name} cannot start: ${sentenceOf(error)}`]);
    return null;
  } finally {
    isOpening = false;
    clearInterval(alive);
  }
};
