import { describe, expect, test } from "vitest";
import type { LadderStep, LevelPlan } from "@countersign/domain/policy/policy.ts";
import { approvalFence } from "@countersign/domain/request/timers/fence.ts";
import { openTimers } from "@countersign/domain/request/timers/open.ts";
import { modifies } from "../../testkit/changing.ts";
import { role } from "../../testkit/examples/directory.ts";
import { active, gate } from "../../testkit/examples/gates.ts";
import { any, atLeast, group, level, policy, when } from "../../testkit/examples/policies.ts";
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
import { referenceOf, world, type World } from "../../testkit/world.ts";

const at = (time: string): Happening => clockShows(`2026-01-05T${time}:00.000Z`);
const lowRisk = { riskSnapshot: { advisor_score: 0.1 } };
const qa = group(any, "qa_lead");
const approving = [after("1h", "auto_approve")];

const orgThatAllows = (
  levels: LevelPlan | readonly LevelPlan[],
  escalation: readonly LadderStep[] = [],
): World => ({
  ...world(policy(levels, { autoApprove: "allow", escalation })),
  defaults: { autoApprove: "allow" },
});

const allowed = (...written: Parameters<typeof orgThatAllows>): Given =>
  given(orgThatAllows(...written), asked({ policy: "release", ...lowRisk }));

/** Its only level is for what this request is not about, so that every level is skipped. */
const onlyForCritical = level(qa, { conditions: when("priority", "critical") });
const nobodysTask = asked({ policy: "release", ...lowRisk, context: { priority: "low" } });

describe("an automatic approval that is held back says why", () => {
  const either = level([qa, group(any, "tech_lead")], { logic: "OR", escalation: approving });
  const forbidding: Happening = {
    kind: "world",
    change: (from) => ({ ...from, defaults: { autoApprove: "forbid" } }),
  };
  const unheard = [after("30m", "escalate", "ghosts"), after("1h", "auto_approve")];
  const gated: World = {
    ...orgThatAllows(level(qa, { escalation: approving })),
    gates: active([gate({ type: "require_approval" }, { policy: "release" })]),
  };

  test.each<readonly [string, Given, string, string]>([
    [
      "a gate asked",
      given(gated, asked({ policy: "release", ...lowRisk })),
      "created-by-escalate",
      "A gate asked for a decision of people.",
    ],
    [
      "the org forbids it by then",
      allowed(level(qa, { escalation: approving })).and(forbidding),
      "auto-approve-off",
      "Policy and organisation do not both allow it.",
    ],
    [
      "the risk is not known",
      given(
        orgThatAllows(level(qa, { escalation: approving })),
        asked({ policy: "release", riskSnapshot: {} }),
      ),
      "above-risk-ceiling",
      "The risk is above the policy's ceiling, or not known.",
    ],
    [
      "a deny stands",
      allowed(either).and(denies("bo")),
      "deny-stands",
      "Somebody denied it, and the deny stands.",
    ],
    [
      "nobody can decide the level",
      allowed(level(qa, { escalation: approving })).and(people(role("qa_lead"))),
      "blocked",
      "Nobody can decide the level: that is never an approval.",
    ],
    [
      "a notice before it reached nobody",
      allowed(level(qa, { escalation: unheard })),
      "notices-missing",
      "A notice before it was not given to anybody.",
    ],
    [
      "every level was skipped",
      given(orgThatAllows(onlyForCritical, approving), nobodysTask),
      "blocked",
      "No level is open that people could decide.",
    ],
  ])("%s", (_, from, code, reason) => {
    const [timer] = from.view.timeline.filter(({ action }) => action === "auto_approve");
    const { level: of = null, step = null } = timer ?? {};
    const done = from.and(at("10:00")).when(fires("auto_approve", { level: of, step }));
    expect(done.decision.events.at(-1)).toMatchObject({
      type: "TimerSuppressed",
      data: { action: "auto_approve", code, reason },
    });
    expect(done.status).toBe("pending");
  });
});

