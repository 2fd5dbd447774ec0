import { describe, expect, test } from "vitest";
import { any, atLeast, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { leaves } from "../../testkit/examples/directory.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  people,
  rechecked,
} from "../../testkit/happenings.ts";
import { answers, asks, claims, modifies, releases } from "../../testkit/changing.ts";
import { world } from "../../testkit/world.ts";

const open = given(world(qaOnly), asked());
const at = (time: string) => clockShows(`2026-01-05T${time}:00.000Z`);

describe("questions", () => {
  test("an approver asks, the request stays pending", () => {
    const after = open.when(asks("bo", "Why three?"));
    after.yields([
      "QuestionAsked",
      { questionId: "q1", level: 1, text: "Why three?", pauseCapMs: 0 },
    ]);
    expect(after.view.questions).toEqual([
      {
        id: "q1",
        level: 1,
        text: "Why three?",
        asked_by: "bo",
        asked_at: "2026-01-05T09:00:00.000Z",
        answer: null,
        answered_by: null,
        answered_at: null,
      },
    ]);
  });

  test("only approvers of the open level ask", () => {
    open.when(asks("gus")).refused("not-an-approver");
    open.when(asks("deployment-bot")).refused("not-an-approver");
  });

  test.each(["deployment-bot", "ana"])(
    "%s answers what was asked about the bot's request",
    (who) => {
      const after = open.and(asks("bo")).when(answers(who));
      after.yields(["QuestionAnswered", { questionId: "q1", level: 1 }]);
      expect(after.view.questions[0]).toMatchObject({
        answer: "Because of the load.",
        answered_by: who,
      });
    },
  );

  test("nobody else answers", () => {
    open.and(asks("bo")).when(answers("ivy")).refused("forbidden");
    open.and(asks("bo")).when(answers("bo")).refused("forbidden");
  });

  test("without an id the oldest open question is meant", () => {
    const asked2 = open.and(asks("bo"), asks("cy", "And when?"), answers("ana"));
    asked2
      .when(answers("ana", { text: "At night." }))
      .yields(["QuestionAnswered", { questionId: "q2" }]);
  });

  test("an answer needs a question, and a question is answered once", () => {
    open.when(answers("ana")).refused("unprocessable");
    const answered = open.and(asks("bo"), answers("ana"));
    answered.when(answers("ana", { questionId: "q1", text: "Another." })).refused("conflict");
    answered.when(answers("ana", { questionId: "q1" })).yieldsNothing();
    const second = answered.and(asks("bo", "And when?"), asks("cy", "And who?"));
    second
      .when(answers("ana", { questionId: "q3" }))
      .yields(["QuestionAnswered", { questionId: "q3", text: "Because of the load." }]);
  });

  test("nothing is asked or answered after the end", () => {
    open.and(cancels("ana")).when(asks("bo")).refused("already-resolved");
    open.and(asks("bo"), cancels("ana")).when(answers("ana")).refused("already-resolved");
  });

  describe("pause the timers of their level, up to what the policy allows", () => {
    const pausing = given(world(policy(qaOnly.chain, { pauseOnQuestion: "2h" })), asked());

    test("by the time they were open", () => {
      pausing
        .and(asks("bo"), at("09:30"))
        .when(answers("ana"))
        .yields(["QuestionAnswered", { pausedMs: 30 * 60_000 }]);
    });

    test("several open ones pause once, when the last of them is answered", () => {
      const both = pausing.and(asks("bo"), at("09:20"), asks("cy"), at("09:30"));
      both.when(answers("ana")).yields(["QuestionAnswered", { pausedMs: 0 }]);
      both
        .and(answers("ana"), at("10:00"))
        .when(answers("ana"))
        .yields(["QuestionAnswered", { questionId: "q2", pausedMs: 60 * 60_000 }]);
    });

    const twoLevels = policy([level(group(any, "qa_lead")), level(group(any, "sre"))], {
      pauseOnQuestion: "2h",
    });
    const first = given(world(twoLevels), asked());
    const half = 30 * 60_000;

    test("not of a level that was approved meanwhile", () => {
      first
        .and(asks("bo"), approves("cy"), at("09:30"))
        .when(answers("ana"))
        .yields(["QuestionAnswered", { level: 1, pausedMs: 0 }]);
    });

    test("whatever is still asked at another level", () => {
      first
        .and(asks("bo"), approves("cy"), asks("eli"), at("09:30"))
        .when(answers("ana", { questionId: "q2" }))
        .yields(["QuestionAnswered", { level: 2, pausedMs: half }]);
    });

    test("and other levels by nothing", () => {
      const answered = first.and(asks("bo"), at("09:30"), answers("ana"), approves("cy"));
      answered
        .and(asks("eli"), at("10:00"))
        .when(answers("ana"))
        .yields(["QuestionAnswered", { questionId: "q2", level: 2, pausedMs: half }]);
    });

    test("anew where an edit opened the level again: what was shifted before is gone with its timers", () => {
      const again = first.and(
        asks("bo"),
        at("09:30"),
        answers("ana"),
        approves("cy"),
        modifies("eli"),
      );
      expect(again.view.levels[0]).toMatchObject({ status: "open" });
      again
        .and(asks("bo"), at("10:00"))
        .when(answers("ana"))
        .yields(["QuestionAnswered", { questionId: "q2", pausedMs: half }]);
      const later = first.and(asks("bo"), at("09:30"), approves("cy"), modifies("eli"));
      later
        .and(at("10:00"))
        .when(answers("ana"))
        .yields(["QuestionAnswered", { questionId: "q1", pausedMs: half }]);
    });

    test("never by more than the cap, in all", () => {
      const once = pausing.and(asks("bo"), at("10:30"), answers("ana"), asks("bo"), at("14:00"));
      once.when(answers("ana")).yields(["QuestionAnswered", { pausedMs: 30 * 60_000 }]);
    });
  });
});

