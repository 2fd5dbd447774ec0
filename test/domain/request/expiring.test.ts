import { describe, expect, test } from "vitest";
import type { BusinessTime } from "@countersign/domain/business-time.ts";
import type { LadderStep } from "@countersign/domain/policy/policy.ts";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  rechecked,
  timerFires,
} from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const demo = world(qaOnly);
const leads = level(group(any, "qa_lead"));
const expiryIn = (from: World, expiresIn: string | null): string | null =>
  given(from, asked({ expiresIn })).view.expires_at;
const orgWrites = (from: World, expiresIn: string): World => ({ ...from, defaults: { expiresIn } });
const step = (after: string): LadderStep => ({
  after,
  action: "reminder",
  to: [],
  channels: [],
  reason: null,
});

describe("when a request expires", () => {
  test("after 24 hours when nobody wrote an expiry", () => {
    expect(expiryIn(demo, null)).toBe("2026-01-06T09:00:00.000Z");
  });

  test("when the policy says", () => {
    expect(expiryIn(world(policy(leads, { expiresIn: "2h" })), null)).toBe(
      "2026-01-05T11:00:00.000Z",
    );
  });

  test("when the org says and the policy does not", () => {
    expect(expiryIn(orgWrites(demo, "7d"), null)).toBe("2026-01-12T09:00:00.000Z");
    expect(expiryIn(orgWrites(world(policy(leads, { expiresIn: "2h" })), "7d"), null)).toBe(
      "2026-01-05T11:00:00.000Z",
    );
  });

  test("never, when the policy says so", () => {
    expect(expiryIn(world(policy(leads, { expiresIn: "never" })), null)).toBeNull();
  });

  test("as the ask wishes, when nobody wrote one", () => {
    expect(expiryIn(demo, "5s")).toBe("2026-01-05T09:00:05.000Z");
    expect(expiryIn(demo, "30d")).toBe("2026-02-04T09:00:00.000Z");
    expect(expiryIn(demo, "PT4H")).toBe("2026-01-05T13:00:00.000Z");
    expect(expiryIn(demo, "never")).toBeNull();
  });

  test("an ask may shorten what the policy or the org wrote", () => {
    expect(expiryIn(world(policy(leads, { expiresIn: "2h" })), "1h")).toBe(
      "2026-01-05T10:00:00.000Z",
    );
    expect(expiryIn(world(policy(leads, { expiresIn: "never" })), "1h")).toBe(
      "2026-01-05T10:00:00.000Z",
    );
  });

  test.each(["3h", "never"])("an ask may not lengthen what the policy wrote to %s", (wish) => {
    given(world(policy(leads, { expiresIn: "2h" })))
      .when(asked({ expiresIn: wish }))
      .refused("expiry-out-of-range");
  });

  test("an ask may not lengthen what the org wrote", () => {
    given(orgWrites(demo, "2h"))
      .when(asked({ expiresIn: "3h" }))
      .refused("expiry-out-of-range");
  });

  test.each(["0s", "0", "-5s", "-1", "3651d", "36500d"])("%s is out of range", (wish) => {
    given(demo)
      .when(asked({ expiresIn: wish }))
      .refused("expiry-out-of-range", { faults: [{ path: "expires_in" }] });
  });

  test("3,650 days is the longest", () => {
    expect(expiryIn(demo, "3650d")).toBe("2036-01-03T09:00:00.000Z");
  });

  test.each(["soon", "", "5", "1y"])("%j is no duration", (wish) => {
    given(demo)
      .when(asked({ expiresIn: wish }))
      .refused("unprocessable", { faults: [{ path: "expires_in" }] });
  });

  test("the unwritten expiry grows to the chain ladder's last step and an hour", () => {
    expect(expiryIn(world(policy(leads, { escalation: [step("2h"), step("48h")] })), null)).toBe(
      "2026-01-07T10:00:00.000Z",
    );
  });

  test("the unwritten expiry grows to the sum of the levels' last steps or timeouts and an hour", () => {
    const slow = policy([
      { ...leads, timeout: "20h" },
      { ...leads, escalation: [step("1h"), step("10h")] },
    ]);
    expect(expiryIn(world(slow), null)).toBe("2026-01-06T16:00:00.000Z");
  });

  describe("in the time of a calendar", () => {
    /** Takes twice as long by the calendar `half`, knows no other, and is closed until noon. */
    const businessTime: BusinessTime = {
      after: (calendar, startIso, duration) => {
        const start = Math.max(Date.parse(startIso), Date.parse("2026-01-05T12:00:00.000Z"));
        const at = new Date(start + 2 * Number.parseInt(duration, 10) * 3_600_000).toISOString();
        return calendar === "half" ? { at, zone: "UTC", zoneData: "any" } : null;
      },
    };
    const slow = (calendar: string | null, calendars: World["defaults"] = {}): World => ({
      ...world(policy([{ ...leads, calendar, timeout: "20h" }])),
      defaults: calendars,
      businessTime,
    });
    test.each([
      ["a level's own calendar", slow("half"), "2026-01-07T05:00:00.000Z"],
      ["the org's calendar", slow(null, { calendar: "half" }), "2026-01-07T05:00:00.000Z"],
      [
        "a level's own before the org's",
        slow("gone", { calendar: "half" }),
        "2026-01-06T09:00:00.000Z",
      ],
      ["none, where it is plain time", slow(null), "2026-01-06T09:00:00.000Z"],
      [
        "the org's for the chain's ladder",
        {
          ...world(policy({ ...leads, calendar: "gone" }, { escalation: [step("20h")] })),
          defaults: { calendar: "half" },
          businessTime,
        },
        "2026-01-07T05:00:00.000Z",
      ],
    ])("it grows by %s", (_, from, expected) => {
      expect(expiryIn(from, null)).toBe(expected);
    });
  });

  test("the unwritten expiry grows to the last step of the org's routing", () => {
    const routing = {
      primary: { role: "team_lead", timeout_minutes: 30 },
      final: { action: "auto_reject", timeout_minutes: 2_880 },
    };
    expect(expiryIn(demo, null)).toBe("2026-01-06T09:00:00.000Z");
    expect(expiryIn({ ...demo, defaults: { routing } }, null)).toBe("2026-01-07T10:00:00.000Z");
  });

  test("the unwritten expiry never grows beyond 3,650 days", () => {
    const endless = world(policy([{ ...leads, timeout: "3650d" }]));
    expect(expiryIn(endless, null)).toBe("2036-01-03T09:00:00.000Z");
  });

  test("the unwritten expiry is a day where an hour more than every mark fits into it", () => {
    const quick = (timeout: string) => world(policy([{ ...leads, timeout }]));
    expect(expiryIn(quick("23h"), null)).toBe("2026-01-06T09:00:00.000Z");
    expect(expiryIn(quick("1381m"), null)).toBe("2026-01-06T09:01:00.000Z");
  });

  test("a written expiry does not grow", () => {
    const short = policy(leads, { expiresIn: "2h", escalation: [step("48h")] });
    expect(expiryIn(world(short), null)).toBe("2026-01-05T11:00:00.000Z");
  });
});

