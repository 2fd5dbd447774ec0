import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PositionWaits } from "@countersign/projector/position-waits.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { startOrg, type RunningOrg } from "./running-org.ts";

let org: RunningOrg;
beforeAll(async () => {
  org = await startOrg();
});
afterAll(() => org.close());

describe("waiting for a decision", () => {
  test.each(["approve", "deny", "cancel"])("ends with the %s, in the same words", async (name) => {
    const id = await org.ask();
    const waiting = [1, 2, 3].map(() => org.query("ci", "request", { id, wait_ms: 60_000 }));
    const who = name === "cancel" ? "ci" : "bo";
    const { result } = await org.command(who, name, { reason: "Because." }, id);
    expect(result["status"]).not.toBe("pending");
    const grant = name === "approve" ? { grant: expect.any(String) } : {};
    for (const answer of await Promise.all(waiting))
      expect(answer.result).toEqual({ ...result, ...grant });
  });

  test("is over at once for what has ended", async () => {
    const id = await org.ask();
    await org.command("bo", "approve", {}, id);
    const { result } = await org.query("ci", "request", { id, wait_ms: 60_000 });
    expect(result["status"]).toBe("approved");
  });

  test("ends with the request as it stands when the time is over", async () => {
    const id = await org.ask();
    const { result } = await org.query("ci", "request", { id, wait_ms: 1 });
    expect(result["status"]).toBe("pending");
  });

  test("is not for agents that may not see it", async () => {
    const id = await org.ask();
    const answer = await org.query("other-bot", "request", { id, wait_ms: 60_000 });
    expect(answer.error?.code).toBe("not-found");
  });

  test("tells nothing to whoever left the organisation in the meantime", async () => {
    const id = await org.ask();
    const eve = { id: "eve", name: "Eve", email: null, access: "approver", zone: null } as const;
    await org.change({ type: "put-person", person: { ...eve, active: true } });
    const waiting = org.query("eve", "request", { id, wait_ms: 60_000 });
    await org.query("ci", "counts");
    await org.change({ type: "remove-person", id: "eve" });
    await org.command("bo", "approve", {}, id);
    expect((await waiting).error?.code).toBe("unauthenticated");
  });

  test("is answered with the request as it stands when the projector closes", async () => {
    const id = await org.ask();
    const waiting = org.query("ci", "request", { id, wait_ms: 60_000 });
    await org.query("ci", "counts");
    await org.restartProjector();
    expect((await waiting).result["status"]).toBe("pending");
  });
});

describe("reading one's own writes", () => {
  test("a position that is projected is no wait; one that is no position is a bad request", async () => {
    const id = await org.ask();
    const { position } = (await org.query("bo", "request", { id })).result;
    expect((await org.query("bo", "request", { id, min_position: position })).ok).toBe(true);
    const { error } = await org.query("bo", "request", { id, min_position: "-1" });
    expect(error).toMatchObject({ code: "bad-request" });
  });

  test("a position to come is waited for", async () => {
    const id = await org.ask();
    const { position } = (await org.query("bo", "request", { id })).result;
    const later = String(BigInt(String(position)) + 1n);
    const waiting = org.query("bo", "request", { id, min_position: later });
    await org.command("bo", "approve", {}, id);
    expect((await waiting).result["status"]).toBe("approved");
  });

  test("the wait is bounded", async () => {
    const planned: { ms: number; callback: () => void }[] = [];
    const clock: Clock = {
      now: () => 0,
      monotonic: () => 0,
      after: (ms, callback) => {
        planned.push({ ms, callback });
        return () => {};
      },
    };
    const waits = new PositionWaits(clock);
    expect(waits.reached(5n, 5n, 1_000)).toBe(true);
    const tooLong = waits.reached(6n, 5n, 1_000);
    expect(planned.map(({ ms }) => ms)).toEqual([1_000]);
    planned[0]?.callback();
    expect(await tooLong).toBe(false);
    const inTime = waits.reached(6n, 5n, 1_000);
    waits.advance(5n);
    waits.advance(6n);
    expect(await inTime).toBe(true);
  });
});
