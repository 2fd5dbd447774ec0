import { describe, expect, test } from "vitest";
import { goodLog } from "./good-log.ts";
import { bot, person, stream, submitted } from "./written.ts";
import { append, find, followedBy, without } from "./planting.ts";
import { sentences } from "./broken.ts";

const one = stream("apr_1");
const log = goodLog();
const end = find(log, one, "RequestApproved");

describe("I1: a request ends once", () => {
  test.each(["RequestApproved", "RequestDenied", "RequestExpired", "RequestCancelled"])(
    "%s after an approval is found",
    (type) => {
      const events = [[type, { ...(end.data as object), dueAt: "x", pools: {} }]] as const;
      const planted = append(log, { stream: one, actor: person("bo"), events, minute: 90 });
      expect(sentences(planted, "I1")).toEqual([
        `${type} after RequestApproved had ended the request.`,
      ]);
    },
  );

  test("a vote after the end is found", () => {
    const vote = find(log, one, "VoteCast");
    const planted = followedBy(log, end, [["VoteCast", vote.data]]);
    expect(sentences(planted, "I1")).toEqual([
      "VoteCast after RequestApproved had ended the request.",
    ]);
  });

  test("delivery and execution after the end are no fault", () => {
    const events = [
      ["GrantConsumed", {}],
      ["ExecutionReported", { status: "executed", result: null, payloadHash: "sha256:1" }],
    ] as const;
    const after = append(log, { stream: one, actor: bot, events, minute: 90 });
    expect(sentences(after, "I1")).toEqual([]);
  });

  test("being submitted twice is found", () => {
    const events = [submitted("apr_1")];
    const planted = append(log, { stream: stream("apr_2"), actor: bot, events, minute: 4 });
    expect(sentences(planted, "I1")).toContain(
      "RequestSubmitted in a request that was there already.",
    );
  });

  test("a request that begins with something else is found", () => {
    const planted = without(log, find(log, one, "RequestSubmitted"));
    expect(sentences(planted, "I1")).toEqual([
      "LevelOpened stands before the request was submitted.",
    ]);
  });

  test("a failed validation may be recorded with the cancellation that it causes, and nothing else", () => {
    const failed = (...more: (readonly [string, unknown])[]) =>
      append([], {
        stream: one,
        actor: bot,
        events: [submitted("apr_1"), ["ValidationFailed", { issues: [] }], ...more],
        minute: 2,
      });
    const cancelled = ["RequestCancelled", { by: bot, reason: null, pools: {} }] as const;
    expect(sentences(failed(), "I1")).toEqual([]);
    expect(sentences(failed(cancelled), "I1")).toEqual([]);
    expect(sentences(failed(["LevelOpened", { level: 1, groups: [] }]), "I1")).toHaveLength(1);
  });
});
