import { businessTimeFrom } from "@countersign/business-time/business-time.ts";
import type { Calendar } from "@countersign/domain/definition/calendar.ts";
import { describe, expect, test } from "vitest";

const office = ["09:00-17:00"];
const week: Calendar["hours"] = { mon: office, tue: office, wed: office, thu: office, fri: office };
const everyDay = (windows: readonly string[]): Calendar["hours"] => ({
  mon: windows,
  tue: windows,
  wed: windows,
  thu: windows,
  fri: windows,
  sat: windows,
  sun: windows,
});

const berlin: Calendar = {
  id: "berlin",
  name: null,
  zone: "Europe/Berlin",
  hours: week,
  holidays: [],
};

/** When a duration of this calendar's time is over. */
const after = (calendar: Partial<Calendar>, start: string, duration: string): string | undefined =>
  businessTimeFrom("2025c")(new Map([["berlin", { ...berlin, ...calendar }]])).after(
    "berlin",
    start,
    duration,
  )?.at;

const iso = (local: string): string => new Date(Date.parse(local)).toISOString();

describe("business time", () => {
  // 2026-12-04 is a Friday; Berlin is at +01:00 in winter and at +02:00 in summer.
  test.each([
    ["runs inside the hours", "2026-12-04T10:00+01:00", "4h", "2026-12-04T14:00+01:00"],
    [
      "ends at closing when it ends there exactly",
      "2026-12-04T13:00+01:00",
      "4h",
      "2026-12-04T17:00+01:00",
    ],
    ["goes on after the weekend", "2026-12-04T16:00+01:00", "4h", "2026-12-07T12:00+01:00"],
    ["begins at opening", "2026-12-05T23:15+01:00", "90s", "2026-12-07T09:01:30+01:00"],
    [
      "counts a day as 24 hours that are open",
      "2026-12-07T09:00+01:00",
      "1d",
      "2026-12-09T17:00+01:00",
    ],
    ["reads ISO 8601", "2026-12-04T16:30+01:00", "PT1H", "2026-12-07T09:30+01:00"],
  ])("%s", (_title, start, duration, end) => {
    expect(after({}, iso(start), duration)).toBe(iso(end));
  });

  test("passes over holidays", () => {
    const holidays = ["2026-12-24", "2026-12-25"];
    expect(after({ holidays }, iso("2026-12-23T16:00+01:00"), "2h")).toBe(
      iso("2026-12-28T10:00+01:00"),
    );
  });

  test("passes over the break between two windows of a day", () => {
    const hours = everyDay(["09:00-12:00", "13:00-17:00"]);
    expect(after({ hours }, iso("2026-12-04T11:00+01:00"), "2h")).toBe(
      iso("2026-12-04T14:00+01:00"),
    );
  });

  test("runs through the night where both days are open", () => {
    const hours = everyDay(["00:00-24:00"]);
    expect(after({ hours }, iso("2026-12-04T23:00+01:00"), "7d")).toBe(
      iso("2026-12-11T23:00+01:00"),
    );
  });

  test("never ends where nothing opens: a century is as good as never", () => {
    expect(after({ hours: {} }, "2026-01-01T00:00:00.000Z", "1s")?.slice(0, 4)).toBe("2126");
    expect(after({ hours: {} }, "2026-01-01T00:00:00.000Z", "1bd")?.slice(0, 4)).toBe("2126");
  });

  test("says by which zone and which zone data an instant was found", () => {
    const time = businessTimeFrom("2025c")(new Map([["berlin", berlin]]));
    expect(time.after("berlin", "2026-12-04T09:00:00.000Z", "1h")).toEqual({
      at: "2026-12-04T10:00:00.000Z",
      zone: "Europe/Berlin",
      zoneData: "2025c",
    });
  });

  test("is unknown for a calendar, a zone or a duration that is none", () => {
    const lost = { ...berlin, id: "lost", zone: "Mars/Base" };
    const calendars = new Map([berlin, lost].map((calendar) => [calendar.id, calendar]));
    const time = businessTimeFrom("2025c")(calendars);
    expect(time.after("paris", "2026-12-04T09:00:00.000Z", "1h")).toBeNull();
    expect(time.after("lost", "2026-12-04T09:00:00.000Z", "1h")).toBeNull();
    expect(time.after("berlin", "2026-12-04T09:00:00.000Z", "1y")).toBeNull();
  });
});

