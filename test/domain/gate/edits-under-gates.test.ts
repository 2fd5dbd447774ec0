import { describe, expect, test } from "vitest";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import { policyOfLevel } from "@countersign/domain/request/people/delegates.ts";
import { amends, modifies } from "../../testkit/changing.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { active, denies, gate } from "../../testkit/examples/gates.ts";
import { any, atLeast, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked } from "../../testkit/happenings.ts";
import { referenceOf, world, type World } from "../../testkit/world.ts";

const big: Gate = gate(
  { type: "amount_threshold", field: "parameters.replicas", above: 10 },
  { id: "big", policy: "safety" },
);

const release = policy(level(group(atLeast(2), "qa_lead"), { name: "QA" }));
const safety = policy(level(group(any, "security_team"), { name: "Safety" }), { id: "safety" });

const org = (gates: readonly Gate[], over: Partial<World> = {}): World => ({
  ...world(release, safety),
  gates: active(gates),
  ...over,
});

const inline: Partial<Ask> = {
  policy: null,
  approvers: [{ type: "role", identifier: "qa_lead" }],
};

const more = { parameters: { replicas: 20 } };

describe("An edited payload is held against the gates again", () => {
  test("a gate that fires only now adds its levels at the end of the chain", () => {
    const story = given(org([big]), asked(), modifies("bo", more));
    expect(story.view).toMatchObject({
      gate_type: "amount_threshold",
      reason_codes: ["REQUIRES_APPROVAL", "AMOUNT_THRESHOLD"],
      policies: [
        { id: "release", version: 1, gate: null },
        { id: "safety", version: 1, gate: "big" },
      ],
      policy_trace: {
        checks: [
          { check: "big", result: "pass" },
          { check: "big", result: "escalate", code: "AMOUNT_THRESHOLD" },
        ],
      },
    });
    expect(story.view.levels.map(({ name, status }) => [name, status])).toEqual([
      ["QA", "open"],
      ["Safety", "waiting"],
    ]);
    const shown = { hash: "sha256:bb" };
    const passed = story.and(approves("cy", shown));
    expect(passed.status).toBe("pending");
    expect(passed.when(approves("eli", shown)).status).toBe("approved");
  });

  test("a ladder that comes with it counts from the creation, and is planned once", () => {
    const reminder = {
      after: "2h",
      action: "reminder",
      to: [],
      channels: [],
      reason: null,
    } as const;
    const from = org([big], { policies: [release, { ...safety, escalation: [reminder] }] });
    const asking = given(from, asked());
    expect(asking.view.timeline.map(({ action }) => action)).toEqual(["approaching", "expiry"]);
    const planned = (story: Given) =>
      story.moment.events.filter(({ type }) => type === "TimersPlanned");
    const edited = asking.and(modifies("bo", more));
    const dueAt = "2026-01-05T11:00:00.000Z";
    const first = {
      level: null,
      payloadVersion: 2,
      generation: 1,
      timers: [{ kind: "reminder", step: 1, dueAt }],
    };
    expect(planned(edited)).toMatchObject([{ data: first }]);
    expect(edited.view.timeline[0]).toMatchObject({ at: dueAt, action: "reminder", level: null });
    const again = { from: "sha256:bb", to: "sha256:cc", parameters: { replicas: 30 } };
    const second = { ...first, payloadVersion: 3 };
    expect(planned(edited.and(modifies("bo", again)))).toMatchObject([
      { data: first },
      { data: second },
    ]);
  });

  test("a deny refuses the edit, and nothing changes", () => {
    given(org([denies("*", { when: when("action.parameters.replicas", 20) })]), asked())
      .when(modifies("bo", more))
      .refused("denied-by-rule", { reasons: [{ code: "DENIED_BY_RULE" }] });
  });

  test("a gate that names nobody refuses the edit where the organisation has no default policy", () => {
    given(org([{ ...big, policy: null }]), asked())
      .when(modifies("bo", more))
      .refused("no-policy");
  });

  test("gates that fired before add nothing again, and one that fires no more takes nothing away", () => {
    const asking: Gate = {
      ...big,
      subject: { type: "require_approval" },
      actions: ["kubernetes:*"],
    };
    const fired = given(org([asking]), asked()).when(modifies("eli", more));
    expect(fired.view.policies).toHaveLength(2);
    expect(fired.view.reason_codes).toEqual(["REQUIRES_APPROVAL"]);
    const story = given(org([big]), asked(), modifies("bo", more)).when(
      modifies("bo", { from: "sha256:bb", to: "sha256:cc", parameters: { replicas: 1 } }),
    );
    expect(story.view.levels.map(({ name }) => name)).toEqual(["QA", "Safety"]);
  });

  test("a gate whose policy another gate had brought fires for nothing new", () => {
    const twice = org(
      [big, { ...big, id: "also" }].map((each): Gate => ({ ...each, actions: [] })),
    );
    const of = (replicas: number) => ({
      ...ask().action,
      parameters: { ...ask().action.parameters, replicas },
    });
    const story = given(twice, asked({ action: of(11) })).when(modifies("eli", more));
    expect(story.view.policies.map(({ gate: by }) => by)).toEqual(["big", null]);
    const [modified] = story.decision.events;
    expect(modified?.data).not.toHaveProperty("gates");
  });

  test("each edit adds the gates that fire only then, with their own people, behind the others", () => {
    const subject = { type: "amount_threshold", field: "parameters.replicas", above: 100 } as const;
    const huge = gate(subject, { id: "huge", approvers: ["director"] });
    const late = gate(subject, { id: "late", approvers: ["manager"] });
    const first = given(org([big, huge, late]), asked(), modifies("bo", more));
    const next = { from: "sha256:bb", to: "sha256:cc", parameters: { replicas: 200 } };
    const edited = first.when(modifies("bo", next));
    expect(edited.view.policies.map(({ id, gate: by }) => [id, by])).toEqual([
      ["release", null],
      ["safety", "big"],
      ["gate:huge", "huge"],
      ["gate:late", "late"],
    ]);
    expect(edited.view.reason_codes).toEqual(["REQUIRES_APPROVAL", "AMOUNT_THRESHOLD"]);
    const [modified] = edited.decision.events;
    if (modified?.type !== "PayloadModified") throw new Error("nothing was edited");
    expect(modified.data.gates).toMatchObject({
      gateType: "amount_threshold",
      checks: [{ check: "huge" }, { check: "late" }],
      policies: [{ id: "gate:huge" }, { id: "gate:late" }],
      gatePolicies: [{ id: "gate:huge" }, { id: "gate:late" }],
    });
    const third = { from: "sha256:cc", to: "sha256:dd", parameters: { replicas: 201 } };
    const after = first.and(modifies("bo", next)).when(modifies("bo", third));
    expect(after.view.levels.map(({ name }) => name)).toEqual(["QA", "Safety", "huge", "late"]);
  });

  test("the gate that asked first gives the request its kind", () => {
    const deploys = gate({ type: "require_approval" }, { id: "deploys", policy: "release" });
    const story = given(org([deploys, big]), asked(), modifies("bo", more));
    expect(story.view.gate_type).toBe("require_approval");
    expect(story.view.policies.map(({ gate: by }) => by)).toEqual(["deploys", "big"]);
  });

  test("what the chain asks already is not asked twice", () => {
    const same: Gate = { ...big, policy: "release" };
    const story = given(org([same]), asked(), modifies("bo", more));
    expect(story.view.levels.map(({ name }) => name)).toEqual(["QA"]);
    expect(story.view.gate_type).toBe("amount_threshold");
  });

  test("from then on nobody decides about their own request", () => {
    const lenient = { ...release, selfApproval: "allow" as const };
    const from = org([big], { policies: [lenient, safety] });
    const mine = asked({ agent: null }, "cy");
    expect(given(from, mine).when(approves("cy")).status).toBe("pending");
    given(from, mine, modifies("bo", more))
      .when(approves("cy", { hash: "sha256:bb" }))
      .refused("separation-of-duties");
  });

  test("levels of inline approvers keep their place before the added ones", () => {
    const story = given(org([big]), asked(inline), modifies("bo", more));
    expect(story.view.levels.map(({ name, status }) => [name, status])).toEqual([
      ["Level 1", "approved"],
      ["Safety", "open"],
    ]);
    expect(story.when(approves("fay", { hash: "sha256:bb" })).status).toBe("approved");
  });

  test("a chain that an admin amended before gets the added levels, too", () => {
    const two = policy([
      level(group(any, "qa_lead"), { name: "QA" }),
      level(group(any, "director"), { name: "Director" }),
    ]);
    const story = given(
      org([big], { policies: [two, safety] }),
      asked(),
      amends("ivy", { skip: [2] }),
      modifies("bo", more),
    );
    expect(story.view.levels.map(({ name, status }) => [name, status])).toEqual([
      ["QA", "approved"],
      ["Director", "skipped"],
      ["Safety", "open"],
    ]);
  });

  test("approvals that outlive an edit do not when the gate's policy asks anew", () => {
    const keeping = policy(
      [level(group(any, "qa_lead")), level(group(any, "director"), { name: "Director" })],
      { reapproval: "not_required" },
    );
    const edited = (gates: readonly Gate[]) =>
      given(org(gates, { policies: [keeping, safety] }), asked(), approves("cy")).when(
        modifies("hal", more),
      ).view.levels[0]?.status;
    expect(edited([])).toBe("approved");
    expect(edited([big])).toBe("open");
  });

  test("approvals of inline approvers never outlive an edit, whatever the gate's policy says", () => {
    const keeping = { ...safety, reapproval: "not_required" as const };
    const passed = given(
      org([big], { policies: [release, keeping] }),
      asked(inline),
      modifies("bo", more),
    );
    expect(passed.view.levels.map(({ status }) => status)).toEqual(["approved", "open"]);
    const again = { from: "sha256:bb", to: "sha256:cc", parameters: { replicas: 30 } };
    const edited = passed.when(modifies("eli", again));
    expect(edited.view.levels.map(({ status }) => status)).toEqual(["open", "waiting"]);
  });

  test("a fallback that was not needed is passed over on the way to an added level", () => {
    const fallback = level(group(any, "director"), { name: "Fallback" });
    const from = org([big], {
      policies: [policy(level(group(any, "qa_lead"), { name: "QA" }), { fallback }), safety],
    });
    const after = given(from, asked()).when(modifies("bo", more));
    after.yields(
      "PayloadModified",
      "VoteCast",
      "LevelApproved",
      ["LevelSkipped", { level: 2 }],
      ["LevelOpened", { level: 3 }],
    );
    expect(after.view.levels.map(({ name, status }) => [name, status])).toEqual([
      ["QA", "approved"],
      ["Fallback", "skipped"],
      ["Safety", "open"],
    ]);
  });

  test.each<[string, Partial<Ask>, string | null]>([
    ["an inline level before it", inline, null],
    ["the levels of a policy before it", {}, "release"],
  ])("an added level is its own policy's to delegate, and %s is not", (_, how, before) => {
    const story = given(org([big]), asked(how), modifies("bo", more));
    const { state, world: around } = story.moment;
    if (state.status === "absent") throw new Error("there is no request");
    const reference = referenceOf(around);
    const of = (number: number) => policyOfLevel(state.submitted, reference, number);
    expect([of(1), of(2)]).toEqual([before, "safety"]);
  });

  test("a new payload that is the old one is a vote, and no gate is asked", () => {
    const story = given(
      org([denies("*", { when: when("action.parameters.replicas", 20) })]),
      asked(),
    );
    story.when(modifies("bo", { ...more, to: "sha256:aa" })).yields("VoteCast");
  });
});
