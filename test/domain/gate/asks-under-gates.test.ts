import { describe, expect, test } from "vitest";
import type { ActiveGates } from "@countersign/domain/gate/active-gates.ts";
import type { Defaults } from "@countersign/domain/definition/definition.ts";
import { routingOf } from "@countersign/domain/gate/routing.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import { active, asksFor, denies, gate, levels, rule } from "../../testkit/examples/gates.ts";
import { any, group, level, policy, qaOnly, when } from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, type Happening } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const deploy = policy(level(group(any, "sre_lead"), { name: "SRE" }), { id: "deploy" });
const safety = policy(
  [level(group(any, "security_team")), level(group(any, "director"), { conditions: null })],
  { id: "safety" },
);

const org = (
  gates: ActiveGates,
  defaults: Partial<Defaults> = {},
  ...more: readonly Policy[]
): World => ({ ...world(qaOnly, deploy, safety, ...more), gates, defaults });

const kubernetes = (fields: Parameters<typeof asksFor>[1] = {}) =>
  asksFor("kubernetes:*", { id: "deploys", approvers: [], policy: "deploy", ...fields });

const inline = { policy: null, approvers: [{ type: "role" as const, identifier: "qa_lead" }] };
const nobody = { policy: null, approvers: null };

const asks = (from: World, ask: Happening = asked()) => given(from).when(ask);

