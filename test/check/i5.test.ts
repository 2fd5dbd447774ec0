import { describe, expect, test } from "vitest";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { goodLog } from "./good-log.ts";
import {
  bot,
  imported,
  level,
  group,
  org,
  policy,
  release,
  stream,
  topicStream,
  transition,
} from "./written.ts";
import { append, edited, find, without } from "./planting.ts";
import { sentences } from "./broken.ts";

const log = goodLog();
const three = stream("apr_3");

describe("I5: a topic moves only by what was approved for it", () => {
  test("completing by a request that was never approved is found", () => {
    const planted = without(log, find(log, three, "RequestApproved"));
    expect(sentences(planted, "I5")).toEqual([
      "the transition completes by apr_3, which was never approved.",
      "an execution is reported of what was never approved.",
    ]);
  });

  test("completing before the approval is found", () => {
    const done = find(log, topicStream, "TransitionCompleted");
    const end = find(log, three, "RequestApproved");
    const planted = log.map((entry) =>
      entry === done ? { ...entry, position: end.position - 1n } : entry,
    );
    expect(sentences(planted, "I5")).toEqual([
      "the transition completes before apr_3 was approved.",
    ]);
  });

  test.each([
    ["topic", { workflow: "release", id: "R-1", from: "staging", to: "production" }],
    ["way", { workflow: "release", id: "R-42", from: "staging", to: "done" }],
    ["workflow", { workflow: "other", id: "R-42", from: "staging", to: "production" }],
  ])("completing by an approval of another %s is found", (_what, topic) => {
    const planted = edited(log, find(log, three, "RequestSubmitted"), { data: { topic } });
    expect(sentences(planted, "I5")).toEqual([
      "the transition completes by apr_3, which was asked for another.",
    ]);
  });

  test("completing by an approval the topic does not wait for is found", () => {
    const done = find(log, topicStream, "TransitionCompleted");
    const planted = edited(log, done, { data: { approvalIds: ["apr_1"] } });
    expect(sentences(planted, "I5")).toContain(
      "the transition completes by other approvals than the topic waits for.",
    );
  });

  test("passing without the approval that the workflow wants is found", () => {
    const free = without(log, find(log, topicStream, "TransitionBlocked"));
    const done = find(free, topicStream, "TransitionCompleted");
    expect(sentences(edited(free, done, { data: { approvalIds: [] } }), "I5")).toEqual([
      "the transition passes without the approval it needs.",
    ]);
  });

  test("a way that the workflow does not have is found", () => {
    const last = find(log, topicStream, "TransitionCompleted", 1);
    expect(sentences(edited(log, last, { data: { to: "nowhere" } }), "I5")).toEqual([
      "the workflow has no transition from production to nowhere.",
    ]);
  });

  describe("where approval is needed only when critical", () => {
    const when = { kind: "field", field: "priority", operator: "=", value: "critical" } as const;
    const conditional = {
      ...release,
      version: 2,
      transitions: [transition({ when, policy: policy("p", [level(1, [group("qa_lead")])]) })],
    };
    const passed = (attributes: object): LogEntry[] =>
      append(org(imported("Workflow", conditional, 2)), {
        stream: topicStream,
        actor: bot,
        events: [
          ["TopicCreated", { workflow: "release", id: "R-42", state: "staging", claimed: false }],
          [
            "TransitionCompleted",
            {
              from: "staging",
              to: "production",
              name: null,
              approvalIds: [],
              patch: attributes,
              by: bot,
            },
          ],
        ],
        minute: 5,
      });

    test("passing without one is no fault when it is not", () => {
      expect(sentences(passed({ priority: "low" }), "I5")).toEqual([]);
    });

    test.each([{ priority: "critical" }, {}])("passing with %j is found", (attributes) => {
      expect(sentences(passed(attributes), "I5")).toHaveLength(1);
    });
  });
});