describe("clocks that are changed", () => {
  test("an hour that is skipped is no business time", () => {
    // On 2026-03-29 Berlin's clocks go from 02:00 to 03:00.
    const hours = everyDay(["00:00-06:00"]);
    expect(after({ hours }, iso("2026-03-29T00:00+01:00"), "4h")).toBe(
      iso("2026-03-29T05:00+02:00"),
    );
  });

  test("a window that opens in the skipped hour opens at its end", () => {
    const hours = everyDay(["02:30-06:00"]);
    expect(after({ hours }, iso("2026-03-29T00:00+01:00"), "30m")).toBe(
      iso("2026-03-29T03:30+02:00"),
    );
  });

  test("an hour that is shown twice counts twice", () => {
    // On 2026-10-25 Berlin's clocks go from 03:00 back to 02:00.
    const hours = everyDay(["00:00-06:00"]);
    expect(after({ hours }, iso("2026-10-25T00:00+02:00"), "4h")).toBe(
      iso("2026-10-25T03:00+01:00"),
    );
    const short = everyDay(["02:00-02:30"]);
    expect(after({ hours: short }, iso("2026-10-25T00:00+02:00"), "1h")).toBe(
      iso("2026-10-25T02:30+01:00"),
    );
  });

  test("a date that a zone left out has no hours", () => {
    // Samoa went from 29 to 31 December 2011.
    const hours = everyDay(office);
    const start = iso("2011-12-29T16:00-10:00");
    const zone = "Pacific/Apia";
    expect(after({ zone, hours }, start, "2h")).toBe(iso("2011-12-31T10:00+14:00"));
    expect(after({ zone, hours }, start, "1bd")).toBe(iso("2011-12-31T16:00+14:00"));
  });
});

describe("a working day", () => {
  test.each([
    [
      "is the same time on the next working day",
      "2026-12-04T10:15+01:00",
      "1bd",
      "2026-12-07T10:15+01:00",
    ],
    ["may be several", "2026-12-04T10:15+01:00", "6bd", "2026-12-14T10:15+01:00"],
    [
      "ends at closing time for what came later",
      "2026-12-03T19:00+01:00",
      "1bd",
      "2026-12-04T17:00+01:00",
    ],
    [
      "ends at opening for what came too early",
      "2026-12-03T06:00+01:00",
      "1bd",
      "2026-12-04T09:00+01:00",
    ],
    [
      "counts from a day off to the first day of work",
      "2026-12-05T11:00+01:00",
      "1bd",
      "2026-12-07T11:00+01:00",
    ],
    [
      "has the time on the wall, whatever the clocks did",
      "2026-03-27T10:00+01:00",
      "1bd",
      "2026-03-30T10:00+02:00",
    ],
  ])("%s", (_title, start, duration, end) => {
    expect(after({}, iso(start), duration)).toBe(iso(end));
  });

  test("in the skipped hour it is the hour's end", () => {
    const hours = everyDay(["00:00-24:00"]);
    expect(after({ hours }, iso("2026-03-28T02:30+01:00"), "1bd")).toBe(
      iso("2026-03-29T03:00+02:00"),
    );
  });

  test("in the hour that is shown twice it is the first time", () => {
    const hours = everyDay(["00:00-24:00"]);
    expect(after({ hours }, iso("2026-10-24T02:30+02:00"), "1bd")).toBe(
      iso("2026-10-25T02:30+02:00"),
    );
    expect(after({ hours }, iso("2026-10-24T03:00+02:00"), "1bd")).toBe(
      iso("2026-10-25T03:00+01:00"),
    );
  });
});
