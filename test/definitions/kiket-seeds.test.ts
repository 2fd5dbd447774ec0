import { describe, expect, test } from "vitest";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { MediaType, ParsedFile } from "@countersign/definitions/parse-file.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Transition } from "@countersign/domain/topic/workflow.ts";

const parse = (text: string, file = "file.yaml", mediaType: MediaType = "yaml"): ParsedFile =>
  parseFile({ text, mediaType, file });

const transitionOf = (parsed: ParsedFile): Transition => {
  const [definition] = parsed.definitions;
  const transition =
    definition?.kind === "workflow" ? definition.content.transitions[0] : undefined;
  expect(parsed.faults).toEqual([]);
  if (transition === undefined) {
    throw new Error("The file brings no transition.");
  }
  return transition;
};

const policyOf = (parsed: ParsedFile): Policy => {
  const { policy } = transitionOf(parsed);
  if (policy === null) {
    throw new Error("Nothing has to be agreed.");
  }
  return policy;
};

/** A chain's code block, which stands alone in the document, below a transition. */
const around = (block: string): string =>
  `workflow:\n  id: w\n  transitions:\n    - from: draft\n      to: production\n${block}`;

const role = (identifier: string) => ({ type: "role", identifier });

/** The code blocks of Kiket's documentation on approvals, with the indentation that its text lost. */
describe("every example of Kiket's documents means the same here", () => {
  test("a release train: states as a list, one sign-off before production", () => {
    const parsed = parse(`# definitions/workflows/release.yaml
workflow:
  name: Release Train
  states:
    - key: review
      label: In Review
    - key: production
      label: Production
  transitions:
    - from: review
      to: production
      require_approval:
        - assignment:
            type: role
            identifier: sre_lead
          metadata:
            message: "SRE sign-off required before releasing to production."
`);
    expect(parsed.ignored).toEqual([]);
    const [workflow] = parsed.definitions;
    expect(workflow).toMatchObject({
      id: "release-train",
      content: {
        states: [
          { key: "review", label: "In Review", type: null },
          { key: "production", label: "Production", type: null },
        ],
      },
    });
    expect(policyOf(parsed)).toMatchObject({
      id: "release-train--review--production",
      name: "review → production",
      chain: [
        {
          number: 1,
          name: "Level 1",
          groups: [
            {
              group: "sre_lead",
              assignments: [role("sre_lead")],
              quorum: { required: "any" },
              message: "SRE sign-off required before releasing to production.",
            },
          ],
        },
      ],
    });
  });

  test("a guard around require_approval: any of two expressions", () => {
    const parsed = parse(`workflow:
  id: w
  transitions:
    - from: review
      to: production
      when:
        any:
          - issue.priority == "critical"
          - issue.metadata.ai_generated == true
      require_approval:
        - assignment:
            type: role
            identifier: security_lead
`);
    const transition = transitionOf(parsed);
    expect(transition.when).toEqual({
      kind: "any",
      of: [
        { kind: "expression", text: 'issue.priority == "critical"' },
        { kind: "expression", text: "issue.metadata.ai_generated == true" },
      ],
    });
    expect(transition.conditions).toBeNull();
    expect(transition.policy?.chain[0]?.groups[0]?.assignments).toEqual([role("security_lead")]);
  });

  test("a chain of three levels, the last one a person found on the issue", () => {
    const { chain } = policyOf(
      parse(`workflow:
  transitions:
    - from: draft
      to: production
      approval_chain:
        chain:
          - level: 1
            name: Team Lead Review
            assignments:
              - type: role
                identifier: team_lead
            required: any    # any team lead can approve
            timeout: 24h
          - level: 2
            name: Manager Approval
            assignments:
              - type: role
                identifier: manager
            required: all    # all managers must approve
            timeout: 48h
          - level: 3
            name: Director Sign-off
            assignments:
              - type: user
                identifier: \${issue.custom_fields.director_email}
            required: all
`),
    );
    expect(
      chain.map(({ name, timeout, groups: [group] }) => [
        name,
        timeout,
        group?.assignments,
        group?.quorum.required,
      ]),
    ).toEqual([
      ["Team Lead Review", "24h", [role("team_lead")], "any"],
      ["Manager Approval", "48h", [role("manager")], "all"],
      [
        "Director Sign-off",
        null,
        [{ type: "user", identifier: "${issue.custom_fields.director_email}" }],
        "all",
      ],
    ]);
  });

  test("parallel groups, both needed", () => {
    const { chain } = policyOf(
      parse(
        around(`      approval_chain:
        chain:
          - level: 1
            name: Stakeholder Approval
            parallel:
              - group: engineering
                assignments:
                  - type: role
                    identifier: tech_lead
                required: any
              - group: product
                assignments:
                  - type: role
                    identifier: product_manager
                required: all
            logic: AND    # Both groups must complete (use OR for either)
`),
      ),
    );
    expect(chain).toMatchObject([
      {
        name: "Stakeholder Approval",
        logic: "AND",
        groups: [
          { group: "engineering", quorum: { required: "any" } },
          { group: "product", quorum: { required: "all" } },
        ],
      },
    ]);
  });

  test("a level with conditions: all of the list", () => {
    const { chain } = policyOf(
      parse(
        around(`      approval_chain:
        chain:
          - level: 2
            name: Security Review
            assignments:
              - type: role
                identifier: security_team
            conditions:
              - field: priority
                operator: "="
                value: critical
              - field: labels
                operator: contains
                value: security
`),
      ),
    );
    expect(chain[0]).toMatchObject({
      number: 1,
      conditions: {
        kind: "all",
        of: [
          { kind: "field", field: "priority", operator: "=", value: "critical" },
          { kind: "field", field: "labels", operator: "contains", value: "security" },
        ],
      },
    });
  });

  const ladder = (indent: string): string =>
    [
      "escalation:",
      "  - after: 4h",
      "    action: reminder",
      "    channels: [in_app, email]",
      "  - after: 8h",
      "    action: escalate",
      "    to:",
      "      - type: role",
      "        identifier: manager",
      "    channels: [in_app, email, slack]",
      "  - after: 24h",
      "    action: notify_executive",
      "    to:",
      "      - type: role",
      "        identifier: director",
      "  - after: 48h",
      "    action: auto_approve",
      '    reason: "Auto-approved due to timeout - no response within SLA"',
    ]
      .map((line) => `${indent}${line}\n`)
      .join("");
  const chain = `      approval_chain:
        chain:
          - level: 1
            assignments:
              - type: role
                identifier: team_lead
            timeout: 24h
`;
  const steps = [
    { after: "4h", action: "reminder", to: [], channels: ["in_app", "email"] },
    {
      after: "8h",
      action: "escalate",
      to: [role("manager")],
      channels: ["in_app", "email", "slack"],
    },
    { after: "24h", action: "notify_executive", to: [role("director")], channels: [] },
    {
      after: "48h",
      action: "auto_approve",
      reason: "Auto-approved due to timeout - no response within SLA",
    },
  ];

  test("an escalation beside the chain is the request's", () => {
    const policy = policyOf(parse(around(chain + ladder("        "))));
    expect(policy.escalation).toMatchObject(steps);
    expect(policy.chain[0]?.escalation).toEqual([]);
  });

  test("an escalation inside of a level is the level's", () => {
    const policy = policyOf(parse(around(chain + ladder("            "))));
    expect(policy.escalation).toEqual([]);
    expect(policy.chain[0]?.escalation).toMatchObject(steps);
  });
});

