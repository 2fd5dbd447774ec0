import { describe, test } from "vitest";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { all, any, atLeast, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, denies, people, rechecked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

describe("what is said of a level that waits for people", () => {
  test("that nobody can answer, and whom it asks", () => {
    given(world(policy(level(group(any, "nobody", "user:zoe")))))
      .when(asked())
      .yields("RequestSubmitted", "LevelOpened", [
        "LevelBlocked",
        {
          level: 1,
          groups: ["nobody"],
          reason: "Nobody can answer for group nobody of level 1 (role nobody, user zoe).",
        },
      ]);
  });

  test("how many approvals it wants, and how many can be given", () => {
    given(
      world(policy(level(group(atLeast(2), "qa_lead")))),
      asked(),
      people(role("qa_lead", "bo")),
    )
      .when(rechecked)
      .yields([
        "LevelBlocked",
        {
          groups: ["qa-lead"],
          reason: "Group qa-lead of level 1 wants 2 approvals and 1 can be given (role qa_lead).",
        },
      ]);
  });

  test("that everybody who may answer has voted", () => {
    const crew = role("crew", "bo", "cy", "dee");
    given(world(policy(level(group(all, "crew")))), people(crew), asked())
      .and(approves("bo"), approves("cy"), people(leaves("dee")))
      .when(rechecked)
      .yields("SlotVoided", [
        "LevelBlocked",
        {
          groups: ["crew"],
          reason: "Everybody who may answer at level 1 has voted, and it is not resolved.",
        },
      ]);
  });

  test("the same, where only a branch that was denied has people left to answer", () => {
    const either = level([group(any, "qa_lead"), group(atLeast(2), "sre")], { logic: "OR" });
    given(world(policy(either)), asked())
      .and(denies("bo"), approves("eli"), people(role("sre", "eli")))
      .when(rechecked)
      .yields("LevelBlocked");
  });

  test("that groups share people, who count in one each", () => {
    const both = level([group(any, "qa_lead"), group(any, "team_lead")]);
    given(world(policy(both)), asked(), people(role("qa_lead", "bo"), role("team_lead", "bo")))
      .when(rechecked)
      .yields([
        "LevelBlocked",
        {
          groups: ["qa-lead", "team-lead"],
          reason:
            "The groups of level 1 share people, and each person counts in one group only: together they cannot reach their quorums.",
        },
      ]);
  });

  test("that every level was skipped and nothing passes by itself", () => {
    const off = level(group(any, "qa_lead"), { conditions: when("priority", "high") });
    given(world(policy(off)))
      .when(asked({ context: { priority: "low" } }))
      .yields("RequestSubmitted", "LevelSkipped", [
        "LevelBlocked",
        {
          level: null,
          groups: [],
          reason:
            "Every level was skipped on the facts, and the policy lets nothing pass without a decision.",
        },
      ]);
  });

  test("`on_empty` is no answer to it where everybody has voted", () => {
    const crew = role("crew", "bo", "cy", "dee");
    for (const onEmpty of ["deny", "skip"] as const) {
      given(world(policy(level(group(all, "crew"), { onEmpty }))), people(crew), asked())
        .and(approves("bo"), approves("cy"), people(leaves("dee")))
        .when(rechecked)
        .yields("SlotVoided", "LevelBlocked");
    }
  });
});
