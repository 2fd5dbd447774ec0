/** One timer that was published and has not taken effect yet. */
interface Sent {
  readonly attempts: number;
  /** Monotonic milliseconds at which it is published again. */
  readonly againAt: number;
}

const FIRST_AGAIN_MS = 500;
/** Half of the minute within which nothing may be overdue any more, once everybody is there again. */
const LONGEST_AGAIN_MS = 30_000;

/** What was published and stands until its effect is seen in the log, by stream. */
export class InHand {
  readonly #sent = new Map<string, Sent>();
  /** Of these, those whose first message is still young: what the commander may be busy with. */
  #fresh = 0;

  get size(): number {
    return this.#sent.size;
  }

  get fresh(): number {
    return this.#fresh;
  }

  /** Which attempt it would be to publish it now; 0 while it has to wait for the one before. */
  nextAttempt(stream: string, now: number): number {
    const sent = this.#sent.get(stream);
    if (sent === undefined) return 1;
    return sent.againAt <= now ? sent.attempts + 1 : 0;
  }

  /** Said before it is published: in one process its effect may be seen before the bus has answered. */
  publishing(stream: string, attempt: number, now: number): void {
    if (attempt === 1) this.#fresh += 1;
    if (attempt === 2) this.#fresh -= 1;
    const pause = Math.min(FIRST_AGAIN_MS * 2 ** (attempt - 1), LONGEST_AGAIN_MS);
    this.#sent.set(stream, { attempts: attempt, againAt: now + pause });
  }

  /** It took effect, will never, or was not published after all. */
  forget(stream: string): void {
    if (this.#sent.get(stream)?.attempts === 1) this.#fresh -= 1;
    this.#sent.delete(stream);
  }
}
