import { describe, expect, test } from "vitest";
import { auditOf } from "./audit-of.ts";
import { goodLog } from "./good-log.ts";
import { bot, person, stream, submitted, topicStream } from "./written.ts";
import { append, edited, find, followedBy, minute, without } from "./planting.ts";
import { broken, sentences } from "./broken.ts";

const log = goodLog();
const one = stream("apr_1");
const two = stream("apr_2");
const vote = find(log, one, "VoteCast");

describe("I8: events and audit entries correspond one to one", () => {
  const audit = auditOf(log);
  const position = vote.position.toString();
  const instead = (change: object) =>
    audit.map((entry) => (entry.position === position ? { ...entry, ...change } : entry));

  test("a missing entry is found", () => {
    const planted = audit.filter((entry) => entry.position !== position);
    expect(sentences(log, "I8", { audit: planted })).toEqual([
      "VoteCast is missing in the audit trail.",
    ]);
  });

  test("an entry that stands twice is found", () => {
    expect(sentences(log, "I8", { audit: [...audit, ...audit.slice(-1)] })).toEqual([
      "TransitionCompleted stands twice in the audit trail.",
    ]);
  });

  test("an entry of something that never happened is found", () => {
    const planted = [...audit, ...auditOf([{ ...vote, position: 999_999n }])];
    expect(sentences(log, "I8", { audit: planted })).toEqual([
      "the audit trail shows VoteCast, which never happened.",
    ]);
  });

  test.each([
    ["another actor", { actor: person("cy") }, "actor person cy where the event has person bo"],
    ["another time", { at: minute(99) }, `at ${minute(99)} where the event has ${minute(4)}`],
    [
      "another name",
      { event: "VoteWithdrawn" },
      "event VoteWithdrawn where the event has VoteCast",
    ],
    ["another channel", { channel: "nats" }, "channel nats where the event has rest"],
  ])("%s is found", (_what, change, difference) => {
    expect(sentences(log, "I8", { audit: instead(change) })).toEqual([
      `the audit trail shows ${difference}.`,
    ]);
  });

  test("without an audit trail nothing is said about it", () => {
    expect(broken(log)).toEqual([]);
  });
});

describe("I12: the same command twice has the effect of once", () => {
  const command = (id: string, name: string) => ({
    stream: name,
    actor: person("bo"),
    minute: 90,
    id,
  });

  test("an event id that stands twice is found", () => {
    const planted = log.map((entry) =>
      entry === vote ? { ...entry, eventId: find(log, two, "VoteCast").eventId } : entry,
    );
    expect(sentences(planted, "I12")).toHaveLength(1);
  });

  test("a command that had its effect later again is found", () => {
    const events = [["ExecutionReported", { status: "failed" }]] as const;
    const planted = append(log, { ...command(vote.metadata.commandId, one), events });
    expect(sentences(planted, "I12")).toEqual([
      `command ${vote.metadata.commandId} had its effect a second time.`,
    ]);
  });

  test("a command whose effect was written twice in a row is found", () => {
    const report = find(log, stream("apr_3"), "ExecutionReported");
    const planted = followedBy(log, report, [["ExecutionReported", report.data]]);
    expect(sentences(planted, "I12")).toEqual([
      `command ${report.metadata.commandId} made the same ExecutionReported twice.`,
    ]);
  });

  test("a key that was accepted with two bodies is found", () => {
    const planted = edited(log, find(log, one, "LevelApproved"), {
      metadata: { commandHash: "sha256:other" },
    });
    expect(sentences(planted, "I12")).toContain(
      `command ${vote.metadata.commandId} was accepted with two bodies.`,
    );
  });

  test("one ask that made two requests is found", () => {
    const { commandId } = find(log, one, "RequestSubmitted").metadata;
    const events = [submitted("apr_9")];
    const planted = append(log, { ...command(commandId, stream("apr_9")), events });
    expect(sentences(planted, "I12")).toEqual([`command ${commandId} made two requests.`]);
  });

  test.each(["TransitionCompleted", "TransitionRejected", "TransitionBlocked"])(
    "%s by the same approval a second time is found",
    (type) => {
      const events = [[type, { approvalIds: ["apr_3"], patch: {} }]] as const;
      const planted = append(log, { ...command("again", topicStream), events });
      expect(sentences(planted, "I12")).toEqual([`${type} by apr_3 a second time.`]);
    },
  );

  test("the same event ids of two streams' commands are no fault when they differ", () => {
    const events = [["ExecutionReported", { status: "executed" }]] as const;
    const after = append(log, { ...command("report", one), events });
    expect(sentences(append(after, { ...command("report", two), events }), "I12")).toEqual([]);
  });
});

