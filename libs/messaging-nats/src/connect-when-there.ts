import { BusUnavailable } from "@countersign/messaging/errors.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { silentLog } from "./link.ts";
import { connectNatsBus, type NatsBus, type NatsBusOptions } from "./nats-bus.ts";

/** Milliseconds between two attempts, and between two sentences about them. */
const PAUSE_MS = 500;
const SAY_MS = 5_000;

/** A file of credentials that cannot be read: no broker will make up for that. */
const isLocal = ({ cause }: BusUnavailable): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "EACCES");

/** Addresses may hold credentials, which are nobody's business in a log. */
const withoutPasswords = (text: string): string => text.replaceAll(/\/\/[^/@\s]*@/g, "//");

/**
 * Connects as soon as there is a broker that can be used. Until then it goes on trying, says so in the log every five
 * seconds, and tells `waiting` a sentence for readiness. Throws what no waiting mends, and
 * the reason of `stopping` once that is aborted.
 */
export const connectWhenThere = async (
  options: NatsBusOptions,
  waiting: (sentence: string) => void,
  stopping: AbortSignal,
): Promise<NatsBus> => {
  const { log = silentLog, clock = systemClock } = options;
  let said = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await connectNatsBus(options);
    } catch (failure) {
      if (!(failure instanceof BusUnavailable) || isLocal(failure)) throw failure;
      waiting("The broker cannot be used yet; it is tried again.");
      if (clock.monotonic() - said >= SAY_MS) {
        said = clock.monotonic();
        log.warn({}, `${withoutPasswords(failure.message)}; it is tried again.`);
      }
    }
    await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
    stopping.throwIfAborted();
  }
};
