import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import { openWalCopier, type WalCopier } from "@countersign/event-store-sqlite/wal-copier.ts";
import { allOf, aStream, idsOf, someEvents } from "../../testkit/event-store/example-events.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";

let stack: AsyncDisposableStack;
let path: string;
let store: EventStore;
let committed: number;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const folder = await temporaryFolder();
  stack.defer(folder.remove);
  path = join(folder.path, "events.db");
  store = openSqliteEventStore({ path, onCommitted: (position) => (committed = position) });
  stack.defer(() => store.close());
});
afterEach(() => stack.disposeAsync());

const openCopier = (every: number): WalCopier => {
  const copier = openWalCopier({ path, committed: () => committed, every });
  stack.defer(() => copier.close());
  return copier;
};

/** What a stream holds in the file alone, without the log beside it. */
const idsInFile = async (stream: string): Promise<string[]> => {
  const alone = `${path}-alone`;
  await copyFile(path, alone);
  const copy = openSqliteEventStore({ path: alone });
  try {
    return idsOf(await allOf(copy.readStream(stream)));
  } finally {
    await copy.close();
  }
};

describe("a copier of the write-ahead log", () => {
  test("brings all that was committed into the file, once it is enough", async () => {
    const copier = openCopier(5);
    const [early, late] = [aStream(), aStream()];
    const events = someEvents(7);
    await store.append(early, "no-stream", events.slice(0, 4));
    copier.moved();
    await store.append(late, "no-stream", events.slice(4, 6));
    copier.moved();
    expect(await idsInFile(early)).toEqual(idsOf(events.slice(0, 4)));
    expect(await idsInFile(late)).toEqual(idsOf(events.slice(4, 6)));
    await store.append(late, 1n, events.slice(6));
    copier.moved();
    expect(await idsInFile(late)).toEqual(idsOf(events.slice(4, 6)));
    expect(idsOf(await allOf(store.readStream(late)))).toEqual(idsOf(events.slice(4)));
  });

  test("does not make a store that is not there", () => {
    const open = (): WalCopier => openWalCopier({ path: "/nowhere/events.db", committed: () => 0 });
    expect(open).toThrow(StoreFailed);
    expect(open).toThrow("/nowhere/events.db cannot be opened: check that its folder exists");
    const missing = `${path}-missing`;
    expect(() => openWalCopier({ path: missing, committed: () => 0 })).toThrow(StoreFailed);
  });
});
