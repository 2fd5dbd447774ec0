import { describe, expect, test } from "vitest";
import { modifies } from "../../testkit/changing.ts";
import { role } from "../../testkit/examples/directory.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, people, rechecked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

describe("an edit in a chain with a fallback", () => {
  test("no fallback opens behind the editor's vote when the level before it loses its people", () => {
    const chain = policy(
      [level(group(any, "manager"), { onEmpty: "skip" }), level(group(any, "qa_lead"))],
      { fallback: level(group(any, "director")) },
    );
    const edited = given(world(chain), asked(), approves("gus"), modifies("bo"));
    expect(edited.view.levels.map(({ status }) => status)).toEqual(["open", "waiting", "waiting"]);
    edited
      .and(people(role("manager")))
      .when(rechecked)
      .yields("LevelSkipped", "LevelReopened", "LevelApproved", "RequestApproved");
  });
});
