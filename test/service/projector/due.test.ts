import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { dueKey, type DueRow } from "@countersign/read-models/due/due-row.ts";
import { idOf } from "@countersign/read-models/stored-event.ts";
import { systemClock, toIso } from "@countersign/runtime/clock.ts";
import { runProjection } from "@countersign/subscriptions/run-projection.ts";
import { startOrg, type RunningOrg } from "./running-org.ts";

let org: RunningOrg;
beforeAll(async () => {
  org = await startOrg();
});
afterAll(() => org.close());

const requestsOf = (rows: readonly DueRow[]): string[] => rows.map(({ stream }) => idOf(stream));

test("what expires is due at the very time that was recorded, earliest first, until its request ends", async () => {
  const due = new DueProjection({ path: join(org.dir, "read-due.db") });
  const running = runProjection(org.store, due, { clock: systemClock, occurredAt: () => 0 });
  await running.live;
  const told: number[] = [];
  due.onPlanned((earliest) => told.push(earliest));
  const ids = [
    await org.ask({ expires_in: "2h" }),
    await org.ask({ expires_in: "1h" }),
    await org.ask({ expires_in: "3h" }),
  ];
  const never = await org.ask({ expires_in: "never" });
  const expiresAt = new Map<string, unknown>();
  for (const id of [...ids, never])
    expiresAt.set(id, (await org.query("bo", "request", { id })).result["expires_at"]);

  const planned = due.due(Number.MAX_SAFE_INTEGER);
  const rows = planned.filter(({ kind }) => kind === "expiry");
  expect(requestsOf(rows)).toEqual([ids[1], ids[0], ids[2]]);
  for (const { stream, dueMs } of rows) expect(toIso(dueMs)).toBe(expiresAt.get(idOf(stream)));
  // Each is announced once a tenth of its time is left.
  const notices = planned.filter(({ kind }) => kind === "approaching");
  expect(requestsOf(notices)).toEqual([ids[1], ids[0], ids[2]]);
  expect(notices.map(({ dueMs }, place) => (rows[place]?.dueMs ?? 0) - dueMs)).toEqual([
    360_000, 720_000, 1_080_000,
  ]);
  expect(Math.min(...told)).toBe(planned[0]?.dueMs);
  expect(new Set(planned.map(dueKey)).size).toBe(6);
  const [first, second] = planned;
  expect(due.due(first?.dueMs ?? 0)).toEqual([first]);
  expect(due.due((first?.dueMs ?? 0) - 1)).toEqual([]);
  expect(due.due(Number.MAX_SAFE_INTEGER, 1, first)).toEqual([second]);
  expect(due.next(first?.dueMs ?? 0)).toBe(second?.dueMs);

  await org.command("bo", "approve", {}, ids[1] ?? "");
  const [stuck, ...others] = due.due(Number.MAX_SAFE_INTEGER);
  expect(requestsOf(others)).toEqual([ids[0], ids[0], ids[2], ids[2]]);
  // What was approved is looked at again after a quarter of an hour, until its grant is spent.
  expect(stuck).toMatchObject({ kind: "stuck", stream: `request-demo.${ids[1]}` });
  const { resolved_at: approvedAt } = (await org.query("bo", "request", { id: ids[1] })).result;
  expect(stuck?.dueMs).toBe(Date.parse(`${approvedAt as string}`) + 900_000);
  const { grant, payload_hash: hash } = (await org.query("ci", "request", { id: ids[1] })).result;
  await org.command("ci", "consume", { grant, payload_hash: hash }, ids[1]);
  expect(due.due(Number.MAX_SAFE_INTEGER)).toEqual(others);
  await running.close();
  due.file.close();
});
