import { afterEach, beforeEach, describe } from "vitest";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { appendCases } from "./append-cases.ts";
import { conflictCases } from "./conflict-cases.ts";
import { deliveryCases } from "./delivery-cases.ts";
import { filterCases } from "./filter-cases.ts";
import { idempotenceCases } from "./idempotence-cases.ts";
import { invalidAppendCases } from "./invalid-append-cases.ts";
import { lifetimeCases } from "./lifetime-cases.ts";
import { loadCases } from "./load-cases.ts";
import { readCases } from "./read-cases.ts";
import { subscribeCases } from "./subscribe-cases.ts";

/** One store opened for one test. It need not be empty: every case writes to streams of its own. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Closes the store and opens it again over what it had kept. Left out when that cannot be done. */
  readonly reopen?: () => Promise<EventStore>;
  /** Closes whichever store is open and removes what it kept. */
  readonly close: () => Promise<void>;
}

/** Gives a case the store of the running test. */
export type Opened = () => StoreUnderTest;

/**
 * What every event store does, refusals first. Runs over each adapter; a case may rely only on the port:
 * positions have gaps, `live` may take a quiet moment, and other streams may be in the store.
 */
export const eventStoreContract = (name: string, make: () => Promise<StoreUnderTest>): void => {
  describe(`event store contract: ${name}`, () => {
    let opened: StoreUnderTest | undefined;
    beforeEach(async () => {
      opened = await make();
    });
    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });
    const current: Opened = () => {
      if (opened === undefined) throw new Error("a case asked for the store outside of its test");
      return opened;
    };
    conflictCases(current);
    invalidAppendCases(current);
    idempotenceCases(current);
    appendCases(current);
    readCases(current);
    subscribeCases(current);
    filterCases(current);
    deliveryCases(current);
    loadCases(current);
    lifetimeCases(current);
  });
};
