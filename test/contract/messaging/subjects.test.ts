import { InvalidSubject } from "@countersign/messaging/errors.ts";
import { STREAMS, streamNamed, streamOfSubject } from "@countersign/messaging/streams.ts";
import {
  commandPattern,
  commandSubject,
  deadPattern,
  deadSubject,
  eventPattern,
  eventSubject,
  intakePattern,
  intakeSubject,
  parseSubject,
  queryPattern,
  querySubject,
  subjectMatches,
  timerPattern,
  timerSubject,
} from "@countersign/messaging/subjects.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const forged = ["", "*", ">", "a.b", "a b", "a\r\nb", "ä", ".", "a\u0000", "x".repeat(65), "a*"];

describe("subjects", () => {
  test("every builder has the place that the architecture names", () => {
    expect(eventSubject("acme", "request", "VoteCast")).toBe(
      "countersign.v1.acme.event.request.VoteCast",
    );
    expect(intakeSubject("acme", "ci", "request-approval")).toBe(
      "countersign.v1.acme.in.ci.request-approval",
    );
    expect(deadSubject("acme", "ci", "request-approval")).toBe(
      "countersign.v1.acme.dead.ci.request-approval",
    );
    expect(timerSubject("acme", "auto_approve")).toBe("countersign.v1.acme.timer.auto_approve");
    expect(commandSubject("acme", "approve")).toBe("countersign.v1.acme.command.approve");
    expect(querySubject("acme", "queue")).toBe("countersign.v1.acme.query.queue");
  });

  test("what is built is parsed back to its parts", () => {
    fc.assert(
      fc.property(token, token, token, (org, first, second) => {
        expect(parseSubject(eventSubject(org, first, second))).toEqual({
          kind: "event",
          org,
          category: first,
          type: second,
        });
        const taken = { org, producer: first, command: second };
        expect(parseSubject(intakeSubject(org, first, second))).toEqual({ kind: "in", ...taken });
        expect(parseSubject(deadSubject(org, first, second))).toEqual({ kind: "dead", ...taken });
        expect(parseSubject(timerSubject(org, first))).toEqual({
          kind: "timer",
          org,
          timer: first,
        });
        const named = { org, name: first };
        expect(parseSubject(commandSubject(org, first))).toEqual({ kind: "command", ...named });
        expect(parseSubject(querySubject(org, first))).toEqual({ kind: "query", ...named });
      }),
    );
  });

  test("what is parsed is built again from its parts, whatever the text", () => {
    const piece = fc.oneof(
      token,
      fc.constantFrom("countersign", "v1", "event", "in", "timer", "command", ...forged),
    );
    const text = fc.array(piece, { maxLength: 4 }).map((rest) => ["countersign", "v1", ...rest]);
    let parsed = 0;
    fc.assert(
      fc.property(text, (tokens) => {
        const given = tokens.join(".");
        const subject = parseSubject(given);
        if (subject === undefined) return;
        parsed += 1;
        const { kind, ...parts } = subject;
        const [org, ...rest] = Object.values(parts);
        expect(["countersign.v1", org, kind, ...rest].join(".")).toBe(given);
      }),
      { numRuns: 3_000 },
    );
    expect(parsed).toBeGreaterThan(0);
  });

  test.each(forged)("the token %j is refused by every builder and by the parser", (bad) => {
    const builders = [
      () => eventSubject(bad, "request", "VoteCast"),
      () => eventSubject("acme", bad, "VoteCast"),
      () => eventSubject("acme", "request", bad),
      () => intakeSubject("acme", bad, "request-approval"),
      () => deadSubject("acme", "ci", bad),
      () => timerSubject(bad, "due"),
      () => commandSubject("acme", bad),
      () => querySubject(bad, "queue"),
      () => eventPattern({ org: bad }),
      () => commandPattern({ name: bad }),
    ];
    for (const build of builders) expect(build).toThrow(InvalidSubject);
    expect(parseSubject(`countersign.v1.acme.in.${bad}.request-approval`)).toBeUndefined();
    expect(parseSubject(`countersign.v1.${bad}.command.approve`)).toBeUndefined();
    expect(parseSubject(`countersign.v1.acme.event.request.${bad}`)).toBeUndefined();
  });

  test.each([
    "countersign",
    "countersign.v1",
    "countersign.v2.acme.command.approve",
    "other.v1.acme.command.approve",
    "countersign.v1.acme.unknown.approve",
    "countersign.v1.acme.command.approve.more",
    "countersign.v1.acme.event.request",
    "countersign.v1.acme.event.request.VoteCast.more",
    "countersign.v1.acme.in.ci",
    "countersign.v1.acme.timer.due.more",
    `countersign.v1.acme.command.${"x".repeat(10_000)}`,
  ])("%.60s is no subject of ours", (text) => {
    expect(parseSubject(text)).toBeUndefined();
  });

  test("patterns leave open what is not named", () => {
    expect(eventPattern()).toBe("countersign.v1.*.event.*.*");
    expect(eventPattern({ org: "acme", category: "request" })).toBe(
      "countersign.v1.acme.event.request.*",
    );
    expect(intakePattern({ command: "cancel" })).toBe("countersign.v1.*.in.*.cancel");
    expect(deadPattern({ org: "acme" })).toBe("countersign.v1.acme.dead.*.*");
    expect(timerPattern({ kind: "due" })).toBe("countersign.v1.*.timer.due");
    expect(commandPattern({ name: "approve" })).toBe("countersign.v1.*.command.approve");
    expect(queryPattern({ org: "acme" })).toBe("countersign.v1.acme.query.*");
  });

  test("a pattern matches as the broker matches", () => {
    const subject = "countersign.v1.acme.event.request.VoteCast";
    for (const pattern of [subject, eventPattern(), "countersign.>", "*.*.*.*.*.*", ">"])
      expect([pattern, subjectMatches(pattern, subject)]).toEqual([pattern, true]);
    for (const pattern of [
      eventPattern({ org: "other" }),
      "countersign.*",
      "countersign.v1.acme.event.request",
      `${subject}.>`,
      `${subject}.*`,
      "countersign.>.VoteCast",
    ])
      expect([pattern, subjectMatches(pattern, subject)]).toEqual([pattern, false]);
  });
});

describe("streams", () => {
  test("every durable subject is in exactly one stream, and requests are in none", () => {
    const durable = [
      eventSubject("acme", "request", "VoteCast"),
      intakeSubject("acme", "ci", "cancel"),
      timerSubject("acme", "due"),
      deadSubject("acme", "ci", "cancel"),
    ];
    for (const subject of durable) {
      const holding = STREAMS.filter((stream) => subjectMatches(stream.subject, subject));
      expect(holding).toEqual([streamOfSubject(subject)]);
    }
    expect(new Set(durable.map((subject) => streamOfSubject(subject)?.name)).size).toBe(4);
    expect(streamOfSubject(commandSubject("acme", "approve"))).toBeUndefined();
    expect(streamOfSubject("countersign.v1.*.event.request.VoteCast")).toBeUndefined();
  });

  test("a stream is found by its name", () => {
    for (const stream of STREAMS) expect(streamNamed(stream.name)).toBe(stream);
    expect(streamNamed("OTHER")).toBeUndefined();
  });
});