describe("other products' files are read as they stand", () => {
  test.each([
    [
      "a gate on cost",
      '{\n"gate_type": "cost_threshold",\n"threshold_usd": 0.50,\n"message": "Pipeline cost exceeds $0.50 threshold",\n"approvers": ["team_lead", "admin"]\n}',
      "cost-cost_threshold-1",
    ],
    [
      "a gate on sensitive actions",
      '{\n"gate_type": "sensitivity",\n"triggers": ["external_api_call", "data_export", "model_override"],\n"approvers": ["security_team"]\n}',
      "cost-sensitivity-1",
    ],
    [
      "a gate at a place of a pipeline",
      '{\n"gate_type": "manual",\n"position": "after:style_analysis",\n"message": "Review style analysis before proceeding to recommendations",\n"approvers": ["content_team"]\n}',
      "cost-manual-1",
    ],
  ])("%s, one JSON object", (_, text, id) => {
    const parsed = parse(text, "cost.json", "json");
    expect(parsed.faults).toEqual([]);
    expect(parsed.definitions).toEqual([
      { kind: "gate", id, label: null, source: text, content: JSON.parse(text) },
    ]);
  });

  test("a routing sets the defaults' routing", () => {
    const text =
      '{\n"routing": {\n"primary": { "role": "team_lead", "timeout_minutes": 30 },\n"escalation": { "role": "admin", "timeout_minutes": 60 },\n"final": { "action": "auto_reject", "timeout_minutes": 120 }\n}\n}';
    const parsed = parse(text, "routing.json", "json");
    expect(parsed.faults).toEqual([]);
    expect(parsed.definitions).toMatchObject([
      { kind: "defaults", content: { autoApprove: "forbid", routing: JSON.parse(text).routing } },
    ]);
  });

  test("tables of approval levels, in TOML", () => {
    const parsed = parse(
      `# ~/.config/kage/config.toml
[tasks]
default_approval = "on-commit"

[namespaces.backend]
approval = "on-commit"

[namespaces.infrastructure]
approval = "always"

[namespaces.experiments]
default_approval = "none"

[approvals]
# Auto-pause task if no response within timeout
timeout = "30m"

# Notify via system notification
notify = true
`,
      "config.toml",
      "toml",
    );
    expect(parsed.faults).toEqual([]);
    expect(parsed.definitions).toMatchObject([
      {
        kind: "levels",
        id: "levels",
        content: {
          tasks: { default_approval: "on-commit" },
          namespaces: {
            backend: { approval: "on-commit" },
            infrastructure: { approval: "always" },
            experiments: { default_approval: "none" },
          },
          approvals: { timeout: "30m", notify: true },
        },
      },
    ]);
  });
});
