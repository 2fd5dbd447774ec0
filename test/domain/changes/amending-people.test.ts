import { describe, expect, test } from "vitest";
import { amends } from "../../testkit/changing.ts";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { asked, people, rechecked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const everySre = given(
  world(policy([level(group(all, "sre")), level(group(any, "manager"))])),
  asked(),
);
const critical = { conditions: when("priority", "critical") };
const low = asked({ context: { priority: "low" } });

describe("people whom an admin adds", () => {
  test("are counted once, and beside those who stayed", () => {
    const again = everySre.when(amends("ivy", { add: [{ level: 1, who: ["eli", "hal"] }] }));
    again.yields(
      ["ChainAmended", { skipLevels: [], shorten: [], reason: "as agreed" }],
      ["LevelOpened", { groups: [expect.objectContaining({ group: "sre", needed: 3 })] }],
    );
    const crew = people(role("crew", "bo", "cy", "dee"));
    const left = given(world(policy(level(group(all, "crew")))), crew, asked())
      .and(people(leaves("dee")), rechecked)
      .when(amends("ivy", { add: [{ level: 1, who: ["hal"] }] }));
    expect(left.view.levels[0]?.groups[0]).toMatchObject({ needed: 3 });
    expect(left.view.levels[0]?.groups[0]?.slots.map(({ approver }) => approver)).toEqual([
      "bo",
      "cy",
      "hal",
    ]);
  });

  test("at a level to come are recorded when it opens, and nothing happens before", () => {
    everySre.when(amends("ivy", { add: [{ level: 2, who: ["hal"] }] })).yields([
      "ChainAmended",
      {
        addApprovers: [
          { level: 2, group: "manager", approvers: [{ type: "user", identifier: "hal" }] },
        ],
      },
    ]);
    everySre
      .when(amends("ivy", { skip: [2] }))
      .yields(["ChainAmended", { skipLevels: [2], addApprovers: [], shorten: [] }]);
  });

  test("open the first of their levels where all had been skipped, and none where nobody is added", () => {
    const two = [level(group(any, "qa_lead"), critical), level(group(any, "sre"), critical)];
    const nothing = given(world(policy(two)), low);
    const add = [
      { level: 2, who: ["hal"] },
      { level: 1, who: ["gus"] },
    ];
    nothing.when(amends("ivy", { add })).yields("ChainAmended", ["LevelOpened", { level: 1 }]);
    nothing.when(amends("ivy")).yields("ChainAmended");
  });

  test("but do not come deny the request where the level's policy says so", () => {
    const denying = level(group(any, "legal"), { ...critical, onEmpty: "deny" });
    given(world(policy(denying)), people(role("legal")), low)
      .when(amends("ivy", { add: [{ level: 1, who: ["role:legal"] }] }))
      .yields("ChainAmended", "LevelOpened", "LevelDenied", "RequestDenied");
  });
});
