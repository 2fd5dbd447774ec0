import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks again and again until the answer is not undefined, and returns it. For what nothing announces: whoever can be
 * waited for through a long poll or a stream is waited for there. Throws after `withinMs` with the last error.
 */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  withinMs = 15_000,
): Promise<T> => {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await pause(20);
  }
  throw new Error(`${what} did not happen within ${withinMs} ms`, { cause: last });
};
