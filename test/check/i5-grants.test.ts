import { describe, expect, test } from "vitest";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { broken, sentences } from "./broken.ts";
import { asking, by, story, type Step } from "./scenario.ts";
import { minute, type Written } from "./planting.ts";
import { approved, group, level, levelApproved, opened, person, pool, voted } from "./written.ts";

const grant = { id: "grt_1-1", validUntil: minute(60) };

const granted = (): Written => {
  const [type, data] = approved("bo");
  return [type, { ...(data as object), grant }];
};
const consumed = (over: object = {}): Written => [
  "GrantConsumed",
  {
    grantId: "grt_1-1",
    by: { kind: "agent", id: "ci" },
    payloadHash: "sha256:1",
    payloadVersion: 1,
    ...over,
  },
];
const reported = (over: object = {}): Written => [
  "ExecutionReported",
  { status: "executed", result: null, payloadHash: "sha256:1", ...over },
];
const stuck: Written = [
  "DeliveryStuck",
  { grantId: "grt_1-1", approvedAt: minute(6), validUntil: minute(60) },
];
const next = (...events: Written[]): Step => ({ by: person("ci"), events });

const approval = (...steps: readonly Step[]): LogEntry[] =>
  story(
    { levels: [level(1, [group("qa_lead")])] },
    asking(opened(1, pool("qa_lead"))),
    by("bo", voted("bo"), levelApproved("bo"), granted()),
    ...steps,
  );
const notApproved = (...events: Written[]): LogEntry[] =>
  story(
    { levels: [level(1, [group("qa_lead")])] },
    asking(opened(1, pool("qa_lead"))),
    next(...events),
  );

describe("I5: a grant", () => {
  test("is spent, and its execution reported", () => {
    expect(broken(approval(next(consumed()), next(reported())))).toEqual([]);
    expect(broken(approval(next(stuck), next(consumed())))).toEqual([]);
  });
  test.each([
    ["spent twice", approval(next(consumed()), next(consumed()))],
    ["of another request", approval(next(consumed({ grantId: "grt_2-1" })))],
    ["for another version", approval(next(consumed({ payloadVersion: 2 })))],
    ["that was never given", notApproved(consumed())],
  ])("one %s is found", (_, log) => {
    expect(sentences(log, "I5")).toHaveLength(1);
  });
  test("one spent at the end of its time is found", () => {
    const late = approval(next(consumed())).map((entry) =>
      entry.type === "GrantConsumed"
        ? { ...entry, metadata: { ...entry.metadata, occurredAt: minute(60) } }
        : entry,
    );
    expect(sentences(late, "I5")).toHaveLength(1);
  });
  test("one spent for another payload breaks the binding", () => {
    expect(broken(approval(next(consumed({ payloadHash: "sha256:2" }))))).toEqual(["I3"]);
  });
});

describe("I5: an execution", () => {
  test.each([
    ["before the grant was spent", approval(next(reported()))],
    ["twice", approval(next(consumed()), next(reported()), next(reported()))],
    ["of what nobody approved", notApproved(reported())],
  ])("reported %s is found", (_, log) => {
    expect(sentences(log, "I5")).toHaveLength(1);
  });
});

describe("I5: the alarm about a grant that nobody comes for", () => {
  test.each([
    ["twice", approval(next(stuck), next(stuck))],
    ["after it was spent", approval(next(consumed()), next(stuck))],
    ["without one", notApproved(stuck)],
  ])("raised %s is found", (_, log) => {
    expect(sentences(log, "I5")).toHaveLength(1);
  });
});
