import { describe, expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given } from "../../testkit/given-when-then.ts";
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
});
