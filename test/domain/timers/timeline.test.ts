import { describe, expect, test } from "vitest";
import type { LadderStep, LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type After } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const qa = group(any, "qa_lead");

const shown = ({ timeline }: RequestView): readonly string[] =>
  timeline.map(({ at, action, level: of, step, to, suppressed }) =>
    [at.slice(5, 16), action, of ?? "chain", step ?? "-", to.join("+"), suppressed ?? ""]
      .join(" ")
      .trim(),
  );

describe("what will happen if nobody acts", () => {
  test("stands in order, with whom it concerns and why a step will do nothing", () => {
    const steps = [
      after("1h", "reminder"),
      after("2h", "escalate", "manager"),
      after("3h", "notify_executive", "director"),
      after("3h", "escalate", "ghosts"),
      after("4h", "auto_approve"),
      after("5h", "auto_deny"),
    ];
    const of = policy(level(qa, { escalation: steps, timeout: "6h", onTimeout: "pause_caller" }));
    const open = given(world(of), asked({ policy: "release" }));
    expect(shown(open.view)).toEqual([
      "01-05T10:00 reminder 1 1 bo+cy",
      "01-05T11:00 escalate 1 2 gus",
      "01-05T12:00 notify_executive 1 3 hal",
      "01-05T12:00 escalate 1 4  There is nobody to be told.",
      "01-05T13:00 auto_approve 1 5  Policy and organisation do not both allow it.",
      "01-05T14:00 auto_deny 1 6",
      "01-05T15:00 due 1 -  It is resolved before that.",
      "01-06T06:36 approaching chain -  It is resolved before that.",
      "01-06T09:00 expiry chain -  It is resolved before that.",
    ]);
    expect(open.view.timeline[6]?.on_timeout).toBe("pause_caller");
  });

  test("shows that a due mark takes the next escalation, which then does nothing at its own time", () => {
    const steps = [
      after("1h", "escalate", "manager"),
      after("4h", "escalate", "director"),
      after("5h", "escalate", "sre"),
    ];
    const of = policy(level(qa, { escalation: steps, timeout: "2h", onTimeout: "escalate" }));
    const open = given(world(of), asked({ policy: "release" }));
    expect(shown(open.view).slice(0, 4)).toEqual([
      "01-05T10:00 escalate 1 1 gus",
      "01-05T11:00 due 1 -",
      "01-05T13:00 escalate 1 2 hal It is taken before, when the level's due mark passes.",
      "01-05T14:00 escalate 1 3 eli+fay",
    ]);
    const passed = open.and(clockShows("2026-01-05T11:00:00.000Z"), fires("due"));
    expect(shown(passed.view)[0]).toBe("01-05T14:00 escalate 1 3 eli+fay");
  });

  test("leaves out what is over, and all of it after the end", () => {
    const of = policy([
      level(qa, { escalation: [after("1h", "reminder"), after("2h", "reminder")] }),
      level(group(any, "tech_lead")),
    ]);
    const open = given(world(of), asked({ policy: "release" }));
    const reminded = open.and(clockShows("2026-01-05T10:00:00.000Z"), fires("reminder"));
    expect(shown(reminded.view)[0]).toBe("01-05T11:00 reminder 1 2 bo+cy");
    const next = open.and(approves("bo"));
    expect(next.view.timeline.map(({ action }) => action)).toEqual(["approaching", "expiry"]);
    expect(next.when(approves("dee")).view.timeline).toEqual([]);
  });

  test("ends with the expiry when that comes before a step", () => {
    const of = policy(level(qa, { escalation: [after("2h", "auto_deny")] }), { expiresIn: "1h" });
    expect(shown(given(world(of), asked({ policy: "release" })).view)).toEqual([
      "01-05T09:54 approaching chain -",
      "01-05T10:00 expiry chain -",
      "01-05T11:00 auto_deny 1 1  It is resolved before that.",
    ]);
  });

  test("goes on beside the chain when a level approves itself", () => {
    const of = policy(
      [
        level(qa, { escalation: [after("1h", "auto_approve"), after("2h", "reminder")] }),
        level(group(any, "tech_lead")),
      ],
      { escalation: [after("3h", "auto_deny")], autoApprove: "allow", riskCeiling: 1 },
    );
    const from = { ...world(of), defaults: { autoApprove: "allow" as const } };
    expect(shown(given(from, asked({ policy: "release" })).view).slice(0, 3)).toEqual([
      "01-05T10:00 auto_approve 1 1",
      "01-05T11:00 reminder 1 2 bo+cy It is resolved before that.",
      "01-05T12:00 auto_deny chain 1",
    ]);
  });

  test.each<readonly [LevelPlan["onTimeout"], string, string]>([
    [null, "", ""],
    ["pause_caller", "", ""],
    ["escalate", "", ""],
    ["expire", "", "It is resolved before that."],
    ["deny", "", "It is resolved before that."],
    ["approve", "Policy and organisation do not both allow it.", ""],
  ])("a due mark that does %s: '%s', and after it '%s'", (onTimeout, mark, later) => {
    const of = policy(
      level(qa, { timeout: "1h", onTimeout, escalation: [after("2h", "reminder")] }),
    );
    const { timeline } = given(world(of), asked({ policy: "release" })).view;
    expect(timeline[0]).toMatchObject({ action: "due", on_timeout: onTimeout });
    expect(timeline.slice(0, 2).map(({ suppressed = "" }) => suppressed)).toEqual([mark, later]);
  });

  test.each<readonly [string, Partial<LevelPlan>, Partial<Policy>, readonly string[]]>([
    ["a due mark at the last level", { timeout: "1h", onTimeout: "approve" }, {}, ["due", ""]],
    [
      "a step of the last level's ladder",
      { escalation: [after("1h", "auto_approve")] },
      {},
      ["auto_approve", ""],
    ],
    [
      "a step beside the chain",
      {},
      { escalation: [after("1h", "auto_approve"), after("5h", "auto_deny")] },
      ["auto_approve", ""],
    ],
  ])("ends with the approval that a timer may give: %s", (_, fields, more, first) => {
    const of = policy(level(qa, fields), { ...more, autoApprove: "allow", riskCeiling: 1 });
    const from = { ...world(of), defaults: { autoApprove: "allow" as const } };
    const [one, ...others] = given(from, asked({ policy: "release" })).view.timeline;
    expect([one?.action, one?.suppressed ?? ""]).toEqual(first);
    for (const { suppressed } of others) expect(suppressed).toBe("It is resolved before that.");
    expect(others.map(({ action }) => action).slice(-2)).toEqual(["approaching", "expiry"]);
  });

  test("beside the chain is over for every level when a timer approves the request", () => {
    const of = policy(
      [level(qa, { escalation: [after("2h", "reminder")] }), level(group(any, "tech_lead"))],
      { escalation: [after("1h", "auto_approve")], autoApprove: "allow", riskCeiling: 1 },
    );
    const from = { ...world(of), defaults: { autoApprove: "allow" as const } };
    expect(shown(given(from, asked({ policy: "release" })).view).slice(0, 2)).toEqual([
      "01-05T10:00 auto_approve chain 1",
      "01-05T11:00 reminder 1 1 bo+cy It is resolved before that.",
    ]);
  });

  test("names executives whoever they are, and for slots only who may hold one", () => {
    const steps = [
      after("1h", "notify_executive", "admin", "user:vic"),
      after("2h", "escalate", "admin", "user:vic"),
    ];
    const open = given(
      world(policy(level(qa, { escalation: steps }))),
      asked({ policy: "release" }),
    );
    expect(shown(open.view).slice(0, 2)).toEqual([
      "01-05T10:00 notify_executive 1 1 ana+ivy+vic",
      "01-05T11:00 escalate 1 2 ivy",
    ]);
  });

  test("keeps a step's own reason also where it comes too late", () => {
    const steps = [after("1h", "auto_deny"), after("2h", "escalate", "ghosts")];
    const open = given(
      world(policy(level(qa, { escalation: steps }))),
      asked({ policy: "release" }),
    );
    expect(shown(open.view)[1]).toBe("01-05T11:00 escalate 1 2  There is nobody to be told.");
  });
});

