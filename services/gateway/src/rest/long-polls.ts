import type { ServerResponse } from "node:http";
import type { Reply } from "@countersign/messaging/bus.ts";
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

/** On top of the wait: what the answer itself may take. */
const MARGIN_MS = 10_000;

export const makeLongPolls = (inner: Inner): LongPolls => {
  const waiting = new Set<AbortController>();
  let released = false;
  return {
    async ask(caller, parameters, waitMs, response) {
      if (released) return inner.query(caller, "request", parameters);
      const controller = new AbortController();
      const gone = (): void => controller.abort();
      waiting.add(controller);
      response.once("close", gone);
      try {
        return await inner.query(
          caller,
          "request",
          { ...parameters, wait_ms: waitMs },
          { timeoutMs: waitMs + MARGIN_MS, signal: controller.signal },
        );
      } catch (error) {
        if (response.destroyed) throw new Refused("unavailable", "The caller went away.");
        if (!released) throw error;
        return await inner.query(caller, "request", parameters);
      } finally {
        waiting.delete(controller);
        response.removeListener("close", gone);
      }
    },
    release() {
      released = true;
      for (const controller of waiting) controller.abort();
    },
  };
};
