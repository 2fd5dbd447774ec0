import { readdir, readFile } from "node:fs/promises";
import { getPriority, platform } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "@countersign/domain/directory/directory.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import { querySubject } from "@countersign/messaging/subjects.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeCommittedPosition } from "@countersign/standalone/committed-position.ts";
import { openAuditThread, type AuditThread } from "@countersign/standalone/open-audit-thread.ts";
import { anEvent } from "../../testkit/event-store/example-events.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";

const metadata = JSON.stringify({
  schemaVersion: 1,
  actor: { kind: "system", id: "countersign" },
  channel: "system",
  occurredAt: "2026-03-01T10:00:00.000Z",
  correlationId: "c",
  causationId: "c",
});

let stack: AsyncDisposableStack;
let dataDir: string;
let store: EventStore;
let audit: AuditThread;
const bus = makeMemoryBus({ clock: systemClock });

const open = async (path: string): Promise<void> => {
  const committed = makeCommittedPosition();
  store = openSqliteEventStore({
    path: join(dataDir, "events.db"),
    onCommitted: committed.reached,
  });
  stack.defer(() => store.close());
  audit = openAuditThread({
    path,
    committed,
    bus,
    clock: systemClock,
    dataDir,
    logLevel: "silent",
  });
  stack.defer(() => audit.close());
};

const trail = async (): Promise<{ ok: boolean; result?: { items: { event: string }[] } }> => {
  const headers = {
    "Countersign-Principal": JSON.stringify({ kind: "person", id: "ana", org: "acme" }),
  };
  const { body } = await bus.request(querySubject("acme", "audit"), "{}", {
    headers,
    timeoutMs: 5_000,
  });
  return JSON.parse(body);
};

/** Of all threads of this process, the main thread's first, as Linux tells it. */
const nicenessOfThreads = async (): Promise<number[]> => {
  const threads = await readdir("/proc/self/task");
  const stats = await Promise.all(
    threads.map((thread) => readFile(`/proc/self/task/${thread}/stat`, "utf8")),
  );
  // The 19th field; the second, the name, may hold spaces and ends with a parenthesis.
  return stats.map((stat) => Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]));
};

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const folder = await temporaryFolder();
  stack.defer(folder.remove);
  dataDir = folder.path;
});
afterEach(() => stack.disposeAsync());

describe("the audit on a thread of its own", () => {
  test("answers with everything that was committed before the question", async () => {
    await open(join(dataDir, "events.db"));
    const ana: Person = {
      id: "ana",
      name: "Ana",
      email: null,
      access: "admin",
      zone: null,
      active: true,
    };
    await store.append("directory-acme.main", "no-stream", [
      anEvent({ type: "PersonChanged", data: JSON.stringify(ana), metadata }),
    ]);
    await audit.live;
    for (let n = 0; n < 20; n++) {
      await store.append(`security-acme.${n}`, "no-stream", [
        anEvent({
          type: "AttemptRefused",
          data: JSON.stringify({ code: "not-found", operation: "approve", count: 1 }),
          metadata,
        }),
      ]);
      const { result } = await trail();
      expect(result?.items).toHaveLength(n + 2);
    }
    expect(audit.figures.name).toBe("audit");
    expect(audit.figures.isLive()).toBe(true);
  });

  test.runIf(platform() === "linux")(
    "goes behind the main thread, and leaves that where it is",
    async () => {
      const before = await nicenessOfThreads();
      await open(join(dataDir, "events.db"));
      await audit.live;
      const lowered = (await nicenessOfThreads()).filter((nice) => nice === 7).length;
      expect(lowered).toBe(before.filter((nice) => nice === 7).length + 1);
      expect(getPriority()).toBe(before[0]);
    },
  );

  test("closes cleanly, and answers nobody afterwards", async () => {
    await open(join(dataDir, "events.db"));
    await audit.live;
    await audit.close();
    await audit.close();
    await expect(
      bus.request(querySubject("acme", "audit"), "{}", { timeoutMs: 100 }),
    ).rejects.toThrow("nobody serves");
  });

  test("fails with a sentence when it cannot follow the store", async () => {
    await open(join(dataDir, "elsewhere", "events.db"));
    await expect(audit.live).rejects.toThrow("cannot be opened: check that its folder exists");
    await expect(audit.failed).rejects.toThrow("cannot be opened: check that its folder exists");
  });

  test("fails when an event cannot be read", async () => {
    await open(join(dataDir, "events.db"));
    await audit.live;
    await store.append("directory-acme.main", "no-stream", [
      anEvent({ type: "PersonPut", metadata }),
    ]);
    await expect(audit.failed).rejects.toThrow("Unknown directory event PersonPut");
  });
});
