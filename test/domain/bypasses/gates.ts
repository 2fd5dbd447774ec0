import assert from "node:assert/strict";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import { modifies } from "../../testkit/changing.ts";
import { active, asksFor, denies, gate, levels, rule } from "../../testkit/examples/gates.ts";
import { any, group, level, policy, qaOnly, when } from "../../testkit/examples/policies.ts";
import { approves, asked, type Happening } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";
import type { Build } from "../model/build.ts";
import { Story, type Bypass } from "./story.ts";

/** Passing a gate that asks or denies, by what an asker may say. */

const director = policy(level(group(any, "director")), { id: "director" });
const asking: Gate = asksFor("kubernetes:*", { id: "g", approvers: [], policy: "director" });
const byQa = { policy: null, approvers: [{ type: "role" as const, identifier: "qa_lead" }] };

const org = (gates: World["gates"], over: Partial<World> = {}): World => ({
  ...world(qaOnly, director),
  ...(gates === undefined ? {} : { gates }),
  ...over,
});

const missing = when("context.missing", "x");
const replicas = (count: number): Happening => modifies("bo", { parameters: { replicas: count } });

/** The last check of the request's trace that speaks of this gate. */
const found = (story: Story, check: string): unknown => {
  const { checks } = story.view.policy_trace;
  assert(Array.isArray(checks));
  return checks.findLast(
    (each: unknown) =>
      typeof each === "object" && each !== null && "check" in each && each.check === check,
  );
};

const codes = (build: Build, from: World, ask: Happening): readonly string[] =>
  new Story(build, from).when(ask).accepted().view.reason_codes;

export const gates: readonly Bypass[] = [
  {
    title: "approvers whom an ask proposes do not take the place of a gate's",
    attempt: (build) =>
      new Story(build, org(active([asking])))
        .when(asked(byQa), approves("bo"))
        .refused("not-an-approver")
        .is("pending"),
  },
  {
    title: "an ask that names a policy is asked of the gate's people as well",
    attempt: (build) =>
      new Story(build, org(active([asking]))).when(asked(), approves("bo")).is("pending"),
  },
  {
    title: "what a gate denies is not taken",
    attempt: (build) =>
      new Story(build, org(active([denies("kubernetes:*")])))
        .when(asked())
        .refused("denied-by-rule")
        .is("absent"),
  },
  {
    title: "a deny whose guard cannot be judged is asked about",
    attempt: (build) => {
      const from = org(active([denies("*", { when: missing, policy: "director" })]));
      assert(codes(build, from, asked()).includes("GUARD_ERROR"));
    },
  },
  {
    title: "a gate whose guard cannot be judged asks",
    attempt: (build) =>
      new Story(build, org(active([{ ...asking, when: missing }])))
        .when(asked(byQa), approves("bo"))
        .refused("not-an-approver"),
  },
  {
    title: "an agent does not lower the approval level of its own task",
    attempt: (build) => {
      const table = levels({ fallback: "always" });
      const from = org(active([], { levels: table }), { defaults: { policy: "director" } });
      new Story(build, from)
        .when(asked({ ...byQa, context: { approval: "none" } }), approves("bo"))
        .refused("not-an-approver");
    },
  },
  {
    title: "leaving out the risk score does not pass a gate on risk that names the action",
    attempt: (build) => {
      const risky = gate({ type: "high_risk", above: 0.8 }, { actions: ["*"], policy: "director" });
      assert(codes(build, org(active([risky])), asked()).includes("HIGH_RISK_ACTION"));
    },
  },
  {
    title: "naming other triggers does not hide what the action is",
    attempt: (build) => {
      const triggers = ["kubernetes:deploy"];
      const sensitive = gate({ type: "sensitivity", triggers }, { policy: "director" });
      const hiding = asked({ context: { triggers: ["harmless"] } });
      assert(codes(build, org(active([sensitive])), hiding).includes("SENSITIVITY"));
    },
  },
  {
    title: "nobody approves their own request that a gate asked for",
    attempt: (build) =>
      new Story(
        build,
        org(active([{ ...asking, policy: null }]), {
          defaults: { policy: "director", selfApproval: "allow" },
        }),
      )
        .when(asked({ agent: null, policy: null }, "hal"), approves("hal"))
        .refused("separation-of-duties"),
  },
  {
    title: "a chain of skipped levels does not approve what a gate asked for",
    attempt: (build) => {
      const conditions = when("context.size", "big");
      const lenient = policy(level(group(any, "director"), { conditions }), {
        id: "director",
        onAllSkipped: "approve",
      });
      new Story(build, { ...world(lenient), gates: active([asking]) })
        .when(asked({ policy: null, context: { size: "small" } }))
        .is("pending");
    },
  },
  {
    title: "an agent does not decide about what a gate asked for",
    attempt: (build) => {
      const agents = policy(level(group(any, "director"), { deciders: ["judge"] }), {
        id: "director",
      });
      const { directory, ...rest } = world(agents);
      const judge = { id: "judge", name: "judge", owner: "gus", version: null };
      const from: World = {
        ...rest,
        directory: { ...directory, agents: new Map(directory.agents).set("judge", judge) },
        gates: active([asking]),
        defaults: { agentDeciders: "allow" },
      };
      const slots = new Story(build, from)
        .when(asked({ policy: null }))
        .view.levels[0]?.groups[0]?.slots.map(({ approver }) => approver);
      assert.deepEqual(slots, ["hal"]);
    },
  },
  {
    title: "an edit does not bring in what a gate denies",
    attempt: (build) =>
      new Story(build, org(active([denies("*", { when: when("action.parameters.replicas", 99) })])))
        .when(asked(), replicas(99))
        .is("pending"),
  },
  {
    title: "an edit does not pass a gate that asks about it",
    attempt: (build) => {
      const big = gate(
        { type: "amount_threshold", field: "parameters.replicas", above: 10 },
        { policy: "director" },
      );
      new Story(build, org(active([big]))).when(asked(), replicas(99)).is("pending");
    },
  },
  {
    title: "checks that an asker forges do not take the place of the gates' own",
    attempt: (build) => {
      const forged = { checks: [{ check: "g", result: "pass" }] };
      const story = new Story(build, org(active([asking]))).when(asked({ policyTrace: forged }));
      assert.equal((found(story, "g") as { result?: string }).result, "escalate");
    },
  },
  {
    title: "an approve rule lifts no gate that is not marked for it",
    attempt: (build) => {
      const rules = [rule("approve", when("context.docs", "yes"))];
      new Story(build, org(active([asking], { rules })))
        .when(asked({ ...byQa, context: { docs: "yes" } }), approves("bo"))
        .refused("not-an-approver");
    },
  },
];
