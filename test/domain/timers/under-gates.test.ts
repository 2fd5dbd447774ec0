import { describe, expect, test } from "vitest";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import { modifies } from "../../testkit/changing.ts";
import { active, gate } from "../../testkit/examples/gates.ts";
import { any, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const qa = group(any, "qa_lead");
const lowRisk = { riskSnapshot: { advisor_score: 0.1 } };

const always: Gate = gate({ type: "require_approval" }, { id: "always", policy: "safety" });
const big: Gate = gate(
  { type: "amount_threshold", field: "parameters.replicas", above: 10 },
  { id: "big", policy: "safety" },
);

const safety = (fields: Partial<Policy> = {}): Policy =>
  policy(level(group(any, "security_team"), { name: "Safety" }), { id: "safety", ...fields });

const under = (gates: readonly Gate[], ...policies: readonly Policy[]): Given =>
  given(
    { ...world(...policies), gates: active(gates), defaults: { autoApprove: "allow" } },
    asked({ policy: "release", ...lowRisk }),
  );

describe("a request that a gate asked for", () => {
  test("joins the ladders of its policies, all counted from the creation", () => {
    const open = under(
      [always],
      safety({ escalation: [after("2h", "reminder")] }),
      policy(level(qa), { escalation: [after("1h", "escalate", "manager")] }),
    );
    expect(
      open.view.timeline
        .slice(0, 2)
        .map(({ at, action, level: of, step }) => [at.slice(11, 16), action, of, step]),
    ).toEqual([
      ["10:00", "escalate", null, 2],
      ["11:00", "reminder", null, 1],
    ]);
    open
      .and(clockShows("2026-01-05T11:00:00.000Z"))
      .when(fires("reminder", { level: null, step: 1 }))
      .yields(["RequestEscalated", { level: null, step: 2 }], ["ReminderDue", { step: 1 }]);
  });

  test("is never approved by a timer, whatever policy and org allow", () => {
    const steps = [after("1h", "auto_approve")];
    const open = under(
      [always],
      safety({ autoApprove: "allow", escalation: steps }),
      policy(level(qa), { autoApprove: "allow" }),
    );
    const done = open
      .and(clockShows("2026-01-05T10:00:00.000Z"))
      .when(fires("auto_approve", { level: null }));
    done.yields(["TimerSuppressed", { code: "created-by-escalate" }]);
    expect(open.view.timeline[0]?.suppressed).toBe("A gate asked for a decision of people.");
  });

  test("is none either once a gate fires for what it was edited to", () => {
    const open = under(
      [big],
      safety({ autoApprove: "allow" }),
      policy([level(qa), level(group(any, "tech_lead"))], {
        autoApprove: "allow",
        escalation: [after("1h", "auto_approve")],
      }),
    );
    const due = clockShows("2026-01-05T10:00:00.000Z");
    open
      .and(due)
      .when(fires("auto_approve", { level: null }))
      .yields("RequestAutoApproved", "RequestApproved");
    open
      .and(approves("bo"), modifies("dee", { parameters: { replicas: 20 } }), due)
      .when(fires("auto_approve", { level: null, payloadVersion: 2 }))
      .yields(["TimerSuppressed", { code: "created-by-escalate", payloadVersion: 2 }]);
  });
});
