import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";

/** A folder that is gone with `remove`. */
export const temporaryFolder = async (): Promise<{
  readonly path: string;
  readonly remove: () => Promise<void>;
}> => {
  const path = await mkdtemp(join(tmpdir(), "countersign-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

/** A SQLite event store in a folder of its own, for the contract suite. */
export const temporarySqliteStore = async (): Promise<{
  readonly store: EventStore;
  readonly reopen: () => Promise<EventStore>;
  readonly close: () => Promise<void>;
}> => {
  const folder = await temporaryFolder();
  const path = join(folder.path, "events.db");
  const store = openSqliteEventStore({ path });
  let current = store;
  return {
    store,
    reopen: async () => {
      await current.close();
      current = openSqliteEventStore({ path });
      return current;
    },
    close: async () => {
      await current.close();
      await folder.remove();
    },
  };
};
