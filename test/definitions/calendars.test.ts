import { describe, expect, test } from "vitest";
import type { Known } from "@countersign/definitions/known.ts";
import { emptyDefinition } from "@countersign/domain/definition/evolve.ts";
import { level, parseMarked, policyOf } from "./marked-file.ts";

const work = 'calendars:\n  - { id: work, zone: UTC, hours: { mon: ["09:00-17:00"] } }\n';

const found = (marked: string, known?: Known) => {
  const { parsed, places } = parseMarked(marked, known === undefined ? {} : { known });
  const all = [...parsed.faults, ...parsed.warnings];
  expect(all.map(({ line, column }) => ({ line, column }))).toEqual(places);
  return all.map(({ code, path }) => `${code} ${path}`);
};

const calendarOf = (text: string) => {
  const { parsed } = parseMarked(text);
  expect(parsed.faults).toEqual([]);
  expect(parsed.ignored).toEqual([]);
  const [definition] = parsed.definitions;
  return definition?.kind === "calendar" ? definition.content : null;
};

describe("a calendar", () => {
  test("is read with its zone, its hours and its holidays in order", () => {
    expect(
      calendarOf(`calendars:
  - id: berlin
    name: Berlin office
    zone: Europe/Berlin
    hours: { mon: ["09:00-12:00", "13:00-24:00"], sun: [] }
    holidays: [2026-12-25, 2026-05-01, 2026-12-25]
`),
    ).toEqual({
      id: "berlin",
      name: "Berlin office",
      zone: "Europe/Berlin",
      hours: { mon: ["09:00-12:00", "13:00-24:00"] },
      holidays: ["2026-05-01", "2026-12-25"],
    });
  });

  test("takes its holidays from an iCalendar file", () => {
    const calendar = calendarOf(`calendars:
  - id: berlin
    zone: Europe/Berlin
    hours: { mon: ["09:00-17:00"] }
    holidays: |
      BEGIN:VCALENDAR
      VERSION:2.0
      BEGIN:VEVENT
      DTSTART;VALUE=DATE:20261224
      DTEND;VALUE=DATE:20261227
      SUMMARY:Christmas
      END:VEVENT
      BEGIN:VEVENT
      DTSTART;VALUE=DATE:20261003
      SUMMARY:Unity
      END:VEVENT
      BEGIN:VEVENT
      DTSTART;VALUE=DATE:20261111
      STATUS:CANCELLED
      END:VEVENT
      END:VCALENDAR
`);
    expect(calendar?.holidays).toEqual(["2026-10-03", "2026-12-24", "2026-12-25", "2026-12-26"]);
  });

  test("takes what repeats every year for half a century", () => {
    const calendar = calendarOf(`calendars:
  - id: berlin
    zone: Europe/Berlin
    hours: { mon: ["09:00-17:00"] }
    holidays: |
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      DTSTART;VALUE=DATE:19900501
      RRULE:FREQ=YEARLY
      END:VEVENT
      END:VCALENDAR
`);
    expect(calendar?.holidays).toHaveLength(50);
    expect(calendar?.holidays[0]).toBe("2020-05-01");
    expect(calendar?.holidays.at(-1)).toBe("2069-05-01");
  });

  const series = (start: string, rule: string): readonly string[] | undefined =>
    calendarOf(
      `calendars:\n  - id: c\n    zone: UTC\n    hours: { mon: ["09:00-17:00"] }\n    holidays: |\n      BEGIN:VCALENDAR\n      BEGIN:VEVENT\n      DTSTART;VALUE=DATE:${start}\n      RRULE:${rule}\n      END:VEVENT\n      END:VCALENDAR\n`,
    )?.holidays;

  test.each([
    [
      "the fourth Thursday",
      "20240101",
      "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3",
      "2024-11-28 2025-11-27 2026-11-26",
    ],
    [
      "the last Monday",
      "20240101",
      "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20260601",
      "2024-05-27 2025-05-26 2026-05-25",
    ],
    [
      "a day that only leap years have",
      "20240229",
      "FREQ=YEARLY;COUNT=3",
      "2024-02-29 2028-02-29 2032-02-29",
    ],
    ["every second year", "20240704", "FREQ=YEARLY;INTERVAL=2;COUNT=2", "2024-07-04 2026-07-04"],
    [
      "what began before",
      "19000704",
      "FREQ=YEARLY;UNTIL=20210704T000000Z",
      "2020-07-04 2021-07-04",
    ],
  ])("takes a series on %s", (_title, start, rule, dates) => {
    expect(series(start, rule)?.join(" ")).toBe(dates);
  });

  const inFile = (event: string): string =>
    `calendars:\n  - id: c\n    zone: UTC\n    hours: { mon: ["09:00-17:00"] }\n    holidays: ▶|\n      BEGIN:VCALENDAR\n${event}      END:VCALENDAR\n`;

  test.each([
    ["a text that is no file", inFile("").replace("BEGIN:VCALENDAR", "the usual ones")],
    ["a file without an end", inFile("").replace("      END:VCALENDAR\n", "")],
    ["a file without events", inFile("")],
    [
      "an event of some hours",
      inFile("      BEGIN:VEVENT\n      DTSTART:20261224T120000Z\n      END:VEVENT\n"),
    ],
    ["an event without a start", inFile("      BEGIN:VEVENT\n      SUMMARY:x\n      END:VEVENT\n")],
    [
      "a day that is none",
      inFile("      BEGIN:VEVENT\n      DTSTART;VALUE=DATE:someday\n      END:VEVENT\n"),
    ],
    [
      "a series that is not one of years",
      inFile(
        "      BEGIN:VEVENT\n      DTSTART;VALUE=DATE:20260101\n      RRULE:FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2\n      END:VEVENT\n",
      ),
    ],
  ])("is a fault with %s for its holidays", (_title, text) => {
    expect(found(text)).toEqual(["bad-date calendars[0].holidays"]);
  });

  test.each([
    ["a word", "▶9-17", "bad-hours"],
    ["hours that no day has", "▶'09:00-25:00'", "bad-hours"],
    ["hours that end before they begin", "▶'17:00-09:00'", "bad-hours"],
    ["hours that last no time", "▶'09:00-09:00'", "bad-hours"],
    ["hours that overlap", "'09:00-12:00', ▶'11:00-17:00'", "bad-hours"],
  ])("is a fault with %s", (_title, hours, code) => {
    const [finding] = found(
      `calendars:\n  - { id: c, zone: UTC, hours: { mon: ['08:00-08:30'], tue: [${hours}] } }`,
    );
    expect(finding).toMatch(new RegExp(`^${code} calendars\\[0\\]\\.hours\\.tue`));
  });

  test.each(["▶+02:00", "▶Europe/Atlantis", "▶CEST-ish", "▶Local"])(
    "is a fault with the zone %s",
    (zone) => {
      expect(
        found(
          `calendars:\n  - { id: c, zone: "${zone}", hours: { mon: ['09:00-17:00'] } }`.replace(
            '"▶',
            '▶"',
          ),
        ),
      ).toEqual(["unknown-zone calendars[0].zone"]);
    },
  );
});