describe("An ask is held against the gates", () => {
  test("without one that fires, it is taken as it is", () => {
    const { view } = asks(org(active([asksFor("refund:*")])));
    expect(view).toMatchObject({
      gate_type: null,
      policies: [{ id: "release", version: 1, gate: null }],
      reason_codes: ["REQUIRES_APPROVAL"],
      policy_trace: {},
    });
  });

  test("a deny refuses it with the reasons, and nothing stands", () => {
    asks(org(active([denies("kubernetes:*", { message: "Not by an agent." })]))).refused(
      "denied-by-rule",
      { reasons: [{ code: "DENIED_BY_RULE", message: "Not by an agent." }] },
    );
  });

  test("a deny rule refuses it too, and an approve rule beside it changes nothing", () => {
    const onImage = when("action.parameters.replicas", 3);
    const rules = [rule("approve", onImage), rule("deny", onImage)];
    asks(org(active([kubernetes({ liftable: true })], { rules }))).refused("denied-by-rule");
  });

  test("a gate's policy comes first, then the one that the ask names", () => {
    const { view } = asks(org(active([kubernetes()])));
    expect(view).toMatchObject({
      gate_type: "require_approval",
      policy: { id: "deploy", version: 1 },
      policies: [
        { id: "deploy", version: 1, gate: "deploys" },
        { id: "release", version: 1, gate: null },
      ],
    });
    expect(view.levels.map(({ number, name, status }) => [number, name, status])).toEqual([
      [1, "SRE", "open"],
      [2, "QA", "waiting"],
    ]);
  });

  test("every gate that fires brings its levels, in the order of the files, the same policy once", () => {
    const gates = active([
      kubernetes({ policy: "safety", id: "a" }),
      kubernetes({ id: "b" }),
      kubernetes({ policy: "safety", id: "c" }),
      kubernetes({ policy: "release", id: "d" }),
    ]);
    const { view } = asks(org(gates));
    expect(view.policies).toEqual([
      { id: "safety", version: 1, gate: "a" },
      { id: "deploy", version: 1, gate: "b" },
      { id: "release", version: 1, gate: "d" },
    ]);
    expect(view.levels.map(({ name }) => name)).toEqual(["Level", "Level", "SRE", "QA"]);
    expect(view.levels.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  test("all of these levels have to agree", () => {
    const story = given(org(active([kubernetes()])), asked(), approves("dee"));
    expect(story.status).toBe("pending");
    const done = story.when(approves("bo"));
    done.yields("VoteCast", "LevelApproved", "RequestApproved");
    expect(done.status).toBe("approved");
  });

  test("the default policy is asked only where neither a gate nor the ask names one", () => {
    const gated = org(active([kubernetes()]), { policy: "safety" });
    expect(asks(gated, asked(nobody)).view.policies).toEqual([
      { id: "deploy", version: 1, gate: "deploys" },
    ]);
    const silent = org(active([kubernetes({ policy: null })]), { policy: "safety" });
    expect(asks(silent, asked(nobody)).view.policies).toEqual([
      { id: "safety", version: 1, gate: "deploys" },
    ]);
  });

  test("a gate without people in an organisation without a default policy refuses the ask", () => {
    asks(org(active([kubernetes({ policy: null })]))).refused("no-policy", { gate: "deploys" });
  });

  test("inline approvers are replaced, and see what they proposed to decide", () => {
    const { view } = asks(org(active([kubernetes()])), asked(inline));
    expect(view.levels.map(({ name }) => name)).toEqual(["SRE"]);
    expect(view.observers).toEqual([{ type: "role", identifier: "qa_lead" }]);
    expect(asks(org(active([])), asked(inline)).view.observers).toEqual([]);
  });

  test("a gate's own approvers are a level of their own", () => {
    const gates = active([
      asksFor("kubernetes:*", {
        id: "partners",
        approvers: ["security_team", "user:hal"],
        message: "Partners are new.",
      }),
    ]);
    const { view } = asks(org(gates), asked(nobody));
    expect(view.policies).toEqual([{ id: "gate:partners", version: 1, gate: "partners" }]);
    expect(view.levels).toMatchObject([
      { name: "partners", message: "Partners are new.", groups: [{ required: "any", needed: 1 }] },
    ]);
    const slots = view.levels[0]?.groups[0]?.slots.map(({ approver }) => approver);
    expect(slots).toEqual(["hal", "eli", "fay"]);
    const done = given(org(gates), asked(nobody)).when(approves("fay"));
    expect(done.status).toBe("approved");
  });

  test("reasons and checks follow what the asker says itself", () => {
    const { view } = asks(
      org(active([kubernetes(), gate({ type: "high_risk", above: 0.5 }, { policy: "deploy" })])),
      asked({
        reasonCodes: ["MINE"],
        policyTrace: { checks: [{ check: "deploys", result: "pass" }], plan: 7 },
        riskSnapshot: { score: 0.9 },
      }),
    );
    expect(view.reason_codes).toEqual(["MINE", "REQUIRES_APPROVAL", "HIGH_RISK_ACTION"]);
    expect(view.policy_trace).toMatchObject({
      plan: 7,
      checks: [
        { check: "deploys", result: "pass" },
        { check: "deploys", result: "escalate", code: "REQUIRES_APPROVAL" },
        { check: "high_risk", result: "escalate", code: "HIGH_RISK_ACTION" },
      ],
    });
  });

  test("the shortest expiry of all its policies counts", () => {
    const quick: Policy = { ...deploy, expiresIn: "2h" };
    const slow: Policy = { ...qaOnly, expiresIn: "7d" };
    const from: World = { ...world(slow, quick), gates: active([kubernetes()]) };
    expect(asks(from).view.expires_at).toBe("2026-01-05T11:00:00.000Z");
    asks(from, asked({ expiresIn: "3h" })).refused("expiry-out-of-range");
  });

  test("self approval is never allowed on what a gate asked for", () => {
    const lenient: Policy = { ...qaOnly, selfApproval: "allow" };
    const from: World = {
      ...world({ ...lenient, id: "deploy" }),
      gates: active([kubernetes()]),
      defaults: { selfApproval: "allow" },
    };
    const mine = asked({ agent: null, ...nobody }, "bo");
    given(from, mine).when(approves("bo")).refused("separation-of-duties");
  });

  test("agents named as deciders do not count on what a gate asked for", () => {
    const agents = policy(level(group(any, "qa_lead"), { deciders: ["ci"] }), { id: "deploy" });
    const from: World = {
      ...world(agents),
      gates: active([kubernetes()]),
      defaults: { agentDeciders: "allow" },
    };
    const { view } = asks(from, asked({ agent: null, ...nobody }, "hal"));
    expect(view.levels[0]?.groups[0]?.slots.map(({ approver }) => approver)).toEqual(["bo", "cy"]);
  });

  test("with every level skipped it blocks, whatever its policy lets pass", () => {
    const never = { kind: "field", field: "context.x", operator: "exists", value: true } as const;
    const skipping = policy(level(group(any, "qa_lead"), { conditions: never }), {
      id: "deploy",
      onAllSkipped: "approve",
    });
    const from: World = { ...world(skipping), gates: active([kubernetes()]) };
    const after = asks(from, asked(nobody));
    after.yields("RequestSubmitted", "LevelSkipped", "LevelBlocked");
    expect(after.view.blocked).toBe(true);
  });

  test("a routing adds its ladder to the gate's level, and its primary role is asked", () => {
    const routing = routingOf({
      primary: { role: "team_lead", timeout_minutes: 30 },
      escalation: { role: "admin", timeout_minutes: 60 },
      final: { action: "auto_reject", timeout_minutes: 120 },
    });
    expect(routing?.ladder).toMatchObject([
      { after: "30m", action: "escalate", to: [{ type: "role", identifier: "admin" }] },
      { after: "60m", action: "reminder" },
      { after: "120m", action: "auto_deny" },
    ]);
    const gates = active([kubernetes({ policy: null, routing })]);
    const after = asks(org(gates), asked(nobody));
    const [submitted] = after.decision.events;
    expect(submitted?.data).toMatchObject({
      gatePolicies: [{ id: "gate:deploys", escalation: routing?.ladder }],
    });
    expect(after.view.levels[0]?.groups[0]?.slots[0]?.via).toEqual({
      type: "role",
      identifier: "team_lead",
    });
  });

  test("the organisation's routing is the ladder of a gate that has people and no ladder", () => {
    const block = {
      primary: { role: "team_lead", timeout_minutes: 30 },
      final: { action: "auto_approve", timeout_minutes: 60 },
    };
    const gates = active([kubernetes({ policy: null, approvers: ["director"] })]);
    const [submitted] = asks(org(gates, { routing: block }), asked(nobody)).decision.events;
    expect(submitted?.data).toMatchObject({
      gatePolicies: [
        { escalation: [{ after: "60m", action: "auto_approve" }], autoApprove: "forbid" },
      ],
    });
    const alone = active([kubernetes({ policy: null })]);
    const { view } = asks(org(alone, { routing: block }), asked(nobody));
    expect(view.levels[0]?.groups[0]?.slots[0]?.via.identifier).toBe("team_lead");
  });

  test("a table of approval levels asks the default policy, and pauses the caller after its time", () => {
    const table = levels({ fallback: "always", timeout: "30m" });
    const after = asks(org(active([], { levels: table }), { policy: "deploy" }), asked(nobody));
    expect(after.view).toMatchObject({
      gate_type: "approval_level",
      policies: [{ id: "deploy", version: 1, gate: "levels" }],
      reason_codes: ["REQUIRES_APPROVAL", "APPROVAL_LEVEL"],
    });
    expect(after.decision.events[0]?.data).toMatchObject({ policies: [{ pauseAfter: "30m" }] });
    expect(
      given(org(active([], { levels: table }), { policy: "deploy" }), asked(nobody)).view.levels,
    ).toMatchObject([{ name: "SRE", due_at: "2026-01-05T09:30:00.000Z" }]);
  });

  test("a request keeps its gates when they change", () => {
    const people = active([asksFor("kubernetes:*", { id: "g", approvers: ["director"] })]);
    const other = active([asksFor("kubernetes:*", { id: "g", approvers: ["qa_lead"] })]);
    const story = given(org(people), asked(nobody), {
      kind: "world",
      change: (from) => ({ ...from, gates: other }),
    });
    story.when(approves("bo")).refused("not-an-approver");
    expect(story.when(approves("hal")).status).toBe("approved");
  });
});
