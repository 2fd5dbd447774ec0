import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";

const path = join(import.meta.dirname, "../../examples/kiket-release/release.yaml");
const text = readFileSync(path, "utf8");

const parsed = parseFile({ text, mediaType: "yaml", file: "release.yaml" });

const workflow = (): Workflow => {
  const [definition] = parsed.definitions;
  if (definition?.kind !== "workflow") {
    throw new Error("The file brings no workflow.");
  }
  return definition.content;
};

const transition = (from: string, to: string): Transition => {
  const found = workflow().transitions.find((each) => each.from === from && each.to === to);
  if (found === undefined) {
    throw new Error(`There is no transition from ${from} to ${to}.`);
  }
  return found;
};

const policy = (from: string, to: string): Policy => {
  const found = transition(from, to).policy;
  if (found === null) {
    throw new Error(`Nothing has to be agreed from ${from} to ${to}.`);
  }
  return found;
};

const role = (identifier: string) => ({ type: "role" as const, identifier });
const quorum = (required: "any" | "all") => ({ required, count: null, percent: null });
const plain: Omit<LevelPlan, "number" | "name" | "message" | "groups" | "timeout" | "conditions"> =
  {
    logic: "AND",
    onTimeout: null,
    escalation: [],
    onDeny: "veto",
    onEmpty: "block",
    distinctApprovers: true,
    unskippable: false,
    stepUp: false,
    calendar: null,
    deciders: [],
  };

describe("Kiket's release workflow is taken whole", () => {
  test("it has no fault, and is one workflow with its own version as label", () => {
    expect(parsed.faults).toEqual([]);
    expect(
      parsed.definitions.map(({ kind, id, label, source }) => [kind, id, label, source === text]),
    ).toEqual([["workflow", "release", "1.0.0", true]]);
  });

  test("what says nothing here is listed with its line and column", () => {
    expect(parsed.ignored.map(({ path: key, line, column }) => [key, line, column])).toEqual([
      ["states.staging.wip_limit", 28, 5],
      ["states.pending_approval.sla.on_warning", 42, 7],
      ["states.pending_approval.sla.on_breach", 47, 7],
      ["hooks", 242, 1],
      ["automations", 275, 1],
      ["analytics", 300, 1],
    ]);
  });

  test("its automatic approval is warned about, because nobody allowed it", () => {
    expect(parsed.warnings.map(({ code, line, column }) => [code, line, column])).toEqual([
      ["auto-approve-off", 198, 19],
    ]);
  });

  test("its states keep their order, labels and types", () => {
    expect(workflow().states.map(({ key, label, type }) => [key, label, type])).toEqual([
      ["development", "Development", "initial"],
      ["staging", "Staging", "active"],
      ["pending_approval", "Pending Approval", "gateway"],
      ["production", "Production", "active"],
      ["rollback", "Rollback", "active"],
      ["completed", "Completed", "final"],
      ["failed", "Failed", "final"],
    ]);
    expect(workflow().states[2]?.sla).toEqual({ warning: "2h", breach: "8h", businessHours: true });
  });
});

describe("its chain of four levels is exactly that", () => {
  const chain = policy("pending_approval", "production").chain;

  test("level 1: any QA lead within four hours", () => {
    expect(chain[0]).toEqual({
      ...plain,
      number: 1,
      name: "QA Verification",
      message: "Verify staging deployment passes all acceptance tests.",
      groups: [
        {
          group: "qa-verification",
          assignments: [role("qa_lead")],
          quorum: quorum("any"),
          message: null,
        },
      ],
      timeout: "4h",
      conditions: null,
    });
  });

  test("level 2: engineering and SRE beside each other, both needed, of SRE everybody", () => {
    expect(chain[1]).toEqual({
      ...plain,
      number: 2,
      name: "Technical Approval",
      message: "Both Engineering and SRE teams must approve.",
      groups: [
        {
          group: "engineering",
          assignments: [role("engineering_lead")],
          quorum: quorum("any"),
          message: null,
        },
        { group: "sre", assignments: [role("sre")], quorum: quorum("all"), message: null },
      ],
      timeout: "8h",
      conditions: null,
    });
  });

  test("level 3: all engineering managers, for critical or breaking releases", () => {
    expect(chain[2]).toEqual({
      ...plain,
      number: 3,
      name: "Manager Sign-off",
      message: "Engineering manager approval required for critical or breaking releases.",
      groups: [
        {
          group: "manager-sign-off",
          assignments: [role("engineering_manager")],
          quorum: quorum("all"),
          message: null,
        },
      ],
      timeout: "24h",
      conditions: {
        kind: "any",
        of: [
          { kind: "field", field: "priority", operator: "=", value: "critical" },
          { kind: "field", field: "labels", operator: "contains", value: "breaking-change" },
        ],
      },
    });
  });

  test("level 4: all directors, for major versions", () => {
    expect(chain[3]).toEqual({
      ...plain,
      number: 4,
      name: "Director Approval",
      message: "Director approval required for major version releases.",
      groups: [
        {
          group: "director-approval",
          assignments: [role("director")],
          quorum: quorum("all"),
          message: null,
        },
      ],
      timeout: "48h",
      conditions: {
        kind: "field",
        field: "custom_fields.release_type",
        operator: "=",
        value: "major",
      },
    });
    expect(chain).toHaveLength(4);
  });

  test("its ladder stands beside the chain, so it counts from the request's creation", () => {
    expect(policy("pending_approval", "production").escalation).toEqual([
      { after: "2h", action: "reminder", to: [], channels: ["in_app", "email"], reason: null },
      {
        after: "4h",
        action: "escalate",
        to: [role("engineering_manager")],
        channels: ["in_app", "email", "slack"],
        reason: null,
      },
      {
        after: "8h",
        action: "notify_executive",
        to: [role("director")],
        channels: ["in_app", "email"],
        reason: null,
      },
      {
        after: "48h",
        action: "auto_approve",
        to: [],
        channels: [],
        reason: "Auto-approved due to timeout - no response within SLA",
      },
    ]);
  });
});

describe("its other transitions", () => {
  test("asking for production is one level named after the transition, its group after the role", () => {
    const asked = policy("staging", "pending_approval");
    expect([asked.id, asked.name, asked.version]).toEqual([
      "release--staging--pending_approval",
      "Request Production Approval",
      0,
    ]);
    expect(asked.chain.map(({ name, groups }) => ({ name, groups }))).toEqual([
      {
        name: "Request Production Approval",
        groups: [
          {
            group: "qa_lead",
            assignments: [role("qa_lead")],
            quorum: quorum("any"),
            message: "QA verification required before production approval chain begins.",
          },
        ],
      },
    ]);
  });

  test("a rollback is urgent", () => {
    expect(transition("production", "rollback").urgency).toBe("critical");
    expect(transition("staging", "pending_approval").urgency).toBeNull();
  });

  test("fields that have to be there are named", () => {
    expect(transition("development", "staging").requiresFields).toEqual([
      "version_tag",
      "changelog",
    ]);
    expect(transition("development", "staging").policy).toBeNull();
  });

  test("a denied release goes back to staging, and nothing else is a rejection", () => {
    expect(
      workflow().transitions.flatMap(({ from, to, rejection }) => (rejection ? [[from, to]] : [])),
    ).toEqual([["pending_approval", "staging"]]);
  });
});
