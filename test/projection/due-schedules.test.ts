import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Schedule } from "@countersign/domain/automation/recipe.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { dueKey } from "@countersign/read-models/due/due-row.ts";
import type { StoredEvent } from "@countersign/read-models/stored-event.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import { nextRun } from "@countersign/scheduler/next-run.ts";
import { temporaryFolder } from "../testkit/event-store/temporary-sqlite-store.ts";

describe("a recipe that runs by the clock", () => {
  let due: DueProjection;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let position = 0n;

  beforeEach(async () => {
    folder = await temporaryFolder();
    position = 0n;
    due = new DueProjection({ path: join(folder.path, "read-due.db"), nextRun });
  });
  afterEach(async () => {
    due.file.close();
    await folder.remove();
  });

  const happened = (stream: string, type: string, data: object, occurredAt: string): void => {
    position += 1n;
    const event: StoredEvent = {
      stream,
      revision: position,
      position,
      eventId: String(position),
      type,
      data: JSON.stringify(data),
      metadata: JSON.stringify({ occurredAt, schemaVersion: 1 }),
    };
    due.apply([event], String(position));
  };
  const imported = (cron: string, zone: string, occurredAt: string, version = 1): void => {
    const schedule: Schedule = { cron, zone };
    const content = { id: "nightly", trigger: "scheduled", schedule };
    const data = { kind: "recipe", id: "nightly", version, content };
    happened("definition-acme.main", "RecipeImported", data, occurredAt);
  };
  const ran = (phase: "due" | "ran", occurredAt: string): void =>
    happened("automation-acme.nightly", "AutomationRan", { phase }, occurredAt);
  const planned = (): string[] =>
    due.due(Number.MAX_SAFE_INTEGER).map((row) => `${toIso(row.dueMs)} ${dueKey(row)}`);

  test("is due at its next time after its import, in its zone", () => {
    imported("0 9 * * mon-fri", "Europe/Berlin", "2026-03-06T09:00:00.000Z");
    // Monday, still in winter time.
    expect(planned()).toEqual(["2026-03-09T08:00:00.000Z acme.nightly.1.schedule.chain.0.1"]);
  });

  test("is due again after its run was recorded, under another key, across a changed clock", () => {
    imported("0 9 * * *", "Europe/Berlin", "2026-03-27T09:00:00.000Z");
    ran("due", "2026-03-28T08:00:00.020Z");
    ran("ran", "2026-03-28T08:00:00.040Z");
    expect(planned()).toEqual(["2026-03-29T07:00:00.000Z acme.nightly.1.schedule.chain.0.2"]);
  });

  test("runs once for all the times that it missed", () => {
    imported("*/5 * * * *", "UTC", "2026-03-27T09:00:00.000Z");
    ran("due", "2026-03-27T12:03:00.000Z");
    expect(planned()).toEqual(["2026-03-27T12:05:00.000Z acme.nightly.1.schedule.chain.0.2"]);
  });

  test("goes by its newest version, and by none once it is retired or no longer scheduled", () => {
    imported("0 9 * * *", "UTC", "2026-03-27T09:30:00.000Z");
    due.commit();
    imported("0 10 * * *", "UTC", "2026-03-27T09:40:00.000Z", 2);
    expect(planned()).toEqual(["2026-03-27T10:00:00.000Z acme.nightly.2.schedule.chain.0.1"]);
    const retired = { kind: "recipe", id: "nightly", version: 2 };
    happened("definition-acme.main", "RecipeRetired", retired, "2026-03-27T09:50:00.000Z");
    expect(planned()).toEqual([]);
    ran("due", "2026-03-27T10:00:00.000Z");
    expect(planned()).toEqual([]);
    imported("0 9 * * *", "UTC", "2026-03-28T09:30:00.000Z", 3);
    const content = { id: "nightly", trigger: "case.updated", schedule: null };
    const data = { kind: "recipe", id: "nightly", version: 4, content };
    happened("definition-acme.main", "RecipeImported", data, "2026-03-28T09:40:00.000Z");
    expect(planned()).toEqual([]);
  });

  test.each([
    ["0 0 30 2 *", "a day that never comes"],
    ["at nine", "no pattern at all"],
  ])("%s is never due: %s", (cron) => {
    imported(cron, "UTC", "2026-03-27T09:30:00.000Z");
    expect(planned()).toEqual([]);
  });

  test.each([
    [
      "an hour that the clock skips is when it would have been",
      "2026-03-28T12:00:00.000Z",
      "2026-03-29T01:00:00.000Z",
    ],
    [
      "an hour that the clock repeats is once",
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ],
  ])("%s", (_, after, next) => {
    imported("30 2 * * *", "Europe/Berlin", after);
    expect(planned()).toEqual([`${next} acme.nightly.1.schedule.chain.0.1`]);
  });
});
