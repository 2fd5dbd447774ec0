import { describe, expect, test } from "vitest";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { ParsedFile } from "@countersign/definitions/parse-file.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Transition } from "@countersign/domain/topic/workflow.ts";

const parse = (text: string): ParsedFile =>
  parseFile({ text, mediaType: "yaml", file: "file.yaml" });

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
