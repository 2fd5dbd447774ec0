import { ulid } from "ulid";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes new ids. Derived ids (idempotency, process managers) are made from their parts, not here. */
export interface Ids {
  /** A ULID: 26 characters, sortable by time. */
  ulid(): string;
}

/** Ids from a clock and a source of randomness. */
export const makeIds = (clock: Clock, random: Random): Ids => ({
  ulid: () => ulid(clock.now(), () => random.next()),
});
