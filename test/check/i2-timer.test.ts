import { describe, expect, test } from "vitest";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import { goodLog } from "./good-log.ts";
import {
  approved,
  group,
  imported,
  level,
  levelApproved,
  member,
  opened,
  pool,
  role,
  stream,
  voted,
} from "./written.ts";
import { edited, find, followedBy } from "./planting.ts";
import { asking, by, people, story } from "./scenario.ts";
import { sentences } from "./broken.ts";

const one = stream("apr_1");
const log = goodLog();
const qa = level(1, [group("qa_lead")]);

describe("I2: a timer approves only where policy and org let it", () => {
  const timer = { kind: "timer", id: "auto_approve" } as const;
  const step = {
    after: "48h",
    action: "auto_approve",
    to: [],
    channels: [],
    reason: null,
  } as const;
  const allowing = imported("Defaults", {
    id: "defaults",
    ...{ autoApprove: "allow", selfApproval: "forbid", agentDeciders: "forbid" },
  });
  const timed = (policy: Partial<Policy>, definitions = [allowing], asked = {}) =>
    sentences(
      story(
        { levels: [qa], policy, definitions, asked: { autoApprove: true, ...asked } },
        asking(opened(1, pool("qa_lead"))),
        {
          by: timer,
          events: [levelApproved(timer), approved(timer)],
        },
      ),
      "I2",
    );
  const good: Partial<Policy> = { autoApprove: "allow", riskCeiling: 1, escalation: [step] };

  test("a written step that both allow is no fault", () => {
    expect(timed(good)).toEqual([]);
  });

  test.each<[string, Partial<Policy>]>([
    ["a policy that forbids it", { ...good, autoApprove: "forbid" }],
    ["a policy without such a step", { ...good, escalation: [] }],
    ["a risk that nobody assessed", { ...good, riskCeiling: 0.5 }],
  ])("%s is found", (_what, policy) => {
    expect(timed(policy)).toHaveLength(2);
  });

  test("an org that forbids it is found", () => {
    expect(timed(good, [])).toHaveLength(2);
  });

  test("an org that forbade it when it was asked is found", () => {
    const planted = story(
      { levels: [qa], policy: good, definitions: [allowing] },
      asking(opened(1, pool("qa_lead"))),
      { by: timer, events: [levelApproved(timer), approved(timer)] },
    );
    expect(sentences(planted, "I2")).toHaveLength(2);
  });

  test.each([
    ["the advisor's own score", { advisor_score: 0.6 }],
    ["the asker's, which raises the advisor's", { advisor_score: 0.1, score: 0.6 }],
  ])("a risk above the ceiling is found: %s", (_what, riskSnapshot) => {
    const low = { ...good, riskCeiling: 0.5 };
    expect(timed(low, [allowing], { riskSnapshot: { advisor_score: 0.1 } })).toEqual([]);
    expect(timed(low, [allowing], { riskSnapshot })).toHaveLength(2);
  });

  test("a request that a gate asked for is found", () => {
    expect(timed(good, [allowing], { escalated: true })).toHaveLength(2);
  });

  test("a deny that stands is found", () => {
    const planted = story(
      { levels: [{ ...qa, onDeny: "unreachable" }], policy: good, definitions: [allowing] },
      asking(opened(1, pool("qa_lead"))),
      by("cy", voted("cy", 1, { decision: "deny" })),
      { by: timer, events: [levelApproved(timer)] },
    );
    expect(sentences(planted, "I2")).toHaveLength(1);
  });
});

describe("I2: glass is broken only by those who may", () => {
  const breaking = (...change: Parameters<typeof people>) =>
    story(
      { levels: [qa] },
      asking(opened(1, pool("qa_lead"))),
      people(member("zoe"), ...change),
      by("zoe", ["GlassBroken", { reason: "fire" }], approved("zoe")),
    );

  test("a member of break_glass acts without quorum", () => {
    expect(sentences(breaking(role("break_glass", "zoe")), "I2")).toEqual([]);
  });

  test("somebody else is found", () => {
    expect(sentences(breaking(role("break_glass", "bo")), "I2")).toHaveLength(1);
  });

  test("the agent's owner is found, even as a member", () => {
    const planted = story(
      { levels: [qa] },
      asking(opened(1, pool("qa_lead"))),
      people(role("break_glass", "ana")),
      by("ana", ["GlassBroken", { reason: "fire" }], approved("ana")),
    );
    expect(sentences(planted, "I2")).toHaveLength(1);
  });
});

describe("I2: a decision says what it was decided by", () => {
  const vote = find(log, one, "VoteCast");

  test("a vote that does not is found", () => {
    const planted = log.map((entry) => {
      const { basis: _gone, ...metadata } = entry.metadata;
      return entry === vote ? { ...entry, metadata } : entry;
    });
    expect(sentences(planted, "I2")[0]).toMatch(/does not say which directory/);
  });

  test.each([
    ["directory", { directory: 99, delegation: -1, definition: 1 }],
    ["definition", { directory: 12, delegation: -1, definition: 99 }],
  ])("a %s that was not there yet is found", (_what, basis) => {
    const planted = edited(log, vote, { metadata: { basis } });
    expect(sentences(planted, "I2")[0]).toMatch(/not there yet/);
  });

  test("levels that are voided or approved without having opened are found", () => {
    const voidedSlot = ["SlotVoided", { level: 3, group: "manager", approver: "gus" }] as const;
    expect(sentences(followedBy(log, vote, [voidedSlot]), "I2")).toEqual([
      "a slot of gus is voided in group manager of level 3, where there is none.",
    ]);
    expect(sentences(followedBy(log, vote, [levelApproved("bo", 3)]), "I2")).toContain(
      "level 3 is approved while it is waiting.",
    );
  });
});
