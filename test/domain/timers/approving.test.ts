import { describe, expect, test } from "vitest";
import type { Defaults } from "@countersign/domain/definition/definition.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  clockShows,
  denies,
  people,
  type Happening,
} from "../../testkit/happenings.ts";
import { role } from "../../testkit/examples/directory.ts";
import { world } from "../../testkit/world.ts";

const qa = group(any, "qa_lead");
const at = (time: string): ReturnType<typeof clockShows> =>
  clockShows(`2026-01-05T${time}:00.000Z`);

/** A low score of the org's advisor. */
const lowRisk = { riskSnapshot: { advisor_score: 0.1 } };

const org = (defaults: Partial<Defaults>): Happening => ({
  kind: "world",
  change: (from) => ({ ...from, defaults: { ...from.defaults, ...defaults } }),
});

const allowed = (
  of: Policy,
  ask: Partial<Ask> = lowRisk,
  defaults: Partial<Defaults> = {},
): Given =>
  given(
    { ...world({ ...of, autoApprove: "allow" }), defaults: { autoApprove: "allow", ...defaults } },
    asked({ policy: "release", ...ask }),
  );

const approving = policy(level(qa, { escalation: [after("1h", "auto_approve")] }));

const suppressed = (from: Given, code: string): void => {
  const done = from.and(at("10:00")).when(fires("auto_approve"));
  done.yields(["TimerSuppressed", { action: "auto_approve", step: 1, code: code as "blocked" }]);
  expect(done.status).toBe("pending");
};

