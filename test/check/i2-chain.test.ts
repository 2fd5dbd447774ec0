import { describe, expect, test } from "vitest";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { goodLog } from "./good-log.ts";
import {
  approved,
  group,
  level,
  levelApproved,
  opened,
  pool,
  skipped,
  stream,
  voted,
} from "./written.ts";
import { find, without } from "./planting.ts";
import { asking, by, story, type Scenario } from "./scenario.ts";
import { broken, sentences } from "./broken.ts";

const one = stream("apr_1");
const log = goodLog();
const qa = level(1, [group("qa_lead")]);
const critical = level(1, [group("qa_lead")], {
  conditions: { kind: "field", field: "priority", operator: "=", value: "critical" },
});
const onlySkipped = (policy: Partial<Policy>, asked: Partial<SubmittedFields> = {}) =>
  story({ levels: [critical], policy, asked }, asking(skipped(1), approved("bo")));

describe("I2: levels come in their order", () => {
  test("approval while a level never opened is found", () => {
    const planted = without(log, find(log, one, "LevelSkipped"));
    expect(sentences(planted, "I2")).toEqual(["approved while level 3 is waiting."]);
  });

  test("approval while a level is open is found", () => {
    const planted = without(log, find(log, one, "LevelApproved", 1));
    expect(sentences(planted, "I2")).toContain("approved while level 2 is open.");
  });

  test("approval right at the ask is found", () => {
    const planted = story({ levels: [qa] }, asking(approved("bo")));
    expect(sentences(planted, "I2")).toEqual(["approved while level 1 is waiting."]);
  });

  test("approval of a denied request's level is found", () => {
    const denied = ["LevelDenied", { level: 1, group: "qa_lead", by: "cy", pools: {} }] as const;
    const planted = story(
      { levels: [qa] },
      asking(opened(1, pool("qa_lead"))),
      by("cy", voted("cy", 1, { decision: "deny" }), denied, approved("cy")),
    );
    expect(sentences(planted, "I2")).toEqual(["approved while level 1 is denied."]);
  });

  test("a level that opens before the one in front of it is done is found", () => {
    const planted = without(log, find(log, one, "LevelApproved"));
    expect(sentences(planted, "I2")).toContain("level 2 begins while level 1 is open.");
  });

  test("a level that the chain does not have is found", () => {
    const planted = story({ levels: [qa] }, asking(opened(2, pool("qa_lead"))));
    expect(sentences(planted, "I2")).toEqual(["level 2 is none of the pinned chain."]);
  });

  test("a level that opens again after its approval is found", () => {
    const planted = story(
      { levels: [qa] },
      asking(opened(1, pool("qa_lead"))),
      by("bo", voted("bo"), levelApproved("bo"), opened(1, pool("qa_lead")), approved("bo")),
    );
    expect(sentences(planted, "I2")).toContain("level 1 opens again after it was approved.");
  });

  test("a policy version that was never imported is found", () => {
    const planted = story(
      { levels: [qa], asked: { policies: [{ id: "p", version: 2, gate: null }] } },
      asking(approved("bo")),
    );
    expect(sentences(planted, "I2")).toEqual(["approved, although its policy was never imported."]);
  });
});

describe("I2: a level is skipped only on facts that make its condition false", () => {
  const skippedAt = (priority: string | null, conditions = critical.conditions) =>
    sentences(
      story(
        {
          levels: [
            { ...critical, conditions },
            { ...qa, number: 2 },
          ],
          asked: { context: priority === null ? {} : { priority } },
        },
        asking(skipped(1), opened(2, pool("qa_lead"))),
      ),
      "I2",
    );

  test("a false one is no fault", () => {
    expect(skippedAt("low")).toEqual([]);
  });

  test.each([["critical"], [null]])("%s is found", (priority) => {
    expect(skippedAt(priority)).toEqual([
      "level 1 is skipped although its conditions are not false on the frozen facts.",
    ]);
  });

  test("a level without conditions is found", () => {
    expect(skippedAt("low", null)).toEqual(["level 1 is skipped although it always applies."]);
  });

  test("a guard expression is asked when there is somebody to ask, and believed otherwise", () => {
    const guarded = { kind: "expression", text: "context.priority == 'critical'" } as const;
    const planted = story(
      {
        levels: [
          { ...critical, conditions: guarded },
          { ...qa, number: 2 },
        ],
      },
      asking(skipped(1), opened(2, pool("qa_lead"))),
    );
    expect(sentences(planted, "I2")).toEqual([]);
    const asked: string[] = [];
    const options = (value: boolean | null) => ({
      guard: (text: string) => {
        asked.push(text);
        return { value };
      },
    });
    expect(sentences(planted, "I2", options(false))).toEqual([]);
    expect(sentences(planted, "I2", options(true))).toHaveLength(1);
    expect(sentences(planted, "I2", options(null))).toHaveLength(1);
    expect(asked).toContain("context.priority == 'critical'");
  });

  test("for want of people only where the policy says so, and only when there are none", () => {
    const empty = level(1, [group("nobody")]);
    const skip = (plan: typeof empty) =>
      sentences(
        story(
          { levels: [plan, { ...qa, number: 2 }] },
          asking(skipped(1), opened(2, pool("qa_lead"))),
        ),
        "I2",
      );
    expect(skip({ ...empty, onEmpty: "skip" })).toEqual([]);
    expect(skip(empty)).toHaveLength(1);
    expect(skip({ ...qa, onEmpty: "skip" })).toHaveLength(1);
  });
});

describe("I2: when every level was skipped", () => {
  test("the policy must let it pass", () => {
    expect(broken(onlySkipped({ onAllSkipped: "approve" }))).toEqual([]);
    expect(sentences(onlySkipped({}), "I2")).toEqual([
      "approved with every level skipped, which its policy does not allow.",
    ]);
  });

  test("a request that a gate asked for is never let pass", () => {
    const planted = onlySkipped({ onAllSkipped: "approve" }, { escalated: true });
    expect(sentences(planted, "I2")).toEqual([
      "approved without any decision, although a gate had asked for one.",
    ]);
  });

  describe("and there is a fallback", () => {
    const fallback = level(1, [group("manager")]);
    const scenario: Scenario = {
      levels: [critical],
      policy: { fallback, onAllSkipped: "approve" },
    };
    const open = opened(2, pool("manager"));

    test("its approval is enough", () => {
      const good = story(
        scenario,
        asking(skipped(1), open),
        by("gus", voted("gus", 2), levelApproved("gus", 2), approved("gus")),
      );
      expect(broken(good)).toEqual([]);
    });

    test("approval without it is found", () => {
      const open2 = story(scenario, asking(skipped(1), open), by("gus", approved("gus")));
      expect(sentences(open2, "I2")).toEqual(["approved while its fallback level is not."]);
      const never = story(scenario, asking(skipped(1), approved("gus")));
      expect(sentences(never, "I2")).toHaveLength(1);
    });

    test("it does not open after a level was approved", () => {
      const planted = story(
        { levels: [qa], policy: { fallback } },
        asking(opened(1, pool("qa_lead"))),
        by("bo", voted("bo"), levelApproved("bo"), open),
      );
      expect(sentences(planted, "I2")).toEqual([
        "fallback level 2 begins although level 1 was approved.",
      ]);
    });
  });
});
