import { describe, expect, test } from "vitest";
import { reassigns } from "../../testkit/changing.ts";
import { changed, role } from "../../testkit/examples/directory.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type After, type Given } from "../../testkit/given-when-then.ts";
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

describe("whoever stands in a role that open slots are given to", () => {
  const cancelledBy = ({ decision }: After): readonly string[] =>
    decision.events.flatMap((event) =>
      event.type === "RequestReassigned"
        ? event.data.cancelled.map(({ slot }) => slot.approver)
        : [],
    );
  const open = (...who: readonly string[]): Given =>
    given(world(policy(level(group(any, ...who)))), asked());

  test("keeps theirs when others join the role", () => {
    const moved = open("qa_lead").when(reassigns("ivy", { to: ["role:qa_lead", "role:sre"] }));
    expect(cancelledBy(moved)).toEqual([]);
    expect(slots(moved)).toEqual(["bo open", "cy open", "eli open", "fay open"]);
    open("qa_lead")
      .and(reassigns("ivy", { to: ["role:qa_lead", "role:sre"] }))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("keeps theirs when it is the same role, or holds the same people", () => {
    for (const to of ["role:qa_lead", "role:team_lead"]) {
      const moved = open("qa_lead").when(reassigns("ivy", { to: [to] }));
      moved.yields(["RequestReassigned", { cancelled: [] }], "LevelOpened");
      expect(slots(moved)).toEqual(["bo open", "cy open"]);
    }
  });

  test("keeps theirs alone: the others' are cancelled", () => {
    const moved = open("qa_lead", "user:dee").when(
      reassigns("ivy", { to: ["role:content_team", "role:tech_lead"] }),
    );
    expect(cancelledBy(moved)).toEqual(["cy"]);
    expect(slots(moved)).toEqual(["bo open", "dee open", "cy cancelled"]);
  });

  test("gives it away by a role of their own, and stands in it with the others", () => {
    const moved = open("user:dee").when(reassigns("dee", { from: "dee", to: ["role:tech_lead"] }));
    moved.yields(["RequestReassigned", { cancelled: [] }], "LevelOpened");
    expect(slots(moved)).toEqual(["dee open"]);
  });

  test("has lost it otherwise, by a role in which they stood before", () => {
    const moved = open("qa_lead").when(reassigns("bo", { from: "bo", to: ["role:director"] }));
    expect(slots(moved)).toEqual(["cy open", "hal open", "bo cancelled"]);
  });

  test("has it again when it is given back to the role", () => {
    const back = open("qa_lead")
      .and(reassigns("ivy", { to: ["role:sre"] }))
      .and(reassigns("ivy", { to: ["role:content_team"] }));
    expect(slots(back)).toEqual(["bo open", "cy cancelled", "eli cancelled", "fay cancelled"]);
    back.when(approves("bo")).yields("VoteCast", "LevelApproved", "RequestApproved");
    back.when(approves("cy")).refused("not-an-approver");
  });

  test("loses it with the role, as one of a pool", () => {
    const left = open("user:dee").and(
      reassigns("ivy", { to: ["role:tech_lead"] }),
      people(role("tech_lead", "gus")),
    );
    left.when(approves("dee")).refused("not-an-approver");
    left.when(approves("gus")).yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("is named once among those of `all` who have it from now on", () => {
    const chain = policy(level(group(all, "sre")));
    const moved = given(world(chain), asked()).when(
      reassigns("ivy", { to: ["role:security_team"] }),
    );
    moved.yields(["RequestReassigned", { cancelled: [] }], "LevelOpened");
    expect(slots(moved)).toEqual(["eli open", "fay open"]);
  });

  test("is not asked anew by a ladder", () => {
    const ladder = [after("1h", "reassign", "qa_lead")];
    const chain = policy(level(group(atLeast(2), "qa_lead"), { escalation: ladder }));
    given(world(chain), asked(), approves("bo"), clockShows("2026-01-05T10:00:00.000Z"))
      .when(fires("reassign"))
      .yields(["TimerSuppressed", { code: "theirs-already" }]);
  });
});
