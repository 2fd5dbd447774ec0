import { newEvents } from "@countersign/application/new-events.ts";
import { securityStream } from "@countersign/application/streams.ts";
import type { Channel, EventMetadata } from "@countersign/domain/actor.ts";
import { metadataOf } from "@countersign/domain/recorded.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { SecurityEvent } from "@countersign/domain/security/security.ts";
import { WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import type { EventStore, ExpectedRevision } from "@countersign/event-store/event-store.ts";
import { toIso, type Clock } from "@countersign/runtime/clock.ts";
import type { Ids } from "@countersign/runtime/ids.ts";
import type { Log } from "@countersign/runtime/log.ts";

/** Refusals for reasons of right: who is told one of these wanted what they may not. */
const ofRight: ReadonlySet<string> = new Set([
  "not-an-approver",
  "separation-of-duties",
  "foreign-org",
  "unauthenticated",
]);

export interface Attempt {
  readonly principal: Principal;
  readonly code: string;
  readonly operation: string;
  readonly request: string | null;
  readonly channel: Channel;
  readonly correlationId: string;
}

interface Minute {
  readonly startedAt: number;
  last: Attempt;
  written: number;
  uncounted: number;
}

const MINUTE_MS = 60_000;
/** Entries a minute for each principal and code; what comes after them is one entry with a count. */
const MOST_A_MINUTE = 20;
/** Principals and codes followed at once, and entries waiting for the store: beyond that they are lost, and logged. */
const MOST_FOLLOWED = 10_000;
const MOST_WAITING = 1_000;
/** A conflict means that another commander wrote an entry, so this bound is only reached when something is broken. */
const TRIES = 50;

interface Tail {
  revision: bigint;
  lastOccurredAt: string;
}

/**
 * Writes refused attempts into the org's security stream, beside the command's answer: what is refused waits for
 * nothing here, and a store that cannot be written loses entries, never answers.
 */
export class Attempts {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #log: Log;
  readonly #knows: (org: string) => boolean;
  readonly #minutes = new Map<string, Minute>();
  readonly #tails = new Map<string, Tail>();
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;
  #cancelSweep: (() => void) | undefined;

  /** `knows` is true for an org that has people: nobody makes streams for others by naming them. */
  constructor(
    store: EventStore,
    clock: Clock,
    ids: Ids,
    log: Log,
    knows: (org: string) => boolean,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#ids = ids;
    this.#log = log;
    this.#knows = knows;
  }

  /** Takes note of a refusal, when it is one of right. Returns at once. */
  note(attempt: Attempt): void {
    const { principal, code } = attempt;
    if (!ofRight.has(code) || !this.#knows(principal.org)) return;
    const key = JSON.stringify([principal.org, principal.kind, principal.id, code]);
    const now = this.#clock.now();
    let minute = this.#minutes.get(key);
    if (minute !== undefined && now - minute.startedAt >= MINUTE_MS) {
      this.#end(key, minute);
      minute = undefined;
    }
    if (minute === undefined) {
      if (this.#minutes.size >= MOST_FOLLOWED) {
        this.#log.warn({ org: principal.org }, "too many refused attempts to follow each");
        return;
      }
      minute = { startedAt: now, last: attempt, written: 0, uncounted: 0 };
      this.#minutes.set(key, minute);
      this.#cancelSweep ??= this.#clock.after(MINUTE_MS, () => this.#sweep());
    }
    minute.last = attempt;
    if (minute.written < MOST_A_MINUTE) {
      minute.written += 1;
      this.#write(attempt, 1);
    } else minute.uncounted += 1;
  }

  /** Resolves when everything noted so far stands in the store, or was given up. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Writes what was only counted, and stops. */
  async close(): Promise<void> {
    this.#cancelSweep?.();
    for (const [key, minute] of this.#minutes) this.#end(key, minute);
    await this.#writing;
  }

  #sweep(): void {
    this.#cancelSweep = undefined;
    const now = this.#clock.now();
    for (const [key, minute] of this.#minutes)
      if (now - minute.startedAt >= MINUTE_MS) this.#end(key, minute);
    if (this.#minutes.size > 0)
      this.#cancelSweep = this.#clock.after(MINUTE_MS, () => this.#sweep());
  }

  #end(key: string, { last, uncounted }: Minute): void {
    this.#minutes.delete(key);
    if (uncounted > 0) this.#write(last, uncounted);
  }

  #write(attempt: Attempt, count: number): void {
    if (this.#waiting >= MOST_WAITING) {
      this.#log.warn({ org: attempt.principal.org }, "a refused attempt was not recorded");
      return;
    }
    this.#waiting += 1;
    this.#writing = this.#writing
      .then(() => this.#append(attempt, count))
      .catch((err: unknown) => this.#log.warn({ err }, "a refused attempt was not recorded"))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  async #append(attempt: Attempt, count: number): Promise<void> {
    const { principal, code, operation, request, channel, correlationId } = attempt;
    const { org } = principal;
    const stream = securityStream(org);
    const event: SecurityEvent = {
      type: "AttemptRefused",
      data: { code, operation, request, count },
    };
    const commandId = `cmd_${this.#ids.ulid()}`;
    for (let attempts = 1; ; attempts++) {
      const tail = this.#tails.get(org);
      const clock = toIso(this.#clock.now());
      const occurredAt =
        tail !== undefined && tail.lastOccurredAt > clock ? tail.lastOccurredAt : clock;
      const metadata: EventMetadata = {
        commandId,
        correlationId,
        org,
        actor: { kind: principal.kind, id: principal.id },
        channel,
        occurredAt,
        schemaVersion: 1,
      };
      const expected: ExpectedRevision = tail?.revision ?? "no-stream";
      try {
        const events = newEvents([event], metadata);
        const { revision } = await this.#store.append(stream, expected, events);
        this.#tails.set(org, { revision, lastOccurredAt: occurredAt });
        return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || attempts >= TRIES) throw error;
        await this.#reload(org, stream, error.actual);
      }
    }
  }

  async #reload(org: string, stream: string, actual: bigint | "no-stream"): Promise<void> {
    this.#tails.delete(org);
    if (actual === "no-stream") return;
    for await (const recorded of this.#store.readStream(stream, { from: actual }))
      this.#tails.set(org, {
        revision: recorded.revision,
        lastOccurredAt: metadataOf(recorded).occurredAt,
      });
  }
}
