import { describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { amends } from "../../testkit/changing.ts";
import {
  all,
  any,
  atLeast,
  group,
  level,
  percent,
  policy,
} from "../../testkit/examples/policies.ts";
import { role } from "../../testkit/examples/directory.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  clockShows,
  denies,
  people,
  rechecked,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const at = (time: string): ReturnType<typeof clockShows> =>
  clockShows(`2026-01-05T${time}:00.000Z`);

const started = (...levels: Parameters<typeof policy>): Given =>
  given(world(policy(...levels)), asked({ policy: "release" }));

const slots = ({ levels }: RequestView, index = 0): readonly string[] =>
  (levels[index]?.groups[0]?.slots ?? []).map(
    ({ approver, status, alternate }) => `${approver} ${status}${alternate ? " alternate" : ""}`,
  );

const escalating = [after("1h", "escalate", "manager")];

describe("an escalation", () => {
  test("lets approvers join the pool of `any` and `threshold`, and cancels nobody", () => {
    const open = started(level(group(atLeast(2), "qa_lead"), { escalation: escalating }));
    const done = open.and(at("10:00")).when(fires("escalate"));
    done.yields([
      "RequestEscalated",
      {
        level: 1,
        step: 1,
        openLevel: 1,
        told: ["gus"],
        groups: [{ group: "qa-lead", pools: ["manager"], slots: [], alternates: [] }],
      },
    ]);
    expect(slots(done.view)).toEqual(["bo open", "cy open", "gus open"]);
    expect(done.view.levels[0]?.groups[0]?.needed).toBe(2);
    expect(done.queue.now).toEqual(["bo", "cy", "gus"]);
    const voted = open.and(at("10:00"), fires("escalate"), approves("gus"));
    voted.when(approves("bo")).yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("under `all` adds alternates: each may answer for one unanswered slot, and the bar does not rise", () => {
    const open = started(level(group(all, "qa_lead"), { escalation: escalating }));
    const escalated = open.and(at("10:00"), fires("escalate"));
    expect(slots(escalated.view)).toEqual(["bo open", "cy open", "gus open alternate"]);
    expect(escalated.view.levels[0]?.groups[0]?.needed).toBe(2);
    expect(escalated.queue.now).toEqual(["bo", "cy", "gus"]);
    escalated
      .and(approves("gus"))
      .when(approves("bo"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
    const done = escalated.and(approves("gus")).when(approves("cy"));
    expect(slots(done.view)).toEqual(["bo not_required", "cy approved", "gus approved alternate"]);
  });

  test("alternates alone answer for all slots that nobody answered, and for no more", () => {
    const open = started(
      level(group(all, "qa_lead"), { escalation: [after("1h", "escalate", "sre")] }),
    ).and(at("10:00"), fires("escalate"));
    open
      .and(approves("eli"))
      .when(approves("fay"))
      .yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("an alternate's approval stands for no slot that was answered with a deny", () => {
    const share = group(percent(60), "qa_lead", "tech_lead");
    const open = started(
      level(share, { escalation: [after("1h", "escalate", "sre")], onDeny: "unreachable" }),
    ).and(at("10:00"), fires("escalate"));
    // Two of three are wanted. With two denied only one slot is left, whoever answers for it.
    open
      .and(denies("bo"), approves("eli"))
      .when(denies("cy"))
      .yields("VoteCast", "LevelDenied", "RequestDenied");
  });

  test("one deny of an alternate denies a level of `all`", () => {
    const open = started(level(group(all, "qa_lead"), { escalation: escalating }));
    open
      .and(at("10:00"), fires("escalate"))
      .when(denies("gus"))
      .yields("VoteCast", "LevelDenied", "RequestDenied");
  });

  test("an alternate who left the role does not count", () => {
    const open = started(level(group(all, "qa_lead"), { escalation: escalating }))
      .and(at("10:00"), fires("escalate"), approves("gus"))
      .and(people(role("manager")));
    open.when(approves("bo")).yields("VoteCast");
  });

  test("counts from the creation beside the chain, and acts on the level that is open by then", () => {
    const open = started([level(group(any, "qa_lead")), level(group(any, "tech_lead"))], {
      escalation: escalating,
    });
    const done = open.and(approves("bo"), at("10:00")).when(fires("escalate", { level: null }));
    done.yields(["RequestEscalated", { level: null, openLevel: 2 }]);
    expect(slots(done.view, 1)).toEqual(["dee open", "gus open"]);
  });

  test("leaves out the requester and the owner: the target counts as empty without them", () => {
    const of = policy(
      level(group(any, "qa_lead"), { escalation: [after("1h", "escalate", "user:ana")] }),
      {
        selfApproval: "allow",
      },
    );
    const done = given(world(of), asked({ policy: "release" }), at("10:00")).when(
      fires("escalate"),
    );
    done.yields(["TimerSuppressed", { action: "escalate", code: "nobody", step: 1 }]);
    const mixed = policy(
      level(group(any, "qa_lead"), { escalation: [after("1h", "escalate", "admin")] }),
      {
        selfApproval: "allow",
      },
    );
    const some = given(world(mixed), asked({ policy: "release" }), at("10:00")).when(
      fires("escalate"),
    );
    some.yields(["RequestEscalated", { told: ["ivy"] }]);
    expect(slots(some.view)).toEqual(["ivy open", "bo open", "cy open"]);
  });

  test("to nobody leaves the slots as they were, and says so", () => {
    const open = started(
      level(group(any, "qa_lead"), { escalation: [after("1h", "escalate", "ghosts")] }),
    );
    const done = open.and(at("10:00")).when(fires("escalate"));
    done.yields(["TimerSuppressed", { code: "nobody" }]);
    expect(slots(done.view)).toEqual(["bo open", "cy open"]);
  });

  test("adds nobody to a group that has its quorum already", () => {
    const both = [group(any, "qa_lead"), group(any, "tech_lead")];
    const open = started(level(both, { escalation: escalating }));
    open
      .and(approves("bo"), at("10:00"))
      .when(fires("escalate"))
      .yields([
        "RequestEscalated",
        { groups: [{ group: "tech-lead", pools: ["manager"], slots: [], alternates: [] }] },
      ]);
  });

  test("alternates stay when the level is recorded again", () => {
    const open = started(level(group(all, "qa_lead"), { escalation: escalating }))
      .and(at("10:00"), fires("escalate"))
      .and(amends("ivy", { add: [{ level: 1, who: ["hal"] }] }));
    expect(slots(open.view)).toEqual(["bo open", "cy open", "hal open", "gus open alternate"]);
  });
});

describe("a blocked level", () => {
  test("does not wait for its next escalation", () => {
    const steps = [after("1h", "reminder"), after("2h", "escalate", "manager")];
    const empty = level(group(any, "ghosts"), { escalation: steps });
    const open = given(world(policy(empty))).when(asked({ policy: "release" }));
    open.yields("RequestSubmitted", "LevelOpened", "LevelBlocked", "TimersPlanned", [
      "RequestEscalated",
      { step: 2, told: ["gus"] },
    ]);
    expect(open.view.blocked).toBe(false);
    expect(open.queue.now).toEqual(["gus"]);
  });

  test("under `all` is answered by whom it was escalated to: one approval, never none", () => {
    const empty = level(group(all, "ghosts"), { escalation: escalating });
    const open = started(empty);
    expect(open.view.blocked).toBe(false);
    open.when(approves("gus")).yields("VoteCast", "LevelApproved", "RequestApproved");
  });

  test("takes the step once: it does not fire again when it would have been due", () => {
    const open = started(level(group(any, "ghosts"), { escalation: escalating }));
    open.and(at("10:00")).when(fires("escalate")).yieldsNothing();
  });

  test("escalates likewise when people leave later", () => {
    const open = started(level(group(any, "qa_lead"), { escalation: escalating })).and(
      people(role("qa_lead")),
    );
    open.when(rechecked).yields("LevelBlocked", ["RequestEscalated", { told: ["gus"] }]);
  });

  test("uses the ladder beside the chain when its own has no escalation left", () => {
    const of = policy(level(group(any, "ghosts")), { escalation: escalating });
    given(world(of))
      .when(asked({ policy: "release" }))
      .yields("RequestSubmitted", "LevelOpened", "LevelBlocked", "TimersPlanned", [
        "RequestEscalated",
        { level: null, step: 1, openLevel: 1 },
      ]);
  });
});

describe("a reassignment by a ladder", () => {
  const moving = [after("1h", "reassign", "sre"), after("2h", "reminder")];

  test("cancels the open slots and replaces them; votes stay, and the ladder goes on", () => {
    const open = started(level(group(all, "qa_lead"), { escalation: moving })).and(approves("bo"));
    const done = open.and(at("10:00")).when(fires("reassign"));
    done.yields(
      [
        "RequestReassigned",
        { level: 1, from: null, reason: "The ladder gave the open slots to others." },
      ],
      "LevelOpened",
    );
    expect(slots(done.view)).toEqual(["bo approved", "eli open", "fay open", "cy cancelled"]);
    open
      .and(at("10:00"), fires("reassign"), at("11:00"))
      .when(fires("reminder", { step: 2 }))
      .yields(["ReminderDue", { told: ["eli", "fay"] }]);
    open.and(at("10:00"), fires("reassign")).when(fires("reassign")).yieldsNothing();
  });

  test("to nobody leaves the slots as they were", () => {
    const open = started(
      level(group(any, "qa_lead"), { escalation: [after("1h", "reassign", "ghosts")] }),
    );
    const done = open.and(at("10:00")).when(fires("reassign"));
    done.yields(["TimerSuppressed", { action: "reassign", code: "nobody" }]);
    expect(slots(done.view)).toEqual(["bo open", "cy open"]);
  });

  test("to who holds the open slots already is none", () => {
    const twice = [after("1h", "reassign", "sre"), after("2h", "reassign", "sre")];
    const open = started(level(group(all, "qa_lead"), { escalation: twice })).and(
      at("10:00"),
      fires("reassign"),
    );
    open
      .and(at("11:00"))
      .when(fires("reassign", { step: 2 }))
      .yields(["TimerSuppressed", { action: "reassign", code: "theirs-already" }]);
  });

  test("that would put the quorum out of reach is not done", () => {
    const open = started(
      level(group(atLeast(2), "qa_lead"), { escalation: [after("1h", "reassign", "user:hal")] }),
    );
    const done = open.and(at("10:00")).when(fires("reassign"));
    done.yields(["TimerSuppressed", { action: "reassign", code: "quorum-unreachable" }]);
    expect(slots(done.view)).toEqual(["bo open", "cy open"]);
  });

  test("never resolves the level that it moves, also when people had left it", () => {
    const open = started(level(group(all, "qa_lead"), { escalation: moving }))
      .and(approves("bo"))
      .and(people(role("qa_lead", "bo")));
    const done = open.and(at("10:00")).when(fires("reassign"));
    expect(done.status).toBe("pending");
  });
});