describe("working days", () => {
  const ofLevel = (more: string): string => policyOf(level(more));

  test("stand where the level names a calendar", () => {
    expect(found(ofLevel("      calendar: work\n      timeout: 2bd\n"))).toEqual([]);
    expect(
      found(
        ofLevel(
          "      calendar: work\n      escalation: [{ after: 1bd, action: reminder }, { after: 3bd, action: auto_deny }]\n",
        ),
      ),
    ).toEqual([]);
  });

  test("stand where the org has a calendar, of the file or already", () => {
    const text = ofLevel("      timeout: 2bd\n");
    expect(found(`${text}${work}defaults:\n  calendar: work\n`)).toEqual([]);
    const known: Known = {
      roles: new Map([["qa", ["bo"]]]),
      people: new Map(),
      definition: {
        ...emptyDefinition,
        defaults: { ...emptyDefinition.defaults, calendar: "work" },
      },
    };
    expect(found(text, known)).toEqual([]);
    expect(found(text.replace("2bd", "▶2bd"), { ...known, definition: emptyDefinition })).toEqual([
      "bad-duration policy.chain[0].timeout",
    ]);
  });

  test.each([
    [
      "the ladder of a chain without a calendar",
      policyOf(level(), "  escalation: [{ after: ▶1bd, action: reminder }]\n"),
      "policy.escalation[0].after",
    ],
    [
      "an expiry, which follows no calendar",
      `${policyOf(level(), "  expires_in: ▶1bd\n")}${work}defaults:\n  calendar: work\n`,
      "policy.expires_in",
    ],
    [
      "no day at all",
      policyOf(level("      calendar: work\n      timeout: ▶0bd\n")),
      "policy.chain[0].timeout",
    ],
    [
      "more than ten years",
      policyOf(level("      calendar: work\n      timeout: ▶3651bd\n")),
      "policy.chain[0].timeout",
    ],
    [
      "an sla in plain time",
      `workflow: { id: w }\nstates:\n  a: { sla: { breach: ▶1bd } }\ntransitions: []\n${work}defaults:\n  calendar: work\n`,
      "states.a.sla.breach",
    ],
  ])("are a fault for %s", (_title, text, path) => {
    expect(found(text)).toContain(`bad-duration ${path}`);
  });

  test("are in order among themselves", () => {
    const ladder =
      "      calendar: work\n      escalation: [{ after: 2bd, action: reminder }, { after: 1bd, action: ▶reminder }]\n";
    expect(found(ofLevel(ladder))).toEqual(["step-order policy.chain[0].escalation[1].action"]);
  });

  test("are after the expiry when even the shortest days would be", () => {
    const steps = (after: string): string =>
      policyOf(
        level(`      calendar: work\n      escalation: [{ after: ${after} }]\n`),
        "  expires_in: 48h\n",
      );
    expect(found(steps("3bd, action: ▶reminder"))).toEqual([
      "unreachable-step policy.chain[0].escalation[0].action",
    ]);
    expect(found(steps("2bd, action: reminder"))).toEqual([]);
  });
});