describe("an automatic approval", () => {
  test("is not held back by approvals that were too few", () => {
    allowed(level(group(atLeast(2), "qa_lead"), { escalation: approving }))
      .and(approves("bo"), at("10:00"))
      .when(fires("auto_approve"))
      .yields("LevelAutoApproved", "LevelApproved", "RequestApproved");
  });

  test("waits for the notices before it, given or collapsed, and for none after it", () => {
    const steps = [
      after("20m", "reminder"),
      after("30m", "escalate", "manager"),
      after("1h", "auto_approve"),
      after("2h", "reminder"),
    ];
    const open = allowed(level(qa, { escalation: steps }));
    const fenceNow = (from: Given): string | null => {
      const { state, world: around } = from.moment;
      if (state.status !== "pending") throw new Error("it is over");
      const timer = openTimers(state).find(({ kind }) => kind === "auto_approve");
      if (timer === undefined) throw new Error("there is no such timer");
      return approvalFence(state, timer, referenceOf(around))?.code ?? null;
    };
    expect(fenceNow(open)).toBe("notices-missing");
    const reminded = open.and(at("09:20"), fires("reminder"));
    expect(fenceNow(reminded)).toBe("notices-missing");
    expect(fenceNow(reminded.and(at("09:30"), fires("escalate", { step: 2 })))).toBeNull();
  });

  test("names its timer on the approval of the request, and only there", () => {
    const done = allowed(level(qa, { escalation: approving }))
      .and(at("10:00"))
      .when(fires("auto_approve"));
    expect(done.decision.events.map(({ type, data }) => [type, "timer" in data])).toEqual([
      ["LevelAutoApproved", false],
      ["LevelApproved", false],
      ["RequestApproved", true],
    ]);
  });

  test("before a level that its editor's vote approves is not the timer's approval of the request", () => {
    const two = [level(qa, { escalation: approving }), level(group(any, "tech_lead"))];
    const done = allowed(two)
      .and(approves("bo"), modifies("dee"), at("10:00"))
      .when(fires("auto_approve", { payloadVersion: 2 }));
    done.yields(
      "LevelAutoApproved",
      "LevelApproved",
      "LevelReopened",
      ["LevelApproved", { by: { kind: "person", id: "dee" } }],
      ["RequestApproved", { by: { kind: "person", id: "dee" } }],
    );
    expect(done.decision.events.some(({ data }) => "timer" in data)).toBe(false);
    expect(done.view.resolution?.due_at).toBeNull();
  });

  test("by a due mark waits while the clock is not trusted that far, and other due marks do not", () => {
    const approveUntil = "2026-01-05T09:59:59.999Z";
    const due = (onTimeout: LevelPlan["onTimeout"]): Given =>
      allowed(level(qa, { timeout: "1h", onTimeout })).and(at("12:00"));
    due("approve").when(fires("due", { approveUntil })).yieldsNothing();
    due("deny").when(fires("due", { approveUntil })).yields("LevelOverdue", "RequestDenied");
  });
});

describe("a request whose every level was skipped", () => {
  const escalation = [
    after("1h", "reminder"),
    after("2h", "escalate", "manager"),
    after("3h", "reassign", "sre"),
    after("4h", "notify_executive", "director"),
    after("5h", "notify_executive", "ghosts", "user:nobody"),
  ];
  const skipped = given(orgThatAllows(onlyForCritical, escalation), nobodysTask);

  test("keeps its ladder's escalation for its time: there is no level to escalate now", () => {
    given(orgThatAllows(onlyForCritical, escalation))
      .when(nobodysTask)
      .yields(
        "RequestSubmitted",
        "LevelSkipped",
        ["LevelBlocked", { level: null }],
        ["TimersPlanned", { level: null }],
      );
  });

  test("lets only notices out, and says of every other step why it did nothing", () => {
    const done = skipped.and(at("15:00")).when(fires("notify", { level: null, step: 5 }));
    const shown = done.decision.events.map((event) => {
      if (event.type === "TimerSuppressed") return `${event.data.code}: ${event.data.reason}`;
      return event.type === "ExecutivesNotified"
        ? `told ${event.data.told.join()}, level ${event.data.openLevel}`
        : event.type;
    });
    expect(shown).toEqual([
      "nobody: Nobody has an open slot who could be reminded.",
      "no-open-level: No level is open.",
      "no-open-level: No level is open.",
      "told hal, level null",
      "nobody: There is nobody behind the names to be told.",
    ]);
  });

  test("tells nobody that its expiry approaches, and says so once", () => {
    skipped
      .and(clockShows("2026-01-06T06:36:00.000Z"))
      .when(fires("approaching"))
      .yields(["ExpiryApproaching", { told: [] }]);
  });
});