describe("I21: time goes on, and deadlines hold", () => {
  const expired = (at: number, dueAt: string) => {
    const asked = append(log, {
      stream: stream("apr_9"),
      actor: bot,
      events: [submitted("apr_9", { expiresAt: minute(60) })],
      minute: 30,
    });
    const events = [["RequestExpired", { dueAt, pools: {} }]] as const;
    const actor = { kind: "timer", id: "expiry" } as const;
    return append(asked, { stream: stream("apr_9"), actor, events, minute: at });
  };

  test("an event before the one it follows is found", () => {
    const planted = edited(log, find(log, one, "RequestApproved"), {
      metadata: { occurredAt: minute(1) },
    });
    expect(sentences(planted, "I21")).toEqual(["RequestApproved happened before what it follows."]);
  });

  test("a time that is none is found", () => {
    const planted = edited(log, vote, { metadata: { occurredAt: "yesterday" } });
    expect(sentences(planted, "I21")).toContain("yesterday is no time.");
  });

  test.each(["VoteCast", "RequestApproved", "RequestDenied", "RequestCancelled"])(
    "%s at the deadline is found",
    (type) => {
      const name = type === "RequestDenied" ? two : one;
      const asked = find(log, name, "RequestSubmitted");
      const late = type === "RequestCancelled" ? "RequestApproved" : type;
      const at = find(log, name, late).metadata.occurredAt;
      const planted = edited(log, asked, { data: { expiresAt: at } }).map((entry) =>
        entry.type === late ? { ...entry, type } : entry,
      );
      expect(sentences(planted, "I21")).toContain(
        `${type} was accepted at or after the deadline ${at}.`,
      );
    },
  );

  test("what is accepted a moment before the deadline is no fault", () => {
    const at = Date.parse(find(log, one, "RequestApproved").metadata.occurredAt) + 1;
    const expiresAt = new Date(at).toISOString();
    const asked = find(log, one, "RequestSubmitted");
    expect(sentences(edited(log, asked, { data: { expiresAt } }), "I21")).toEqual([]);
  });

  test("an expiry at its time is no fault, an early one is found", () => {
    expect(sentences(expired(60, minute(60)), "I21")).toEqual([]);
    expect(sentences(expired(500, minute(60)), "I21")).toEqual([]);
    expect(sentences(expired(59, minute(60)), "I21")).toEqual([`expired before ${minute(60)}.`]);
  });

  test("an expiry at another deadline than the request's is found", () => {
    expect(sentences(expired(60, minute(59)), "I21")).toEqual([
      `expired as due at ${minute(59)}, although it was due ${minute(60)}.`,
    ]);
  });

  test("an expiry of a request that never expires is found", () => {
    const log9 = expired(60, minute(60));
    const asked = find(log9, stream("apr_9"), "RequestSubmitted");
    expect(sentences(edited(log9, asked, { data: { expiresAt: null } }), "I21")).toHaveLength(1);
  });
});

describe("a damaged log", () => {
  test("with a hole in a stream is found", () => {
    expect(broken(log.filter((entry) => entry !== find(log, two, "VoteCast")))).toContain("log");
  });

  test("out of order is found", () => {
    const swapped = [...log];
    swapped.push(...swapped.splice(3, 1));
    expect(broken(swapped)).toContain("log");
  });

  test("from which events were cut out cleanly still breaks what stood on them", () => {
    expect(broken(without(log, vote))).toContain("I2");
  });
});
