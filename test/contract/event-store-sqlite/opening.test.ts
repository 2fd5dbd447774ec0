import { mkdir, open, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import { refuseLossySqlite } from "@countersign/event-store-sqlite/sqlite-version.ts";
import { allOf, aStream, anEvent, someEvents } from "../../testkit/event-store/example-events.ts";
import { startSqliteChild } from "../../testkit/event-store/run-sqlite-child.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "events.db");
});
afterEach(() => folder.remove());

/** A store with some events, closed, so that everything stands in the one file. */
const filledFile = async (): Promise<string> => {
  const store = openSqliteEventStore({ path });
  const stream = aStream();
  await store.append(stream, "no-stream", someEvents(300));
  await store.close();
  return stream;
};

/** That opening is refused with a sentence, and that the file has the same bytes afterwards. */
const expectRefusedUnchanged = async (sentence: string): Promise<void> => {
  const before = await readFile(path);
  expect(() => openSqliteEventStore({ path })).toThrow(StoreFailed);
  expect(() => openSqliteEventStore({ path })).toThrow(sentence);
  expect((await readFile(path)).equals(before)).toBe(true);
};

const overwrite = async (at: number, bytes: number): Promise<void> => {
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(bytes, 0xa5), 0, bytes, at);
  await file.close();
};

describe("opening the store", () => {
  test("makes the file and its folder when they are missing", async () => {
    const deep = join(folder.path, "a", "b", "events.db");
    const store = openSqliteEventStore({ path: deep });
    await store.append(aStream(), "no-stream", [anEvent()]);
    await store.close();
    expect((await readFile(deep)).subarray(0, 15).toString()).toBe("SQLite format 3");
  });

  test("refuses a file that is no database", async () => {
    await writeFile(path, "These are notes, and they are long enough for a header. ".repeat(40));
    await expectRefusedUnchanged("damaged or no SQLite database: move it away");
  });

  test("refuses a file whose beginning was overwritten", async () => {
    await filledFile();
    await overwrite(0, 200);
    await expectRefusedUnchanged("damaged or no SQLite database: move it away");
  });

  test("refuses a file that was cut off", async () => {
    await filledFile();
    await truncate(path, 20_000);
    await expectRefusedUnchanged("damaged or no SQLite database: move it away");
  });

  test("refuses a database of another program", async () => {
    const other = new DatabaseSync(path);
    other.exec("create table notes (text)");
    other.close();
    await expectRefusedUnchanged("belongs to another program");
  });

  test("refuses a file of a later version", async () => {
    await filledFile();
    const database = new DatabaseSync(path);
    database.exec("pragma user_version = 99");
    database.close();
    await expectRefusedUnchanged("has format 99");
  });

  test("refuses a path that is a folder", async () => {
    await mkdir(path);
    expect(() => openSqliteEventStore({ path })).toThrow("cannot be opened");
  });

  test("refuses a folder that is a file", async () => {
    await writeFile(join(folder.path, "file"), "");
    const below = join(folder.path, "file", "events.db");
    expect(() => openSqliteEventStore({ path: below })).toThrow("cannot be made: check the path");
  });

  test("refuses a store that this process has open already, and leaves that one alone", async () => {
    const store = openSqliteEventStore({ path });
    expect(() => openSqliteEventStore({ path })).toThrow("in use by another process");
    await expect(store.append(aStream(), "no-stream", [anEvent()])).resolves.toMatchObject({
      revision: 0n,
    });
    await store.close();
  });

  test("refuses a store that another process has open, until that one closed it", async () => {
    const store = openSqliteEventStore({ path });
    const refused = await startSqliteChild("oneAfterTheOther", path, 1).over;
    expect(refused).toMatchObject([{ refused: "StoreFailed" }]);
    expect(refused[0]?.message).toContain("in use by another process: stop that one");
    await store.close();
    expect(await startSqliteChild("oneAfterTheOther", path, 1).over).toEqual([{ opened: true }]);
  });

  test("after a refusal holds no lock: the repaired file opens", async () => {
    await writeFile(path, "These are notes, and they are long enough for a header. ".repeat(40));
    expect(() => openSqliteEventStore({ path })).toThrow(StoreFailed);
    await writeFile(path, "");
    const store = openSqliteEventStore({ path });
    await store.append(aStream(), "no-stream", [anEvent()]);
    await store.close();
  });

  test("cannot see damage in the middle; the read that meets it stops the store and says so", async () => {
    const stream = await filledFile();
    await overwrite(3 * 8192, 8192);
    const failures: StoreFailed[] = [];
    const store = openSqliteEventStore({ path, onFailed: (failure) => failures.push(failure) });
    await expect(allOf(store.readStream(stream))).rejects.toThrow(StoreFailed);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.message).toContain("is damaged");
    await expect(store.append(aStream(), "no-stream", [anEvent()])).rejects.toThrow("has stopped");
    await store.close();
  });
});

describe("a SQLite that can lose acknowledged commits", () => {
  test.for(["3.7.0", "3.44.5", "3.45.0", "3.50.6", "3.51.0", "3.51.2", "3.49.9"])(
    "%s is refused",
    (version) => {
      expect(() => refuseLossySqlite(version)).toThrow(StoreFailed);
    },
  );

  test.for(["3.44.6", "3.44.7", "3.50.7", "3.51.3", "3.52.0", "3.53.4", "4.0.0"])(
    "%s is taken",
    (version) => {
      expect(() => refuseLossySqlite(version)).not.toThrow();
    },
  );
});
