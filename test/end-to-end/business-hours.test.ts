import { afterAll, beforeAll, expect, test } from "vitest";
import { asked, importFile, type ImportBody } from "./asking.ts";
import { allPages } from "../testkit/http.ts";
import type { Answer, TopicBody, TransitionBody } from "../testkit/http.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";

const calendars = `calendars:
  - id: tokyo-wednesdays
    zone: Asia/Tokyo
    hours: { wed: ["10:00-11:00"] }
    holidays: |
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      DTSTART;VALUE=DATE:20200101
      RRULE:FREQ=YEARLY
      END:VEVENT
      END:VCALENDAR
  - id: always
    zone: UTC
    hours: { mon: &day ["00:00-24:00"], tue: *day, wed: *day, thu: *day, fri: *day, sat: *day, sun: *day }
defaults:
  calendar: always
`;

const tickets = `workflow: { id: tickets, name: Tickets }
states:
  new: { type: initial }
  open: { sla: { warning: 1s, breach: 2s, business_hours: true } }
  waiting: { sla: { breach: 1h } }
transitions:
  - { from: new, to: open }
  - { from: open, to: waiting }
`;

const review = `policy:
  id: review
  expires_in: never
  chain:
    - assignments: [{ type: role, identifier: qa_lead }]
      calendar: tokyo-wednesdays
      timeout: 30m
      on_timeout: pause_caller
`;

interface Sla {
  readonly warning_at: string;
  readonly breach_at: string;
  readonly warned: boolean;
  readonly breached: boolean;
  readonly calendar: string | null;
}

let server: Standalone;

beforeAll(async () => {
  server = await startStandalone();
  const taken = await importFile(server, calendars, "calendars.yaml");
  expect(taken.status, taken.text).toBe(201);
  expect(taken.body.ignored).toEqual([]);
  for (const file of [tickets, review]) {
    const { status, text, body } = await importFile(server, file);
    expect(status, text).toBe(201);
    expect(body.ignored).toEqual([]);
  }
});
afterAll(() => server[Symbol.asyncDispose]());

const move = (id: string, to: string): Promise<Answer<TransitionBody>> =>
  server.as("ana").post("/transitions", { workflow: "tickets", topic: { id }, to });

const slaOf = async (id: string): Promise<Sla | undefined> => {
  const { body } = await server
    .as("ana")
    .get<TopicBody & { readonly sla?: Sla }>(`/topics/tickets/${id}`);
  return body.sla;
};

test("a level's due mark follows its calendar", async () => {
  const request = await asked(server.as("deployment-bot"), {
    policy: "review",
    approvers: undefined,
  });
  const { due_at: dueAt } = request.levels[0] ?? {};
  // Wednesday, half past ten in Tokyo, or later that hour when the question came while it had begun.
  const due = new Date(dueAt ?? "none");
  expect(due.getUTCDay()).toBe(3);
  expect(due.toISOString().slice(11)).toMatch(/^01:[3-5]/);
  expect(due.getTime()).toBeGreaterThan(Date.parse(request.created_at));
});

test("a topic that stays too long is warned of, then breached, each once, in the org's calendar", async () => {
  const moved = await move("T-1", "open");
  expect(moved.status, moved.text).toBe(200);
  const left = await move("T-2", "open");
  expect(left.status, left.text).toBe(200);
  expect((await move("T-2", "waiting")).status).toBe(200);
  const breached = await eventually("the breach", async () => {
    const sla = await slaOf("T-1");
    return sla?.breached === true ? sla : undefined;
  });
  expect(breached).toEqual({
    warning_at: expect.any(String),
    breach_at: expect.any(String),
    warned: true,
    breached: true,
    calendar: "always",
  });
  expect(await slaOf("T-2")).toMatchObject({ calendar: null, warned: false, breached: false });
  const trail = await allPages<{ readonly event: string; readonly actor: object }>(
    server.as("ana"),
    "/audit",
  );
  expect(trail.filter(({ event }) => event.startsWith("Sla"))).toMatchObject([
    { event: "SlaBreached", actor: { kind: "timer", id: "sla_breach" } },
    { event: "SlaWarning", actor: { kind: "timer", id: "sla_warning" } },
  ]);
});