describe("the escalation that a due mark takes before its time", () => {
  const hurried = "It is taken before, when the level's due mark passes.";
  const escalations = (
    of: Partial<LevelPlan>,
    beside: readonly LadderStep[] = [],
  ): readonly string[] => {
    const plan = level(qa, { timeout: "2h", onTimeout: "escalate", ...of });
    const open = given(world(policy(plan, { escalation: beside })), asked({ policy: "release" }));
    return open.view.timeline.flatMap(({ action, level: at, step, suppressed }) =>
      action === "escalate" || action === "reminder"
        ? [[action, at ?? "chain", step, suppressed ?? "-"].join(" ")]
        : [],
    );
  };
  const manager = (duration: string): LadderStep => after(duration, "escalate", "manager");

  test.each<readonly [string, Partial<LevelPlan>, readonly LadderStep[], readonly string[]]>([
    [
      "is the level's own, also where the chain's would come sooner",
      { escalation: [manager("4h")] },
      [manager("3h")],
      ["escalate chain 1 -", `escalate 1 1 ${hurried}`],
    ],
    [
      "is the chain's where the level has none left",
      { escalation: [manager("1h")] },
      [manager("3h")],
      ["escalate 1 1 -", `escalate chain 1 ${hurried}`],
    ],
    ["is none where none is left", { escalation: [manager("1h")] }, [], ["escalate 1 1 -"]],
    [
      "is the first after the mark, past reminders",
      { escalation: [after("3h", "reminder"), manager("4h")] },
      [],
      ["reminder 1 1 -", `escalate 1 2 ${hurried}`],
    ],
    [
      "is none of a mark that does something else",
      { onTimeout: "pause_caller", escalation: [manager("4h")] },
      [],
      ["escalate 1 1 -"],
    ],
    [
      "is none of a mark that comes too late itself",
      { escalation: [after("1h", "auto_deny"), manager("4h")] },
      [],
      ["escalate 1 2 It is resolved before that."],
    ],
    [
      "keeps its reason where it will reach nobody",
      { escalation: [after("4h", "escalate", "ghosts")] },
      [],
      ["escalate 1 1 There is nobody to be told."],
    ],
  ])("%s", (_, of, beside, expected) => {
    expect(escalations(of, beside)).toEqual(expected);
  });

  test("is the one that the mark takes when it passes", () => {
    const passes = (of: Partial<LevelPlan>, beside: readonly LadderStep[]): After => {
      const plan = level(qa, { timeout: "2h", onTimeout: "escalate", ...of });
      const open = given(world(policy(plan, { escalation: beside })), asked({ policy: "release" }));
      return open.and(clockShows("2026-01-05T11:00:00.000Z")).when(fires("due"));
    };
    passes({ escalation: [manager("4h")] }, [manager("3h")]).yields("LevelOverdue", [
      "RequestEscalated",
      { level: 1, step: 1 },
    ]);
    passes({}, [manager("3h")]).yields("LevelOverdue", [
      "RequestEscalated",
      { level: null, step: 1 },
    ]);
    passes({ escalation: [after("3h", "reminder")] }, []).yields("LevelOverdue");
  });
});
