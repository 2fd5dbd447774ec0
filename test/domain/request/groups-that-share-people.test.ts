import { describe, expect, test } from "vitest";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import { changed, role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  percent,
  policy,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  clockShows,
  denies,
  people,
  rechecked,
  type Happening,
} from "../../testkit/happenings.ts";
import { after, fires } from "../../testkit/firing.ts";
import { world } from "../../testkit/world.ts";

/** Two groups of the same people, each wanting one of them. */
const shared = (who: readonly string[], fields: Partial<LevelPlan> = {}) =>
  given(
    world(
      policy(
        level([group(any, "qa_lead", ...who), group(any, "team_lead", ...who)], {
          onDeny: "unreachable",
          ...fields,
        }),
      ),
    ),
    asked(),
  );

describe("where each person counts in one of two groups, and a deny counts when the rest are too few", () => {
  test("one deny of two people ends it, though each group alone could still be filled", () => {
    shared([])
      .when(denies("bo"))
      .yields(
        "VoteCast",
        ["LevelDenied", { level: 1, group: "qa-lead" }],
        ["RequestDenied", { reason: "no" }],
      );
  });

  test("one deny of three people leaves two, who are enough", () => {
    const denied = shared(["user:dee"]).and(denies("bo"));
    expect(denied.status).toBe("pending");
    expect(denied.view.levels[0]?.status).toBe("open");
    denied
      .and(approves("cy"))
      .when(approves("dee"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("one deny of two people leaves one, who is enough where a person counts in both groups", () => {
    shared([], { distinctApprovers: false })
      .and(denies("bo"))
      .when(approves("cy"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("whose deny it was is named, though the groups are out of reach together only", () => {
    const three = level([group(atLeast(2), "qa_lead"), group(any, "team_lead", "user:dee")], {
      onDeny: "unreachable",
    });
    given(world(policy(three)), asked())
      .when(denies("dee"))
      .yields("VoteCast", ["LevelDenied", { level: 1, group: "team-lead" }], "RequestDenied");
  });

  test("a group of just as many people as it wants is out of reach with the first deny", () => {
    given(world(policy(level(group(atLeast(2), "qa_lead"), { onDeny: "unreachable" }))), asked())
      .when(denies("bo"))
      .yields("VoteCast", ["LevelDenied", { group: "qa-lead" }], "RequestDenied");
  });

  test("a veto is one at once", () => {
    shared(["user:dee"], { onDeny: "veto" })
      .when(denies("bo"))
      .yields("VoteCast", "LevelDenied", "RequestDenied");
  });
});

describe("which approvals are shown as counted", () => {
  const counted = (history: ReturnType<typeof given>): (string | null)[][] =>
    (history.view.levels[0]?.groups ?? []).map(({ slots }) =>
      slots.filter((slot) => slot.counted).map(({ approver }) => approver),
    );

  test("as many as a group wants, the first in front, while another group is open", () => {
    const two = world(policy(level([group(any, "qa_lead"), group(any, "sre")])));
    expect(counted(given(two, asked(), approves("cy"), approves("bo")))).toEqual([["cy"], []]);
  });

  test("each in every group of its person where one of several groups is enough", () => {
    const either = world(
      policy(
        level([group(atLeast(2), "qa_lead"), group(atLeast(2), "user:bo", "sre")], { logic: "OR" }),
      ),
    );
    expect(counted(given(either, asked(), approves("bo")))).toEqual([["bo"], ["bo"]]);
  });

  test("all of them in every group where people count in several", () => {
    const both = world(
      policy(
        level([group(any, "qa_lead"), group(atLeast(3), "qa_lead", "sre")], {
          distinctApprovers: false,
        }),
      ),
    );
    expect(counted(given(both, asked(), approves("bo"), approves("cy")))).toEqual([
      ["bo", "cy"],
      ["bo", "cy"],
    ]);
  });

  const byId = (one: string | null, other: string | null): number =>
    (one ?? "").localeCompare(other ?? "");

  test("each once where several people fill groups that they share", () => {
    const both = world(policy(level([group(any, "qa_lead"), group(atLeast(2), "qa_lead", "sre")])));
    const [first, second] = counted(given(both, asked(), approves("bo"), approves("cy")));
    expect([first, second].flatMap((those) => those ?? []).toSorted(byId)).toEqual(["bo", "cy"]);
  });
});

describe("a level that lacks people", () => {
  test("is reported once, whatever votes come while it does", () => {
    const lacking = given(
      world(policy(level(group(atLeast(2), "qa_lead")))),
      asked(),
      people(role("qa_lead", "bo")),
      rechecked,
    );
    expect(lacking.view.blocked).toBe(true);
    lacking.when(approves("bo")).yields("VoteCast");
  });
});

describe("people who were escalated to where everybody of a role is wanted", () => {
  const ladder = [after("1h", "escalate", "manager", "director")];
  const escalated = given(
    world(policy(level(group(all, "sre"), { escalation: ladder }))),
    asked(),
    clockShows("2026-01-05T10:00:00.000Z"),
    fires("escalate"),
  );

  test("each answers for one who has not", () => {
    escalated
      .and(approves("eli"))
      .when(approves("gus"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("answer for all of them together, and never alone for two", () => {
    const one = escalated.and(approves("gus"));
    expect(one.status).toBe("pending");
    one.when(approves("hal")).yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("deny as everybody does", () => {
    escalated.when(denies("gus")).yields("VoteCast", "LevelDenied", "RequestDenied");
  });

  test("still count where everybody whose slot it was is gone, and a deny of one leaves the other", () => {
    const gone = given(
      world(
        policy(level(group(percent(50), "sre"), { escalation: ladder, onDeny: "unreachable" })),
      ),
      asked(),
      clockShows("2026-01-05T10:00:00.000Z"),
      fires("escalate"),
      people(role("sre")),
      rechecked,
    );
    gone
      .and(denies("gus"))
      .when(approves("hal"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  describe("in a group that has what it wants while another is open", () => {
    const crew = ["eli", "fay", "kim", "lou"];
    const helpers = ["gus", "hal", "dee", "ivy", "max"];
    const both = level([group(percent(75), "crew"), group(atLeast(8), "everybody")], {
      distinctApprovers: false,
      onDeny: "unreachable",
      escalation: [after("1h", "escalate", "helpers")],
    });
    const open = given(
      world(policy(both)),
      people(
        ...["kim", "lou", "max"].map((id) => changed(id, {})),
        role("crew", ...crew),
        role("helpers", ...helpers),
        role("everybody", "bo", "cy", ...crew, ...helpers),
      ),
      asked(),
      clockShows("2026-01-05T10:00:00.000Z"),
      fires("escalate"),
    );
    const counted = (...said: readonly Happening[]): readonly (string | null)[] =>
      (open.and(...said).view.levels[0]?.groups[0]?.slots ?? [])
        .filter((slot) => slot.counted)
        .map(({ approver }) => approver);

    test("each stands for a slot that nobody answered, the first of them in front", () => {
      const four = [approves("gus"), approves("hal"), approves("dee"), approves("ivy")];
      expect(counted(...four, approves("max"))).toEqual(["gus", "hal", "dee", "ivy"]);
      expect(counted(...four, approves("eli"))).toEqual(["eli", "gus", "hal", "dee"]);
    });

    test("a slot whose holder denied is answered, and an alternate who denied answered none", () => {
      const three = [approves("gus"), approves("hal"), approves("dee")];
      expect(counted(denies("eli"), denies("ivy"), ...three)).toEqual(["gus", "hal", "dee"]);
      expect(counted(denies("eli"), ...three, approves("max"))).toEqual(["gus", "hal", "dee"]);
    });
  });
});