test("a file with faults of time is refused at their places, and lint says the same", async () => {
  const file = `calendars:
  - { id: a, zone: Mars/Base, hours: { mon: ["09:00-17:00"] } }
  - { id: b, zone: UTC, hours: { mon: ["17:00-09:00"] }, holidays: ["2026-02-30"] }
  - { id: c, zone: UTC, hours: { mon: ["09:00-17:00"] }, holidays: "the usual" }
policy:
  id: p
  expires_in: 1h
  chain:
    - assignments: [{ type: role, identifier: qa_lead }]
      calendar: nowhere
      timeout: 0s
      escalation:
        - { after: -1h, action: reminder }
        - { after: 3651d, action: reminder }
        - { after: soon, action: reminder }
        - { after: 3bd, action: reminder }
`;
  const codes = [
    "unknown-zone calendars[0].zone",
    "bad-hours calendars[1].hours.mon[0]",
    "bad-date calendars[1].holidays[0]",
    "bad-date calendars[2].holidays",
    "unknown-name policy.chain[0].calendar",
    "bad-duration policy.chain[0].timeout",
    "bad-duration policy.chain[0].escalation[0].after",
    "bad-duration policy.chain[0].escalation[1].after",
    "bad-duration policy.chain[0].escalation[2].after",
  ];
  const lint = await server.as("ana").post<{
    readonly faults: readonly { readonly code: string; readonly path: string }[];
  }>("/definitions/lint", file, { headers: { "content-type": "application/yaml" } });
  expect(lint.status, lint.text).toBe(200);
  expect(lint.body.faults.map(({ code, path }) => `${code} ${path}`)).toEqual(codes);
  const refused = await importFile(server, file);
  expect(refused.status).toBe(422);
  const { error } = JSON.parse(refused.text) as {
    error: { code: string; details: { faults: { code: string; path: string }[] } };
  };
  expect(error.code).toBe("invalid-definition");
  expect(error.details.faults.map(({ code, path }) => `${code} ${path}`)).toEqual(codes);
});

test("days by a calendar, steps out of order and steps after the expiry are warned of", async () => {
  const { status, text } = await importFile(
    server,
    review
      .replace("id: review", "id: warned")
      .replace("never", "2h")
      .replace(
        "timeout: 30m",
        "timeout: 1d\n      escalation: [{ after: 90m, action: reminder }, { after: 1h, action: reminder }, { after: 3h, action: reminder }]",
      ),
  );
  expect(status, text).toBe(201);
  const { warnings } = JSON.parse(text) as ImportBody & {
    readonly warnings: readonly { readonly code: string; readonly path: string }[];
  };
  expect(warnings.map(({ code, path }) => `${code} ${path}`)).toEqual([
    "ambiguous-day policy.chain[0].timeout",
    "step-order policy.chain[0].escalation[1].action",
    "unreachable-step policy.chain[0].escalation[2].action",
  ]);
});

test("a person's own zone is one that exists", async () => {
  const put = (zone: string) =>
    server.as("ana").put("/directory/people/bo", { name: "Bo", access: "approver", zone });
  const refused = await put("Mars/Base");
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('"zone"')]);
  const { status, text } = await put("Europe/Berlin");
  expect(status, text).toBe(200);
});

test("the log holds against every invariant", async () => {
  const { log, violations } = await server.finish();
  expect(violations).toEqual([]);
  expect(log.filter(({ type }) => type === "SlaWarning" || type === "SlaBreached")).toHaveLength(2);
  expect(log.find(({ type }) => type === "TimersPlanned")?.data).toMatchObject({
    level: 1,
    calendar: { id: "tokyo-wednesdays", zone: "Asia/Tokyo", zoneData: process.versions.tz },
  });
});
