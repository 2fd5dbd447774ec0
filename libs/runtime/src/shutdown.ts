import closeWithGrace from "close-with-grace";
import { sentenceOf } from "./fail.ts";
import type { Log } from "./log.ts";

/** A service that was started. */
export interface RunningService {
  /** Never resolves; rejects when the service cannot go on. */
  readonly failed: Promise<never>;
  /** Finishes what is in hand and closes what was opened, the last first. Safe to call twice. */
  close(): Promise<void>;
}

/** Where signals come from: `process`, handed in by `main.ts`. */
export interface Signals {
  on(signal: "SIGTERM" | "SIGINT", listener: (signal: string) => void): unknown;
}

/** Closing may take this long, so that the process is gone within 5 s of the signal. */
const CLOSE_MS = 4_500;
/** npm forwards a signal that the whole process group also gets: the second is the same one. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Stops the service on SIGTERM or SIGINT (exit code 0), or when it fails or throws (exit code 1, with a sentence on
 * stderr). Another signal later than a second after the first ends the process at once.
 */
export const closeOnSignal = (service: RunningService, signals: Signals, log: Log): void => {
  let failure: { readonly error: unknown } | undefined;
  let signalledAt: number | undefined;

  const grace = closeWithGrace(
    {
      delay: CLOSE_MS,
      logger: false,
      skip: ["SIGTERM", "SIGINT", "beforeExit"],
      onTimeout: (ms) => log.error({ ms }, "closing took too long; the process ends now"),
    },
    async ({ err }: { err?: Error }) => {
      const error = failure === undefined ? err : failure.error;
      if (error !== undefined) {
        log.error({ err: error }, "the service stops: it cannot go on");
        process.stderr.write(`${sentenceOf(error)}\n`);
      }
      try {
        await service.close();
      } catch (closing) {
        log.error({ err: closing }, "the service did not close cleanly");
        throw closing;
      }
      if (failure !== undefined) throw failure.error;
    },
  );

  const onSignal = (signal: string): void => {
    const now = performance.now();
    if (signalledAt === undefined) {
      signalledAt = now;
      log.info({ signal }, "stopping");
      grace.close();
    } else if (now - signalledAt > SAME_SIGNAL_MS) {
      // Whoever asks twice does not want to wait: the default action of a signal that cannot be caught.
      process.kill(process.pid, "SIGKILL");
    }
  };
  signals.on("SIGTERM", onSignal);
  signals.on("SIGINT", onSignal);
  service.failed.catch((error: unknown) => {
    if (signalledAt !== undefined || failure !== undefined) return;
    failure = { error };
    grace.close();
  });
};
