import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import { allOf, aStream, anEvent } from "../../testkit/event-store/example-events.ts";
import { type Said, traceSqliteChild } from "../../testkit/event-store/run-sqlite-child.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";
import { available } from "../../testkit/servers.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "events.db");
});
afterEach(() => folder.remove());

/** Every acknowledged append is there, and the store takes new ones. */
const expectKept = async (said: readonly Said[]): Promise<number> => {
  const store = openSqliteEventStore({ path });
  const kept = said.flatMap(({ acknowledged }) =>
    acknowledged === undefined ? [] : [acknowledged],
  );
  for (const stream of kept) expect(await allOf(store.readStream(stream))).toHaveLength(1);
  await expect(store.append(aStream(), "no-stream", [anEvent()])).resolves.toMatchObject({
    revision: 0n,
  });
  await store.close();
  return kept.length;
};

describe.runIf(available("strace"))("a disk that fails under the store", () => {
  test.for([
    [
      "is full",
      ["-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=60+"],
      "is full: make room",
    ],
    ["cannot sync", ["-e", "inject=fsync,fdatasync:error=EIO:when=20+"], "check the disk"],
    ["cannot sync only once", ["-e", "inject=fsync,fdatasync:error=EIO:when=20"], "check the disk"],
  ] as const)(
    "and %s leaves no append unanswered and stops the store for good",
    async ([, fault, sentence]) => {
      await traceSqliteChild("oneAfterTheOther", path, 1);
      const { said } = await traceSqliteChild("untilTheDiskFails", path, 500, fault);

      const failures = said.filter(({ failed }) => failed !== undefined);
      expect(failures).toHaveLength(1);
      expect(failures[0]?.failed).toBe("StoreFailed");
      expect(failures[0]?.message).toContain(sentence);
      expect(said.flatMap(({ rejected }) => (rejected === undefined ? [] : [rejected]))).toEqual(
        Array.from({ length: 3 }, () => "StoreUnavailable"),
      );
      expect(said).toContainEqual({ subscription: "StoreFailed" });
      expect(said).toContainEqual({ later: "StoreUnavailable" });
      expect(await expectKept(said)).toBeGreaterThan(0);
    },
  );

  test("and works again is not trusted within the same process", async () => {
    const { said, syncs } = await traceSqliteChild("untilTheDiskFails", path, 500, [
      "-e",
      "inject=fsync,fdatasync:error=EIO:when=20",
    ]);
    const after = said.slice(said.findIndex(({ rejected }) => rejected !== undefined));
    expect(syncs).toBeGreaterThanOrEqual(20);
    expect(after.filter(({ acknowledged }) => acknowledged !== undefined)).toEqual([]);
  });
});
