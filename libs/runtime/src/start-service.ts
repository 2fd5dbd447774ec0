import { fail, sentenceOf } from "./fail.ts";
import type { Log } from "./log.ts";
import { closeOnSignal, type RunningService, type Signals } from "./shutdown.ts";

export interface StartedService extends RunningService {
  readonly log: Log;
}

/**
 * Opens a service and stops it on signals. When it cannot start, says why on stderr, in a sentence, and answers null;
 * the process then ends with exit code 1. `name` begins that sentence: "The relay".
 */
export const startService = async <Service extends StartedService>(
  name: string,
  open: () => Promise<Service>,
  signals: Signals,
): Promise<Service | null> => {
  // While it opens, or closes again what it had opened, it may wait for timers only, which keep no process alive.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const service = await open();
    closeOnSignal(service, signals, service.log);
    return service;
  } catch (error) {
    fail([`${name} cannot start: ${sentenceOf(error)}`]);
    return null;
  } finally {
    clearInterval(alive);
  }
};
