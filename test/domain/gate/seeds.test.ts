import { describe, expect, test } from "vitest";
import { routingOf } from "@countersign/domain/gate/routing.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";
import { acts, codes, evaluated, gatesOf } from "./evaluating.ts";

/** What other products' own examples mean here, word for word as their pages print them. */

const kubernetes = acts("kubernetes:deploy", {
  namespace: "production",
  image: "app:v2.0.0",
  replicas: 3,
  resources: { cpu: "500m", memory: "512Mi" },
});

describe("Curate-Me's gates mean what its page says", () => {
  test("a cost threshold holds the next execution once the run's cumulative cost crosses it", () => {
    const gates = gatesOf(
      `{
"gate_type": "cost_threshold",
"threshold_usd": 0.50,
"message": "Pipeline cost exceeds $0.50 threshold",
"approvers": ["team_lead", "admin"]
}`,
      "json",
    );
    const spent = (usd: number) => ({
      facts: {
        cost: {
          run: { spentUsd: usd, reservedUsd: 0 },
          agent: { spentUsd: 0, reservedUsd: 0 },
          day: { spentUsd: 0, reservedUsd: 0 },
        },
      },
    });
    const next = { ...acts("agent:run"), riskSnapshot: { estimated_cost_usd: 0.1 } };
    expect(evaluated(gates, next, spent(0.4)).decision).toBe("ALLOW");
    expect(evaluated(gates, next, spent(0.41)).reasons).toEqual([
      { code: "COST_THRESHOLD", message: "Pipeline cost exceeds $0.50 threshold" },
    ]);
    expect(evaluated(gates, acts("agent:run"), spent(0.51)).decision).toBe("ESCALATE");
    const from = { ...world(), gates };
    const ask = { policy: null, riskSnapshot: { estimated_cost_usd: 0.6 } };
    const slots = given(from, asked(ask)).view.levels[0]?.groups[0]?.slots;
    expect(slots?.map(({ approver }) => approver)).toEqual(["bo", "cy", "ivy"]);
  });

  test("a sensitivity rule asks the security team about each of its triggers", () => {
    const gates = gatesOf(
      `{
"gate_type": "sensitivity",
"triggers": ["external_api_call", "data_export", "model_override"],
"approvers": ["security_team"]
}`,
      "json",
    );
    for (const trigger of ["external_api_call", "data_export", "model_override"]) {
      const verdict = evaluated(gates, { ...acts("agent:run"), context: { triggers: [trigger] } });
      expect(codes(verdict)).toEqual(["SENSITIVITY"]);
      expect(evaluated(gates, acts(trigger)).decision).toBe("ESCALATE");
    }
    expect(evaluated(gates, acts("agent:run")).decision).toBe("ALLOW");
    const done = given({ ...world(), gates }, asked({ ...acts("data_export"), policy: null })).when(
      approves("eli"),
    );
    expect(done.status).toBe("approved");
  });

  test("a manual gate pauses at its place of the pipeline and nowhere else", () => {
    const gates = gatesOf(
      `{
"gate_type": "manual",
"position": "after:style_analysis",
"message": "Review style analysis before proceeding to recommendations",
"approvers": ["content_team"]
}`,
      "json",
    );
    const at = (position: string) => ({ ...acts("agent:run"), context: { position } });
    expect(evaluated(gates, at("after:style_analysis")).reasons).toEqual([
      {
        code: "MANUAL_GATE",
        message: "Review style analysis before proceeding to recommendations",
      },
    ]);
    expect(evaluated(gates, at("after:recommendations")).decision).toBe("ALLOW");
    expect(evaluated(gates, acts("agent:run")).decision).toBe("ALLOW");
  });

  test("its routing asks the primary role, then adds the escalation, and ends by rejecting", () => {
    const text = `{
"routing": {
"primary": { "role": "team_lead", "timeout_minutes": 30 },
"escalation": { "role": "admin", "timeout_minutes": 60 },
"final": { "action": "auto_reject", "timeout_minutes": 120 }
}
}`;
    const { definitions } = parseFile({ text, mediaType: "json", file: "routing.json" });
    const [defaults] = definitions;
    if (defaults?.kind !== "defaults" || defaults.content.routing === null) {
      throw new Error("a routing is part of the defaults");
    }
    expect(routingOf(defaults.content.routing)).toMatchObject({
      role: "team_lead",
      ladder: [
        { after: "30m", action: "escalate", to: [{ type: "role", identifier: "admin" }] },
        { after: "60m", action: "reminder" },
        { after: "120m", action: "auto_deny" },
      ],
    });
  });
});

describe("UAPK's constraints mean what its page says", () => {
  const gates = gatesOf(`
gates:
  - { id: tool_authorization, gate_type: require_approval, actions: ["kubernetes:deploy"], approvers: [sre_lead],
      message: "Action 'kubernetes:deploy' requires human approval per manifest constraints" }
  - { id: amounts, gate_type: amount_threshold, actions: ["crm:delete"], field: parameters.records, above: 100, approvers: [team_lead] }
  - { id: partners, gate_type: new_counterparty, actions: ["export:run"], field: parameters.destination, approvers: [security_team] }
`);

  test("a deployment escalates with its reason behind the checks of the caller", () => {
    const checks = ["manifest_validation", "capability_token", "action_type"].map((check) => ({
      check,
      result: "pass",
    }));
    const { view } = given(
      { ...world(), gates },
      asked({ ...kubernetes, policy: null, reasonCodes: [], policyTrace: { checks } }),
    );
    expect(view.reason_codes).toEqual(["REQUIRES_APPROVAL"]);
    expect(view.policy_trace).toEqual({
      checks: [
        ...checks,
        {
          check: "tool_authorization",
          result: "escalate",
          code: "REQUIRES_APPROVAL",
          message: "Action 'kubernetes:deploy' requires human approval per manifest constraints",
        },
      ],
    });
  });

  test.each([
    ["AMOUNT_THRESHOLD", acts("crm:delete", { records: 500 })],
    ["NEW_COUNTERPARTY", acts("export:run", { destination: "partner-api.example.com" })],
  ])("%s is the reason of its own constraint", (code, fields) => {
    expect(codes(evaluated(gates, fields))).toEqual([code]);
  });
});

describe("Kage's levels mean what its page says", () => {
  const levels = `
[tasks]
default_approval = "on-commit"

[namespaces.backend]
approval = "on-commit"

[namespaces.infrastructure]
approval = "always"

[namespaces.production]
default_approval = "always"

[namespaces.experiments]
default_approval = "none"

[approvals]
# Auto-pause task if no response within timeout
timeout = "30m"

# Notify via system notification
notify = true
`;
  const gates = gatesOf(levels, "toml", "config.toml");
  const kinds = ["file_write", "git_commit", "bash"];
  const asks = (context: Readonly<Record<string, string>>) =>
    kinds.filter((type) => evaluated(gates, { ...acts(type), context }).decision === "ESCALATE");

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ["without a namespace, commits", {}, ["git_commit"]],
    ["in the backend, commits", { namespace: "backend" }, ["git_commit"]],
    ["in the infrastructure, everything", { namespace: "infrastructure" }, kinds],
    ["in production, everything", { namespace: "production" }, kinds],
    ["in experiments, nothing", { namespace: "experiments" }, []],
    ["for a task that asks for everything, everything", { approval: "always" }, kinds],
    ["for a task of an agent that asks for nothing, commits", { approval: "none" }, ["git_commit"]],
  ])("%s", (_, context, expected) => {
    expect(asks(context)).toEqual(expected);
  });
});
