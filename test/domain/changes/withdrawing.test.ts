import { describe, expect, test } from "vitest";
import { leaves, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  policy,
  qaOnly,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, cancels, denies, people, rechecked } from "../../testkit/happenings.ts";
import { modifies, withdraws } from "../../testkit/changing.ts";
import { world } from "../../testkit/world.ts";

const two = policy(level(group(atLeast(2), "qa_lead")));
const voted = given(world(two), asked(), approves("bo"));

describe("taking a vote back", () => {
  test("whoever cast it may, while its level is not resolved", () => {
    const after = voted.when(withdraws("bo"));
    after.yields(["VoteWithdrawn", { level: 1, votedBy: "bo" }]);
    expect(after.queue.now).toEqual(["bo", "cy"]);
  });

  test("without a vote there is nothing to take back", () => {
    voted.when(withdraws("cy")).refused("no-vote");
    voted.and(withdraws("bo")).when(withdraws("bo")).refused("no-vote");
  });

  test("a voided vote cannot be withdrawn", () => {
    voted.and(modifies("cy")).when(withdraws("bo")).refused("no-vote");
  });

  test("a vote of a resolved level stays", () => {
    const chain = policy([level(group(any, "qa_lead")), level(group(any, "manager"))]);
    given(world(chain), asked(), approves("bo")).when(withdraws("bo")).refused("level-resolved");
  });

  test("nothing is withdrawn after the end", () => {
    given(world(qaOnly), asked(), approves("bo")).when(withdraws("bo")).refused("already-resolved");
    voted.and(cancels("ana")).when(withdraws("bo")).refused("already-resolved");
  });

  test("a denier who takes it back opens the branch again", () => {
    const either = policy(level([group(any, "qa_lead"), group(any, "manager")], { logic: "OR" }));
    const denied = given(world(either), asked(), denies("bo"));
    expect(denied.view.levels[0]?.groups[0]?.status).toBe("denied");
    expect(denied.when(withdraws("bo")).view.levels[0]?.groups[0]?.status).toBe("open");
  });

  test("a level that everybody had voted at goes on, with the bar of those who stayed", () => {
    const crew = role("crew", "bo", "cy", "dee");
    const left = given(
      world(policy(level(group(all, "crew")))),
      people(crew),
      asked(),
      approves("bo"),
      approves("cy"),
      people(leaves("dee")),
      rechecked,
    );
    expect(left.view.blocked).toBe(true);
    const after = left.and(withdraws("bo"));
    expect(after.view.blocked).toBe(false);
    expect(after.view.levels[0]?.groups[0]?.needed).toBe(2);
    expect(after.when(approves("bo")).status).toBe("approved");
  });
});
