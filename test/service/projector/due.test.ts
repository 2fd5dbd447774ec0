import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DueProjection, dueKey } from "@countersign/read-models/due/due-projection.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { runProjection } from "@countersign/subscriptions/run-projection.ts";
import { startOrg, type RunningOrg } from "./running-org.ts";

let org: RunningOrg;
beforeAll(async () => {
  org = await startOrg();
});
afterAll(() => org.close());

test("what expires is due at the very time that was recorded, earliest first, until its request ends", async () => {
  const due = new DueProjection({ path: join(org.dir, "read-due.db") });
  const running = runProjection(org.store, due, { clock: systemClock, occurredAt: () => 0 });
  await running.live;
  const planned: number[] = [];
  due.onPlanned((earliest) => planned.push(earliest));
  const ids = [
    await org.ask({ expires_in: "2h" }),
    await org.ask({ expires_in: "1h" }),
    await org.ask({ expires_in: "3h" }),
  ];
  const never = await org.ask({ expires_in: "never" });
  const expiresAt = new Map<string, unknown>();
  for (const id of [...ids, never])
    expiresAt.set(id, (await org.query("bo", "request", { id })).result["expires_at"]);

  const rows = due.due(Number.MAX_SAFE_INTEGER);
  expect(rows.map(({ request }) => request)).toEqual([ids[1], ids[0], ids[2]]);
  for (const row of rows) {
    expect(row.dueAt).toBe(expiresAt.get(row.request));
    expect(row.dueMs).toBe(Date.parse(row.dueAt));
  }
  expect(planned).toHaveLength(3);
  expect(new Set(rows.map(dueKey)).size).toBe(3);
  const [first, second] = rows;
  expect(due.due(first?.dueMs ?? 0)).toEqual([first]);
  expect(due.due((first?.dueMs ?? 0) - 1)).toEqual([]);
  expect(due.due(Number.MAX_SAFE_INTEGER, 1, first)).toEqual([second]);
  expect(due.next(first?.dueMs ?? 0)).toBe(second?.dueMs);

  await org.command("bo", "approve", {}, first?.request ?? "");
  const [stuck, ...expiries] = due.due(Number.MAX_SAFE_INTEGER);
  expect(expiries.map(({ request }) => request)).toEqual([ids[0], ids[2]]);
  // What was approved is looked at again after a quarter of an hour, until its grant is spent.
  expect(stuck).toMatchObject({ kind: "stuck", request: ids[1] });
  const { resolved_at: approvedAt } = (await org.query("bo", "request", { id: ids[1] })).result;
  expect(stuck?.dueMs).toBe(Date.parse(`${approvedAt as string}`) + 900_000);
  const { grant, payload_hash: hash } = (await org.query("ci", "request", { id: ids[1] })).result;
  await org.command("ci", "consume", { grant, payload_hash: hash }, ids[1]);
  expect(due.due(Number.MAX_SAFE_INTEGER).map(({ request }) => request)).toEqual([ids[0], ids[2]]);
  await running.close();
  due.file.close();
});