describe("claiming", () => {
  test("an approver says that they are on it; nobody else is kept from deciding", () => {
    const after = open.when(claims("bo"));
    after.yields(["RequestClaimed", { claimedBy: "bo", level: 1 }]);
    expect(after.view.claimed_by).toBe("bo");
    open
      .and(claims("bo"))
      .when(approves("cy"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("said again it is nothing, and another's claim is in the way", () => {
    open.and(claims("bo")).when(claims("bo")).yieldsNothing();
    open.and(claims("bo")).when(claims("cy")).refused("conflict", { claimed_by: "bo" });
  });

  test("only approvers of the open level claim", () => {
    open.when(claims("gus")).refused("not-an-approver");
    open.and(cancels("ana")).when(claims("bo")).refused("already-resolved");
  });

  test("a claim ends with its level, also where the level is skipped because its people left", () => {
    const skipping = policy([
      level(group(any, "qa_lead"), { onEmpty: "skip" }),
      level(group(any, "sre")),
    ]);
    const after = given(world(skipping), asked(), claims("bo"))
      .and(people(leaves("bo")), people(leaves("cy")))
      .when(rechecked);
    expect(after.view.levels[0]?.status).toBe("skipped");
    expect(after.view.claimed_by).toBe(null);
  });

  test("the claimer and admins release", () => {
    open
      .and(claims("bo"))
      .when(releases("bo"))
      .yields(["RequestReleased", { claimedBy: "bo" }]);
    open.and(claims("bo")).when(releases("ivy")).yields("RequestReleased");
    open.and(claims("bo")).when(releases("cy")).refused("forbidden");
    open.and(claims("bo"), releases("bo")).when(releases("bo")).yieldsNothing();
    expect(open.and(claims("bo"), releases("bo")).view.claimed_by).toBeNull();
    open.when(releases("ivy")).yieldsNothing();
    open.when(releases("bo")).yieldsNothing();
    open.and(claims("bo"), cancels("ana")).when(releases("bo")).refused("already-resolved");
  });

  test("a claim lasts as long as its level", () => {
    const chain = policy([level(group(atLeast(1), "qa_lead")), level(group(any, "manager"))]);
    expect(given(world(chain), asked(), claims("bo"), approves("cy")).view.claimed_by).toBeNull();
  });

  test("a claim ends when an edit asks an earlier level again, so that its approvers may claim", () => {
    const chain = policy([level(group(any, "qa_lead")), level(group(any, "sre"))]);
    const edited = given(world(chain), asked(), approves("bo"), claims("eli"), modifies("fay"));
    expect(edited.view.claimed_by).toBeNull();
    edited.when(claims("bo")).yields(["RequestClaimed", { level: 1, claimedBy: "bo" }]);
  });
});
