import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "@countersign/event-store-sqlite/database.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import { allOf, idsOf } from "../../testkit/event-store/example-events.ts";
import { startSqliteChild, traceSqliteChild } from "../../testkit/event-store/run-sqlite-child.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";
import { available } from "../../testkit/servers.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "events.db");
});
afterEach(() => folder.remove());

/** What the rule "no acknowledgement without a sync" asks of a traced child. */
const syncedEachAppend = (syncs: number, appends: number): boolean => syncs >= appends;

describe("an acknowledged event is on the disk", () => {
  test("because every connection syncs its commits, the first and each later one", () => {
    for (let open = 0; open < 3; open++) {
      const database = openDatabase(path);
      expect(database.prepare("pragma synchronous").get()).toEqual({ synchronous: 2 });
      expect(database.prepare("pragma journal_mode").get()).toEqual({ journal_mode: "wal" });
      database.close();
      // Somebody else's connection with other settings changes nothing for ours.
      const other = new DatabaseSync(path);
      other.exec("pragma synchronous = off");
      other.close();
    }
  });

  describe.runIf(available("strace"))("as the kernel sees it", () => {
    test("one append after the other syncs at least once each, also on a file that was there", async () => {
      const first = await traceSqliteChild("oneAfterTheOther", path, 60);
      const second = await traceSqliteChild("oneAfterTheOther", path, 60);
      expect(first.said).toEqual([{ opened: true }]);
      expect(syncedEachAppend(first.syncs, 60)).toBe(true);
      expect(syncedEachAppend(second.syncs, 60)).toBe(true);
    });

    test("the same count tells a store that does not sync", async () => {
      const { syncs } = await traceSqliteChild("withoutSync", path, 60);
      expect(syncedEachAppend(syncs, 60)).toBe(false);
    });

    test("a copy of the log syncs the log before it and the file after it", async () => {
      const { syncs } = await traceSqliteChild("copiedAfterEach", path, 60);
      // Two of each append, which begins a log anew that was copied whole, and two of each copy.
      expect(syncs).toBeGreaterThanOrEqual(4 * 60);
    });

    test("64 appends at once share one sync", async () => {
      await traceSqliteChild("allAtOnce", path, 1);
      const none = await traceSqliteChild("allAtOnce", path, 0);
      const one = await traceSqliteChild("allAtOnce", path, 1);
      const many = await traceSqliteChild("allAtOnce", path, 64);
      expect(one.syncs).toBeGreaterThan(none.syncs);
      expect(many.syncs).toBe(one.syncs);
    });
  });

  test.each([
    ["in the middle of the work", "untilKilled"],
    ["while another thread copies the log", "untilKilledCopying"],
  ])("so that ten kills %s lose nothing and split no append", async (_when, activity) => {
    let acknowledged = 0;
    for (let kill = 0; kill < 10; kill++) {
      let answers = 0;
      const { child, over } = startSqliteChild(activity, path, 16, (said) => {
        if (said.acknowledged !== undefined && ++answers === 40 + kill * 7) child.kill("SIGKILL");
      });
      const said = await over;
      expect(child.signalCode).toBe("SIGKILL");
      const store = openSqliteEventStore({ path });
      for (const { acknowledged: stream, ids, sent } of said) {
        if (stream !== undefined) {
          expect(idsOf(await allOf(store.readStream(stream)))).toEqual(ids);
          acknowledged++;
        }
        if (sent !== undefined) {
          expect([0, 3]).toContain((await allOf(store.readStream(sent))).length);
        }
      }
      await store.close();
    }
    expect(acknowledged).toBeGreaterThan(400);
  });
});