describe("expiry", () => {
  const open = given(demo, asked({ expiresIn: "1h" }));
  const lastMoment = clockShows("2026-01-05T09:59:59.999Z");
  const due = clockShows("2026-01-05T10:00:00.000Z");
  const expiredEvent = ["RequestExpired", { dueAt: "2026-01-05T10:00:00.000Z" }] as const;

  test("the timer expires a request that is due", () => {
    const after = open.and(due).when(timerFires);
    after.yields(expiredEvent);
    expect(after.view.resolution?.by).toEqual({ kind: "timer", id: "expiry" });
    expect(after.view.resolved_at).toBe("2026-01-05T10:00:00.000Z");
  });

  test("a timer that is early, late again or after the end changes nothing", () => {
    open.and(lastMoment).when(timerFires).yieldsNothing();
    open.and(due, timerFires).when(timerFires).yieldsNothing();
    open.and(approves("bo"), due).when(timerFires).yieldsNothing();
  });

  test("a request that never expires is never due", () => {
    given(demo, asked({ expiresIn: "never" }), clockShows("2099-01-01T00:00:00.000Z"))
      .when(timerFires)
      .yieldsNothing();
  });

  test("the last moment before it still counts", () => {
    open
      .and(lastMoment)
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test.each([
    ["approve", approves("bo")],
    ["deny", denies("bo")],
    ["deny without a reason", denies("bo", { reason: null })],
    ["cancel", cancels("ana")],
    ["recheck", rechecked],
  ])("the instant itself is too late: %s expires the request and is refused", (_, late) => {
    const after = open.and(due).when(late);
    after.refused(
      "already-resolved",
      {
        status: "expired",
        resolved_by: { kind: "timer", id: "expiry" },
        resolved_at: "2026-01-05T10:00:00.000Z",
      },
      expiredEvent,
    );
    expect(after.status).toBe("expired");
  });

  test("a request found expired late is resolved when it was found, and keeps when it was due", () => {
    const after = open.and(clockShows("2026-01-05T15:00:00.000Z")).when(timerFires);
    after.yields(expiredEvent);
    expect(after.view.resolved_at).toBe("2026-01-05T15:00:00.000Z");
    expect(after.view.expires_at).toBe("2026-01-05T10:00:00.000Z");
  });

  test("the open slots are not required any more, and nobody's queue has it", () => {
    const after = open.and(due).when(timerFires);
    expect(after.view.levels[0]?.groups[0]).toMatchObject({
      status: "not_required",
      slots: [{ status: "not_required" }, { status: "not_required" }],
    });
    expect(after.queue).toEqual({ now: [], later: [] });
  });

  test("an expired request has no grant", () => {
    expect(open.and(due).when(timerFires).view.execution).toBeNull();
  });
});
