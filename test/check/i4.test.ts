import { describe, expect, test } from "vitest";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { goodLog } from "./good-log.ts";
import {
  approved,
  bot,
  group,
  imported,
  level,
  levelApproved,
  opened,
  pool,
  stream,
  voted,
} from "./written.ts";
import { edited, find } from "./planting.ts";
import { asking, by, story } from "./scenario.ts";
import { broken, sentences } from "./broken.ts";

const qa = level(1, [group("qa_lead")]);
const open = opened(1, pool("qa_lead"));
const log = goodLog();
const one = stream("apr_1");

const decidedBy = (
  id: string,
  asked: Partial<SubmittedFields> = {},
  policy: Partial<Policy> = {},
) =>
  story(
    { levels: [qa], asked, policy },
    asking(open),
    by(id, voted(id), levelApproved(id), approved(id)),
  );
const ofBo = { requester: { kind: "person", id: "bo", owner: null } } as const;

describe("I4: nobody decides about what they asked for", () => {
  test("the requester's vote is found, although listed", () => {
    expect(sentences(decidedBy("bo", ofBo), "I4")).toEqual([
      "the vote of bo counts for bo, who asked for it or answers for the agent that did.",
    ]);
  });

  test("the agent's owner's vote is found, although listed", () => {
    expect(sentences(decidedBy("ana"), "I4")).toHaveLength(1);
  });

  test("a deny of theirs is found as well", () => {
    const planted = story(
      { levels: [qa] },
      asking(open),
      by("ana", voted("ana", 1, { decision: "deny" })),
    );
    expect(sentences(planted, "I4")).toHaveLength(1);
  });

  test("a delegate who acts for them, and they as a delegate, are found", () => {
    const onBehalf = (votedBy: string, onBehalfOf: string) =>
      sentences(
        story({ levels: [qa] }, asking(open), by(votedBy, voted(votedBy, 1, { onBehalfOf }))),
        "I4",
      );
    expect(onBehalf("bo", "ana")).toHaveLength(1);
    expect(onBehalf("ana", "bo")).toHaveLength(1);
    expect(onBehalf("bo", "cy")).toEqual([]);
  });

  test("somebody else's vote is no fault", () => {
    expect(broken(decidedBy("cy", ofBo))).toEqual([]);
  });

  test("an agent that votes on its own request is found, whatever the policy says", () => {
    const allowed: Partial<Policy> = { selfApproval: "allow" };
    const planted = story(
      { levels: [qa], policy: allowed, asked: { selfApproval: true } },
      asking(open),
      { by: bot, events: [voted("ci")] },
    );
    expect(sentences(planted, "I4")).toEqual(["agent ci votes on what it asked for itself."]);
  });

  test("a request that names another owner than the directory is found", () => {
    const asked = find(log, one, "RequestSubmitted");
    const requester = { kind: "agent", id: "ci", owner: "bo" };
    expect(sentences(edited(log, asked, { data: { requester } }), "I4")).toContain(
      "the request names bo as owner of ci, the directory ana.",
    );
  });
});

describe("I4: self approval", () => {
  const selfApproval = true;
  const allowing = imported("Defaults", {
    id: "defaults",
    ...{ autoApprove: "forbid", selfApproval: "allow", agentDeciders: "forbid" },
  });
  const marked = (policy: Partial<Policy>, asked: Partial<SubmittedFields> = {}) =>
    broken(decidedBy("ana", { selfApproval, ...asked }, policy));

  test("that the pinned policy allows is no fault", () => {
    expect(marked({ selfApproval: "allow" })).toEqual([]);
    expect(broken(decidedBy("bo", { ...ofBo, selfApproval }, { selfApproval: "allow" }))).toEqual(
      [],
    );
  });

  test.each<[string, Partial<Policy>]>([
    ["forbids", { selfApproval: "forbid" }],
    ["says nothing about, and neither does the org,", { selfApproval: null }],
  ])("that the policy %s is found", (_what, policy) => {
    expect(marked(policy)).toEqual(["I4"]);
  });

  test("that a gate asked for is found", () => {
    expect(marked({ selfApproval: "allow" }, { escalated: true })).toEqual(["I4", "I16"]);
  });

  test("is the org's where the policy writes none", () => {
    const asked = { selfApproval };
    const steps = [asking(open), by("ana", voted("ana"), levelApproved("ana"), approved("ana"))];
    const definitions = [allowing];
    expect(broken(story({ levels: [qa], asked, definitions }, ...steps))).toEqual([]);
    const policy = { selfApproval: "forbid" } as const;
    expect(broken(story({ levels: [qa], asked, definitions, policy }, ...steps))).toEqual(["I4"]);
  });
});

describe("I4: a person counts once", () => {
  test("a second vote while the first stands is found", () => {
    const planted = story(
      { levels: [qa] },
      asking(open),
      by("bo", voted("bo")),
      by("bo", voted("bo")),
    );
    expect(sentences(planted, "I4")).toEqual([
      "bo votes a second time at level 1 while the first vote stands.",
    ]);
  });

  test("a changed vote is no fault", () => {
    const planted = story(
      { levels: [{ ...qa, onDeny: "unreachable" }] },
      asking(open),
      by("bo", voted("bo", 1, { decision: "deny" })),
      by("bo", ["VoteWithdrawn", { level: 1, votedBy: "bo" }], voted("bo")),
    );
    expect(sentences(planted, "I4")).toEqual([]);
  });

  test("one person for two AND groups is found", () => {
    const plan = level(1, [group("engineering_lead"), group("sre")]);
    const planted = story(
      { levels: [plan] },
      asking(opened(1, pool("engineering_lead"), pool("sre"))),
      by("eli", voted("eli"), levelApproved("eli")),
    );
    expect(sentences(planted, "I4")).toEqual([
      "level 1 is approved with one person standing for two groups.",
    ]);
  });
});
