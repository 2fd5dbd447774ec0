import { describe, expect, test } from "vitest";
import { reassigns } from "../../testkit/changing.ts";
import { changed } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, people, rechecked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const slots = (of: Pick<Given, "view">, number = 1, index = 0): readonly string[] =>
  (of.view.levels[number - 1]?.groups[index]?.slots ?? []).map(
    ({ approver, status, alternate }) => `${approver} ${status}${alternate ? " alternate" : ""}`,
  );

describe("a reassignment", () => {
  test("takes a slot away at its own level only", () => {
    const twice = policy([level(group(any, "qa_lead")), level(group(any, "qa_lead"))]);
    const atTwo = given(world(twice), asked(), approves("bo"));
    const moved = atTwo.when(reassigns("ivy", { from: "cy", to: ["hal"] }));
    expect(slots(moved, 1)).toEqual(["bo approved", "cy not_required"]);
    expect(slots(moved, 2)).toEqual(["hal open", "bo open", "cy cancelled"]);
  });

  test("and in its own group only", () => {
    const chain = policy(level([group(any, "qa_lead"), group(any, "content_team")]));
    const moved = given(world(chain), asked()).when(reassigns("ivy", { from: "cy", to: ["hal"] }));
    expect(slots(moved, 1, 0)).toEqual(["hal open", "bo open", "cy cancelled"]);
    expect(slots(moved, 1, 1)).toEqual(["bo open"]);
  });

  test("makes a holder of an alternate, who is none any more; the others stay alternates", () => {
    const chain = policy(
      level(group(all, "sre"), { escalation: [after("1h", "escalate", "manager", "director")] }),
    );
    const moved = given(world(chain), asked())
      .and(clockShows("2026-01-05T10:00:00.000Z"), fires("escalate"))
      .and(reassigns("ivy", { from: "eli", to: ["gus"] }));
    expect(slots(moved)).toEqual(["fay open", "gus open", "hal open alternate", "eli cancelled"]);
    const back = moved
      .and(people(changed("gus", { active: false })), rechecked)
      .and(people(changed("gus", { active: true })));
    back.when(approves("gus")).refused("not-an-approver");
    expect(slots(back)).toContain("hal open alternate");
  });

  test("by a ladder is a notice delivered: an automatic approval may follow it", () => {
    const chain = policy(
      level(group(any, "qa_lead"), {
        escalation: [after("1h", "reassign", "director"), after("2h", "auto_approve")],
      }),
      { autoApprove: "allow" },
    );
    given(
      { ...world(chain), defaults: { autoApprove: "allow" } },
      asked({ riskSnapshot: { advisor_score: 0.1 } }),
      clockShows("2026-01-05T10:00:00.000Z"),
      fires("reassign"),
      clockShows("2026-01-05T11:00:00.000Z"),
    )
      .when(fires("auto_approve", { step: 2 }))
      .yields("LevelAutoApproved", "LevelApproved", "RequestApproved");
  });
});
