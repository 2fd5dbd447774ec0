import { describe, expect, test } from "vitest";
import { readOutOfOffice, type ReadCalendar } from "@countersign/commander/out-of-office.ts";

const NOW = Date.parse("2026-03-01T00:00:00.000Z");

const file = (...lines: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ...lines, "END:VCALENDAR", ""].join(
    "\r\n",
  );
const event = (...lines: readonly string[]): string[] => [
  "BEGIN:VEVENT",
  "UID:1@test",
  ...lines,
  "END:VEVENT",
];
const read = (lines: readonly string[], zone = "UTC"): ReadCalendar =>
  readOutOfOffice(file(...lines), zone, NOW);

const spans = (result: ReadCalendar): unknown =>
  result.ok ? result.absences.map(({ startsAt, endsAt }) => [startsAt, endsAt]) : result.faults;
const places = (result: ReadCalendar): unknown =>
  result.ok ? "no fault" : result.faults.map(({ path }) => path);

describe("times away", () => {
  test("in UTC", () => {
    const lines = event("DTSTART:20260310T080000Z", "DTEND:20260312T170000Z", "SUMMARY:Holiday");
    expect(read(lines)).toEqual({
      ok: true,
      absences: [
        {
          startsAt: "2026-03-10T08:00:00.000Z",
          endsAt: "2026-03-12T17:00:00.000Z",
          reason: "Holiday",
        },
      ],
    });
  });
  test("whole days begin and end at the person's midnight, over the change of the clocks", () => {
    const lines = event("DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330");
    expect(spans(read(lines, "Europe/Berlin"))).toEqual([
      ["2026-03-27T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ]);
  });
  test("one whole day without an end is that day", () => {
    expect(spans(read(event("DTSTART;VALUE=DATE:20260310")))).toEqual([
      ["2026-03-10T00:00:00.000Z", "2026-03-11T00:00:00.000Z"],
    ]);
  });
  test("with a duration", () => {
    expect(spans(read(event("DTSTART:20260310T080000Z", "DURATION:PT4H")))).toEqual([
      ["2026-03-10T08:00:00.000Z", "2026-03-10T12:00:00.000Z"],
    ]);
  });
  test("in a zone that is known by its name", () => {
    const lines = event(
      "DTSTART;TZID=America/New_York:20260310T090000",
      "DTEND;TZID=America/New_York:20260310T170000",
    );
    expect(spans(read(lines))).toEqual([["2026-03-10T13:00:00.000Z", "2026-03-10T21:00:00.000Z"]]);
  });
  test("in a zone that the file describes, whatever it is called", () => {
    const zone = [
      "BEGIN:VTIMEZONE",
      "TZID:Our Office",
      "BEGIN:STANDARD",
      "DTSTART:19700101T000000",
      "TZOFFSETFROM:+0300",
      "TZOFFSETTO:+0300",
      "END:STANDARD",
      "END:VTIMEZONE",
    ];
    const lines = event(
      "DTSTART;TZID=Our Office:20260310T090000",
      "DTEND;TZID=Our Office:20260310T100000",
    );
    expect(spans(read([...zone, ...lines]))).toEqual([
      ["2026-03-10T06:00:00.000Z", "2026-03-10T07:00:00.000Z"],
    ]);
  });
  test("of a series, each occurrence but those taken out", () => {
    const lines = event(
      "DTSTART:20260302T080000Z",
      "DTEND:20260302T170000Z",
      "RRULE:FREQ=WEEKLY;COUNT=3",
      "EXDATE:20260309T080000Z",
    );
    expect(spans(read(lines))).toEqual([
      ["2026-03-02T08:00:00.000Z", "2026-03-02T17:00:00.000Z"],
      ["2026-03-16T08:00:00.000Z", "2026-03-16T17:00:00.000Z"],
    ]);
  });
});

describe("what takes nobody away", () => {
  const away = event("DTSTART:20260310T080000Z", "DTEND:20260310T090000Z");
  const only = [["2026-03-10T08:00:00.000Z", "2026-03-10T09:00:00.000Z"]];

  test.each([
    ["what is over", event("DTSTART:20260201T080000Z", "DTEND:20260202T080000Z")],
    [
      "what was called off",
      event("STATUS:CANCELLED", "DTSTART:20260311T080000Z", "DTEND:20260311T090000Z"),
    ],
    [
      "free time",
      event("TRANSP:TRANSPARENT", "DTSTART:20260311T080000Z", "DTEND:20260311T090000Z"),
    ],
  ])("%s", (_, lines) => {
    expect(spans(read([...lines, ...away]))).toEqual(only);
  });
  test("meetings, where the calendar marks what is out of office", () => {
    const marked = event(
      "DTSTART:20260310T080000Z",
      "DTEND:20260310T090000Z",
      "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
    );
    const meeting = event("DTSTART:20260311T080000Z", "DTEND:20260311T090000Z");
    expect(spans(read([...meeting, ...marked]))).toEqual(only);
  });
});

describe("a file with faults gives their places, and nothing else", () => {
  const good = event("DTSTART:20260310T080000Z", "DTEND:20260310T090000Z");

  test.each([
    ["no calendar at all", "hello", ["line 1"]],
    ["nothing", "", ["line 1"]],
    ["a line that is none", file(...good, "DTSTART;:;"), ["line 9"]],
    ["no time to come", file(...event("DTSTART:20260101T080000Z", "DURATION:PT1H")), ["file"]],
    ["no start", file(...good, ...event("SUMMARY:x")), ["event 2: DTSTART"]],
    [
      "an end before its start",
      file(...event("DTSTART:20260310T080000Z", "DTEND:20260310T070000Z")),
      ["event 1: DTEND"],
    ],
    ["no end", file(...good, ...event("DTSTART:20260310T080000Z")), ["event 2: DTEND"]],
    [
      "a zone that nobody knows",
      file(...event("DTSTART;TZID=Mars/Base:20260310T080000", "DURATION:PT1H")),
      ["event 1: DTSTART"],
    ],
    [
      "a series without an end",
      file(...event("DTSTART:20260310T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")),
      ["event 1: RRULE"],
    ],
  ])("%s", (_, text, where) => {
    expect(places(readOutOfOffice(text, "UTC", NOW))).toEqual(where);
  });
  test("every event's fault is told", () => {
    const lines = [...event("SUMMARY:x"), ...good, ...event("DTSTART:20260310T080000Z")];
    expect(places(read(lines))).toEqual(["event 1: DTSTART", "event 3: DTEND"]);
  });
});

describe("series whose next day would be looked for without end", () => {
  test.each([
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
    "FREQ=SECONDLY;BYMONTH=3",
    "FREQ=WEEKLY;INTERVAL=1000000000",
  ])("%s is a fault", (rule) => {
    const lines = event("DTSTART:20260309T080000Z", "DURATION:PT1H", `RRULE:${rule}`);
    expect(places(read(lines))).toEqual(["event 1: RRULE"]);
  });

  test("and so is a time zone of the file that has one", () => {
    const zone = [
      "BEGIN:VTIMEZONE",
      "TZID:Own",
      "BEGIN:STANDARD",
      "DTSTART:20200101T000000",
      "TZOFFSETFROM:+0100",
      "TZOFFSETTO:+0200",
      "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
      "END:STANDARD",
      "END:VTIMEZONE",
    ];
    const lines = event("DTSTART;TZID=Own:20260309T080000", "DURATION:PT1H");
    expect(places(read([...zone, ...lines]))).toEqual(["VTIMEZONE"]);
  });
});
