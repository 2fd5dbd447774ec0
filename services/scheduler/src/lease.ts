import type { LeaseRegister } from "@countersign/messaging/lease-register.ts";
import type { Clock } from "@countersign/runtime/clock.ts";

/** Says which of several processes does the work. It saves work; nothing may depend on there being one only. */
export interface Lease {
  /** True while this process should work. */
  leads(): boolean;
  /** Calls `listener` whenever that may have changed. */
  onChange(listener: () => void): void;
}

/** A lease that is renewed until it is closed. */
export interface RenewedLease extends Lease {
  /** Gives it up, so that another takes it at once. Safe to call twice. */
  close(): Promise<void>;
}

export interface LeaseParts {
  readonly register: LeaseRegister;
  /** Another for each process. */
  readonly holder: string;
  readonly clock: Clock;
}

/** Between two renewals, and between two looks of whoever waits. */
const RENEW_MS = 250;
/** A holder that was not seen to renew for so long is dead: with the looks before and after, 1.5 s at most. */
const PATIENCE_MS = 1_000;
/** When nobody could be asked for so long, everybody works. */
const UNANSWERED_MS = 2_000;
/** How long closing waits for a broker that may be away: a lease that is not given up is followed anyway. */
const CLOSE_MS = 1_000;

/**
 * Holds a lease by renewing it. Nobody's wall clock is believed: each contender measures with its own monotonic clock
 * how long the revision has stood still. A holder that was stopped and goes on knows from its own clock that it may
 * have lost the lease, before it asks.
 */
class Contender implements RenewedLease {
  readonly #parts: LeaseParts;
  readonly #listeners: (() => void)[] = [];
  /** The revision that this process wrote last; null when another may have written since. */
  #mine: number | null = null;
  #renewedAt = Number.NEGATIVE_INFINITY;
  /** Another's revision, and when it was seen for the first time. */
  #others: { readonly revision: number; readonly at: number } | undefined;
  #failingSince: number | undefined;
  #led = false;
  #cancel: (() => void) | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.#next(0);
  }

  leads(): boolean {
    if (this.#closing !== undefined) return false;
    const now = this.#parts.clock.monotonic();
    if (now - this.#renewedAt < PATIENCE_MS) return true;
    return this.#failingSince !== undefined && now - this.#failingSince >= UNANSWERED_MS;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#giveUp());
  }

  async #giveUp(): Promise<void> {
    this.#cancel?.();
    const { clock } = this.#parts;
    const patience = Promise.withResolvers<void>();
    const cancel = clock.after(CLOSE_MS, patience.resolve);
    await Promise.race([this.#free(), patience.promise]);
    cancel();
  }

  async #free(): Promise<void> {
    await this.#turn;
    if (this.#mine !== null)
      await this.#parts.register.replace("", this.#mine).catch(() => undefined);
  }

  #next(ms: number): void {
    if (this.#closing !== undefined) return;
    const { clock } = this.#parts;
    this.#cancel = clock.after(ms, () => {
      const began = clock.monotonic();
      this.#turn = this.#take(began)
        .then(
          () => (this.#failingSince = undefined),
          () => (this.#failingSince ??= clock.monotonic()),
        )
        .then(() => {
          this.#tell();
          this.#next(Math.max(0, RENEW_MS - (clock.monotonic() - began)));
        });
    });
  }

  async #take(now: number): Promise<void> {
    const { register, holder } = this.#parts;
    if (this.#mine !== null) {
      await this.#write(this.#mine, now);
      return;
    }
    const present = await register.read();
    const { revision } = present ?? { revision: null };
    const isFree = present === null || present.holder === "" || present.holder === holder;
    if (!isFree && this.#others?.revision !== revision) {
      this.#others = { revision: present.revision, at: now };
    } else if (isFree || now - (this.#others?.at ?? now) >= PATIENCE_MS) {
      await this.#write(revision, now);
    }
  }

  /** What was written before an unknown outcome is found again under this holder's name. */
  async #write(seen: number | null, now: number): Promise<void> {
    this.#mine = null;
    const { register, holder } = this.#parts;
    this.#mine = await register.replace(holder, seen);
    this.#renewedAt = this.#mine === null ? Number.NEGATIVE_INFINITY : now;
    this.#others = undefined;
  }

  #tell(): void {
    const leads = this.leads();
    if (leads === this.#led) return;
    this.#led = leads;
    for (const listener of this.#listeners) listener();
  }
}

/** Contends for the lease from now on. */
export const holdLease = (parts: LeaseParts): RenewedLease => new Contender(parts);