describe("an automatic approval", () => {
  test("of the last level approves the request, as a timer and never as a person", () => {
    const done = allowed(approving).and(at("10:00")).when(fires("auto_approve"));
    done.yields(
      ["LevelAutoApproved", { level: 1, step: 1 }],
      ["LevelApproved", { level: 1, by: { kind: "timer", id: "auto_approve" } }],
      ["RequestApproved", { by: { kind: "timer", id: "auto_approve" } }],
    );
    expect(done.view.resolution?.by).toEqual({ kind: "timer", id: "auto_approve" });
    expect(done.view.levels[0]?.groups[0]?.slots.every(({ vote }) => vote === null)).toBe(true);
    expect(done.view.execution?.status).toBe("granted");
  });

  test("of a level lets the chain go on, and plans the next level's timers", () => {
    const two = policy([
      level(qa, { escalation: [after("1h", "auto_approve")] }),
      level(group(any, "tech_lead"), { timeout: "1h" }),
    ]);
    allowed(two)
      .and(at("10:00"))
      .when(fires("auto_approve"))
      .yields("LevelAutoApproved", "LevelApproved", "LevelOpened", ["TimersPlanned", { level: 2 }]);
  });

  test("beside the chain approves the request", () => {
    const of = policy([level(qa), level(group(any, "tech_lead"))], {
      escalation: [after("1h", "auto_approve")],
    });
    const done = allowed(of)
      .and(at("10:00"))
      .when(fires("auto_approve", { level: null }));
    done.yields(["RequestAutoApproved", { level: null, step: 1 }], "RequestApproved");
    expect(done.view.levels.map(({ status }) => status)).toEqual(["open", "waiting"]);
    const slots = done.view.levels[0]?.groups[0]?.slots ?? [];
    expect(slots.map(({ approver, status }) => `${approver} ${status}`)).toEqual([
      "bo not_required",
      "cy not_required",
    ]);
  });

  test.each([
    { place: "a level", where: { level: 1 }, of: approving },
    {
      place: "the chain",
      where: { level: null },
      of: policy(level(qa), { escalation: [after("1h", "auto_approve")] }),
    },
  ])("by the ladder of $place says when it was due", ({ where, of }) => {
    const done = allowed(of).and(at("12:00")).when(fires("auto_approve", where));
    expect(done.view.resolved_at).toBe("2026-01-05T12:00:00.000Z");
    expect(done.view.resolution?.due_at).toBe("2026-01-05T10:00:00.000Z");
  });

  test("needs the policy's word", () => {
    const from = { ...world(approving), defaults: { autoApprove: "allow" as const } };
    suppressed(given(from, asked({ policy: "release", ...lowRisk })), "auto-approve-off");
  });

  test("needs the org's word at creation, and an org that allows it later changes nothing", () => {
    const before = allowed(approving, lowRisk, { autoApprove: "forbid" });
    suppressed(before.and(org({ autoApprove: "allow" })), "auto-approve-off");
  });

  test("needs the org's word when it fires", () => {
    suppressed(allowed(approving).and(org({ autoApprove: "forbid" })), "auto-approve-off");
  });

  test("never follows a deny that stands", () => {
    const or = policy(
      level([qa, group(any, "tech_lead")], {
        logic: "OR",
        escalation: [after("1h", "auto_approve")],
      }),
    );
    suppressed(allowed(or).and(denies("bo")), "deny-stands");
  });

  test.each([
    ["the asker's own word for the risk is none", { riskSnapshot: { score: 0 } }],
    ["an advisor's score above the ceiling", { riskSnapshot: { advisor_score: 0.51 } }],
    ["the asker's score can only raise it", { riskSnapshot: { advisor_score: 0.1, score: 0.6 } }],
    ["an unknown score counts as above", { riskSnapshot: {} }],
  ])("stays below the policy's risk ceiling: %s", (_, ask) => {
    suppressed(allowed(approving, ask), "above-risk-ceiling");
  });

  test("at the ceiling itself is below nothing", () => {
    allowed(approving, { riskSnapshot: { advisor_score: 0.5 } })
      .and(at("10:00"))
      .when(fires("auto_approve"))
      .yields("LevelAutoApproved", "LevelApproved", "RequestApproved");
  });

  test("with a ceiling of 1 asks for no score, because none lies above", () => {
    allowed({ ...approving, riskCeiling: 1 }, {})
      .and(at("10:00"))
      .when(fires("auto_approve"))
      .yields("LevelAutoApproved", "LevelApproved", "RequestApproved");
  });

  test("never answers for a level that nobody can decide", () => {
    suppressed(allowed(approving).and(people(role("qa_lead"))), "blocked");
  });

  test("waits for no notice that reached nobody: it does not happen", () => {
    const steps = [after("30m", "escalate", "ghosts"), after("1h", "auto_approve")];
    const open = allowed(policy(level(qa, { escalation: steps })));
    open
      .and(at("10:00"))
      .when(fires("auto_approve", { step: 2 }))
      .yields(
        ["TimerSuppressed", { step: 1, code: "nobody" }],
        ["TimerSuppressed", { step: 2, code: "notices-missing" }],
      );
  });

  test("gives the notices before it first, when it comes late", () => {
    const steps = [after("20m", "reminder"), after("40m", "reminder"), after("1h", "auto_approve")];
    const open = allowed(policy(level(qa, { escalation: steps })));
    open
      .and(at("12:00"))
      .when(fires("auto_approve", { step: 3 }))
      .yields(
        ["TimerSuppressed", { step: 1, code: "collapsed" }],
        ["ReminderDue", { step: 2 }],
        "LevelAutoApproved",
        "LevelApproved",
        "RequestApproved",
      );
  });

  test("waits while the clock is not trusted that far, and everything else goes on", () => {
    const steps = [after("1h", "auto_approve"), after("2h", "reminder")];
    const open = allowed(policy(level(qa, { escalation: steps }))).and(at("12:00"));
    const approveUntil = "2026-01-05T09:59:59.999Z";
    open.when(fires("auto_approve", { approveUntil })).yieldsNothing();
    open.when(fires("reminder", { step: 2, approveUntil })).yields("ReminderDue");
    open
      .when(fires("auto_approve", { approveUntil: "2026-01-05T10:00:00.000Z" }))
      .yields("LevelAutoApproved", "LevelApproved", "RequestApproved");
  });
});

