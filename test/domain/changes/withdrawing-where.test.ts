import { describe, expect, test } from "vitest";
import { role } from "../../testkit/examples/directory.ts";
import { atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, command, denies, people, rechecked } from "../../testkit/happenings.ts";
import { modifies, withdraws } from "../../testkit/changing.ts";
import { world } from "../../testkit/world.ts";

const chain = policy([
  level(group(atLeast(2), "qa_lead")),
  level(group(atLeast(2), "sre", "user:gus")),
]);
const first = given(world(chain), asked(), approves("bo"));
const second = first.and(approves("cy"), approves("fay"));

describe("at which level a vote is taken back", () => {
  test("at the open one, named or not", () => {
    first.when(withdraws("bo", 1)).yields(["VoteWithdrawn", { level: 1, votedBy: "bo" }]);
    second.when(withdraws("fay", 2)).yields(["VoteWithdrawn", { level: 2, votedBy: "fay" }]);
    second.when(withdraws("fay")).yields(["VoteWithdrawn", { level: 2, votedBy: "fay" }]);
  });

  test("at none where the voter has no vote", () => {
    first.when(withdraws("bo", 2)).refused("no-vote");
    second.when(withdraws("bo", 2)).refused("no-vote");
    second.when(withdraws("fay", 1)).refused("no-vote");
    second.when(withdraws("gus")).refused("no-vote");
  });

  test("not at one that is resolved, of several voters", () => {
    second.when(withdraws("bo")).refused("level-resolved", { level: 1, status: "approved" });
    second.when(withdraws("cy", 1)).refused("level-resolved", { level: 1 });
  });

  test("by nobody but people and agents", () => {
    first.when(command(null, { type: "withdraw-vote", level: null })).refused("forbidden");
  });
});

describe("an editor whose vote waits for earlier levels", () => {
  const edited = second.and(modifies("fay"));
  const fays = ["VoteWithdrawn", { level: 2, votedBy: "fay" }] as const;

  test("takes it back at the level of the edit", () => {
    expect(edited.view.levels.map(({ status }) => status)).toEqual(["open", "waiting"]);
    edited.when(withdraws("fay")).yields(fays);
    edited.when(withdraws("fay", 2)).yields(fays);
    edited.when(withdraws("fay", 1)).refused("no-vote");
    edited.and(withdraws("fay")).when(withdraws("fay")).refused("no-vote");
  });

  test("has it no more when the level opens again", () => {
    const again = edited.and(withdraws("fay"), approves("bo", { hash: "sha256:bb" }));
    const open = again.and(approves("cy", { hash: "sha256:bb" }));
    expect(open.view.levels[1]?.groups[0]?.slots.some(({ vote }) => vote !== null)).toBe(false);
  });

  test("says the same again and changes nothing, while another payload is another vote", () => {
    edited.when(approves("fay", { hash: "sha256:bb" })).yieldsNothing();
    edited.when(approves("fay", { hash: "sha256:aa" })).refused("level-not-open");
  });
});

describe("a vote taken back at a level that lacks people", () => {
  const lacking = given(
    world(policy(level(group(atLeast(2), "qa_lead"), { onDeny: "unreachable" }))),
    asked(),
    approves("bo"),
    people(role("qa_lead", "bo")),
    rechecked,
  );

  test("does not make it go on", () => {
    expect(lacking.view.blocked).toBe(true);
    lacking.when(withdraws("bo")).yields("VoteWithdrawn");
  });

  test("makes it go on where it only lacked votes", () => {
    const three = given(
      world(policy(level(group(atLeast(2), "qa_lead", "user:dee"), { onDeny: "unreachable" }))),
      asked(),
      approves("bo"),
      denies("dee"),
      people(role("qa_lead", "bo")),
      rechecked,
    );
    expect(three.view.blocked).toBe(true);
    const after = three.when(withdraws("dee"));
    after.yields("VoteWithdrawn", "LevelOpened");
    expect(after.view.blocked).toBe(false);
  });
});
