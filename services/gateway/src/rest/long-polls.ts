import type { ServerResponse } from "node:http";
import type { Reply } from "@countersign/messaging/bus.ts";
import { PassingSet } from "@countersign/runtime/passing.ts";
import type { Caller, Inner } from "../edge/inner.ts";
import { Refused } from "../edge/refused.ts";

/** Requests that wait in the projector for a decision. */
export interface LongPolls {
  /** Answers when the request is decided, or after `waitMs` with its state then. Ends when the caller goes away. */
  ask(
    caller: Caller,
    parameters: { readonly id: string },
    waitMs: number,
    response: ServerResponse,
  ): Promise<Reply>;
  /** The service stops: all that wait are answered with the state as it is now. */
  release(): void;
}

/**
 * One that has not ended. It is forgotten as a whole when it ends: the answer to a caller who left may be a minute away,
 * and would keep their request until then, some 8 KB each.
 */
interface Open {
  readonly response: ServerResponse;
  readonly resolve: (reply: Reply | Promise<Reply>) => void;
  readonly reject: (reason: unknown) => void;
}

/** On top of the wait: what the answer itself may take. */
const MARGIN_MS = 10_000;

export const makeLongPolls = (inner: Inner): LongPolls => {
  /** What lets go of each that waits. */
  const waiting = new PassingSet<() => void>();
  let released = false;
  return {
    ask(caller, parameters, waitMs, response) {
      const asItIs = (): Promise<Reply> => inner.query(caller, "request", parameters);
      if (released) return asItIs();
      const asked = Promise.withResolvers<Reply>();
      let open: Open | undefined = { response, resolve: asked.resolve, reject: asked.reject };
      const end = (): Open | undefined => {
        const ended = open;
        open = undefined;
        waiting.delete(release);
        ended?.response.removeListener("close", gone);
        return ended;
      };
      const release = (): void => end()?.resolve(asItIs());
      // What the projector answers all the same, at the latest when the wait is over, reaches nobody.
      const gone = (): void => end()?.reject(new Refused("unavailable", "The caller went away."));
      waiting.add(release);
      response.on("close", gone);
      inner
        .query(
          caller,
          "request",
          { ...parameters, wait_ms: waitMs },
          { timeoutMs: waitMs + MARGIN_MS },
        )
        .then(
          (reply) => end()?.resolve(reply),
          (error: unknown) => end()?.reject(error),
        );
      return asked.promise;
    },
    release() {
      released = true;
      for (const release of waiting.values()) release();
    },
  };
};