describe("plain days", () => {
  test.each(["1d", "2w", "P1D", "P1DT2H"])("%s is ambiguous by a calendar", (duration) => {
    const text = policyOf(level(`      calendar: work\n      timeout: ▶${duration}\n`));
    expect(found(text)).toEqual(["ambiguous-day policy.chain[0].timeout"]);
    const ofOrg = policyOf(level(`      timeout: ▶${duration}\n`));
    expect(found(`${ofOrg}${work}defaults:\n  calendar: work\n`)).toEqual([
      "ambiguous-day policy.chain[0].timeout",
    ]);
    expect(found(ofOrg.replace("▶", ""))).toEqual([]);
  });

  test("hours are not", () => {
    expect(found(policyOf(level("      calendar: work\n      timeout: PT24H\n")))).toEqual([]);
  });
});

describe("the sla of a state", () => {
  const state = (sla: string): string =>
    `workflow: { id: w }\nstates:\n  a: { sla: { ${sla} } }\n  b: {}\ntransitions: [{ from: a, to: b }]\n`;

  test("warns before it is breached", () => {
    expect(found(state("warning: ▶9h, breach: 8h"))).toEqual(["step-order states.a.sla.warning"]);
    expect(found(state("warning: 4h, breach: 8h"))).toEqual([]);
  });

  test("counts working days by the org's calendar", () => {
    const text = state("breach: 2bd, business_hours: true");
    expect(found(`${text}${work}defaults:\n  calendar: work\n`)).toEqual([]);
  });
});