describe("a denial by a ladder", () => {
  test("denies the request, whatever votes stand", () => {
    const of = policy(
      level(group(atLeast(2), "qa_lead"), {
        escalation: [{ ...after("1h", "auto_deny"), reason: "nobody came" }],
      }),
    );
    const done = given(world(of), asked({ policy: "release" }), approves("bo"), at("10:00")).when(
      fires("auto_deny"),
    );
    done.yields([
      "RequestDenied",
      { by: { kind: "timer", id: "auto_deny" }, reason: "nobody came" },
    ]);
    expect(done.view.levels[0]?.groups[0]?.slots.map(({ status }) => status)).toEqual([
      "approved",
      "not_required",
    ]);
  });
});

describe("a level's due mark", () => {
  const due = (fields: Parameters<typeof level>[1], more: Partial<Policy> = {}): Policy =>
    policy(level(group(all, "qa_lead"), { timeout: "1h", ...fields }), more);
  const late = (of: Policy): Given => given(world(of), asked({ policy: "release" }), at("10:00"));

  test("is shown before it passes, and as overdue afterwards", () => {
    const of = late(due({ onTimeout: "pause_caller" }));
    expect(of.view.levels[0]).toMatchObject({ due_at: "2026-01-05T10:00:00.000Z", overdue: false });
    const { view } = of.when(fires("due"));
    expect(view.levels[0]).toMatchObject({ due_at: "2026-01-05T10:00:00.000Z", overdue: true });
  });

  test("expires the request where nothing is written and there is no ladder at all", () => {
    const done = late(due({})).when(fires("due"));
    done.yields(
      ["LevelOverdue", { level: 1, onTimeout: "expire" }],
      ["RequestExpired", { dueAt: "2026-01-05T10:00:00.000Z" }],
    );
    expect(done.view).toMatchObject({
      status: "expired",
      resolution: { by: { kind: "timer", id: "expiry" }, due_at: "2026-01-05T10:00:00.000Z" },
    });
  });

  test("is only recorded where nothing is written and the level or the chain has a ladder", () => {
    const ladder = [after("2h", "reminder")];
    for (const of of [due({ escalation: ladder }), due({}, { escalation: ladder })]) {
      const done = late(of).when(fires("due"));
      done.yields(["LevelOverdue", { level: 1, onTimeout: null }]);
      expect(done.status).toBe("pending");
    }
  });

  test("denies the request when the policy says so", () => {
    late(due({ onTimeout: "deny" }))
      .when(fires("due"))
      .yields("LevelOverdue", [
        "RequestDenied",
        { by: { kind: "timer", id: "auto_deny" }, reason: "Level 1 passed its due mark." },
      ]);
  });

  test("approves only within the fences of any automatic approval", () => {
    late(due({ onTimeout: "approve" }))
      .when(fires("due"))
      .yields("LevelOverdue", [
        "TimerSuppressed",
        { action: "on_timeout", step: null, code: "auto-approve-off" },
      ]);
    allowed(due({ onTimeout: "approve" }))
      .and(at("10:00"))
      .when(fires("due"))
      .yields("LevelOverdue", "LevelAutoApproved", "LevelApproved", "RequestApproved");
  });

  test("pauses the caller, and the request stays pending", () => {
    const done = late(due({ onTimeout: "pause_caller" })).when(fires("due"));
    done.yields("LevelOverdue", ["CallerPaused", { level: 1 }]);
    expect(done.view).toMatchObject({ status: "pending", caller_paused: true });
    const decided = late(due({ onTimeout: "pause_caller" }))
      .and(fires("due"), approves("bo"))
      .when(approves("cy"));
    expect(decided.view.caller_paused).toBe(false);
  });

  test("takes the ladder's next escalation at once, which then counts as fired", () => {
    const of = due({ onTimeout: "escalate", escalation: [after("4h", "escalate", "manager")] });
    const done = late(of).when(fires("due"));
    done.yields("LevelOverdue", ["RequestEscalated", { step: 1, told: ["gus"] }]);
    late(of).and(fires("due"), at("13:00")).when(fires("escalate")).yieldsNothing();
  });

  test("passes once", () => {
    const of = late(due({ onTimeout: "pause_caller" })).and(fires("due"));
    of.when(fires("due")).yieldsNothing();
  });
});
