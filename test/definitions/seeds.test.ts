import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { languageOf } from "@countersign/definitions/language.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";

const folder = join(import.meta.dirname, "seeds");
const examples = join(import.meta.dirname, "../../examples/kiket-release");

const blocks = readdirSync(folder).filter((name) => !name.endsWith(".md"));
const recipes = readdirSync(join(examples, "automation_recipes"));

const read = (path: string, file: string) => {
  const text = readFileSync(path, "utf8");
  return parseFile({ text, mediaType: languageOf(text, file), file });
};

const goldenOf = (file: string): string =>
  join(import.meta.dirname, "golden", `${file.replaceAll("/", "-")}.golden`);

/** What is read, without the text that it was read from. */
const shown = ({ definitions, warnings, ignored }: ReturnType<typeof read>): string => {
  const brought = definitions.map(({ kind, id, label, content }) => ({ kind, id, label, content }));
  const warned = warnings.map(({ code, path }) => ({ code, path }));
  return `${JSON.stringify({ definitions: brought, warnings: warned, ignored }, null, 2)}\n`;
};

describe("every block is read as the golden file says", () => {
  test.each([
    ...blocks.map((file) => [file, join(folder, file)]),
    ["release.yaml", join(examples, "release.yaml")],
    ...recipes.map((file) => [file, join(examples, "automation_recipes", file)]),
  ])("%s", async (file, path) => {
    const parsed = read(path, file);
    expect(parsed.faults).toEqual([]);
    await expect(shown(parsed)).toMatchFileSnapshot(goldenOf(file));
  });
});

const person = (role: string) => ({ type: "role", identifier: role });

/** What the documents say that each block does, as far as one look at the model shows it. */
const meanings: Readonly<Record<string, object>> = {
  // "Automatically require approval when an operation exceeds a cost limit", cumulative over a run.
  "curate-me-cost-threshold.json": {
    subject: { type: "cost_threshold", thresholdUsd: 0.5, per: "run" },
    actions: [],
    approvers: [person("team_lead"), person("admin")],
    message: "Pipeline cost exceeds $0.50 threshold",
    liftable: false,
  },
  // "Require approval for operations involving sensitive data or high-impact actions."
  "curate-me-sensitivity.json": {
    subject: {
      type: "sensitivity",
      triggers: ["external_api_call", "data_export", "model_override"],
    },
    approvers: [person("security_team")],
  },
  // "Insert explicit approval points in any workflow."
  "curate-me-manual.json": {
    subject: { type: "manual", position: "after:style_analysis" },
    approvers: [person("content_team")],
  },
  // "If not acted on within a time window, escalate to the next level."
  "curate-me-routing.json": {
    routing: {
      primary: { role: "team_lead", timeout_minutes: 30 },
      escalation: { role: "admin", timeout_minutes: 60 },
      final: { action: "auto_reject", timeout_minutes: 120 },
    },
  },
  "kage-global-default.toml": { fallback: "on-commit", namespaces: {} },
  "kage-per-namespace.toml": { namespaces: { backend: "on-commit", infrastructure: "always" } },
  "kage-namespace-defaults.toml": { namespaces: { production: "always", experiments: "none" } },
  // "Auto-pause task if no response within timeout", "notify via system notification".
  "kage-timeout.toml": { timeout: "30m", notify: true },
};

/** The chain of the block's only transition. */
const chains: Readonly<Record<string, readonly object[]>> = {
  // "SRE sign-off required before releasing to production."
  "kiket-release-train.yaml": [
    { groups: [{ assignments: [person("sre_lead")], quorum: { required: "any" } }] },
  ],
  "kiket-guard.yaml": [{ groups: [{ assignments: [person("security_lead")] }] }],
  // "Approvals progress sequentially through levels": any team lead, all managers, one director.
  "kiket-chain.yaml": [
    { name: "Team Lead Review", timeout: "24h", groups: [{ quorum: { required: "any" } }] },
    { name: "Manager Approval", timeout: "48h", groups: [{ quorum: { required: "all" } }] },
    {
      name: "Director Sign-off",
      groups: [
        {
          assignments: [{ type: "user", identifier: "${issue.custom_fields.director_email}" }],
          quorum: { required: "all" },
        },
      ],
    },
  ],
  // "Both groups must complete."
  "kiket-parallel-groups.yaml": [
    { logic: "AND", groups: [{ group: "engineering" }, { group: "product" }] },
  ],
  // "Skip approval levels based on issue attributes": both conditions together.
  "kiket-conditional-level.yaml": [
    { name: "Security Review", conditions: { kind: "all", of: [{}, {}] } },
  ],
  "kiket-escalation.yaml": [
    {
      timeout: "24h",
      escalation: [
        { after: "4h", action: "reminder" },
        { after: "8h", action: "escalate", to: [person("manager")] },
        { after: "24h", action: "notify_executive", to: [person("director")] },
        { after: "48h", action: "auto_approve" },
      ],
    },
  ],
};

describe("every block means what its document says", () => {
  test.each(Object.keys(meanings))("%s", (file) => {
    const { definitions } = read(join(folder, file), file);
    expect(definitions.map(({ content }) => content)).toMatchObject([meanings[file] ?? {}]);
  });

  test.each(Object.keys(chains))("%s", (file) => {
    const [definition] = read(join(folder, file), file).definitions;
    const transitions = definition?.kind === "workflow" ? definition.content.transitions : [];
    expect(transitions.map(({ policy }) => policy?.chain)).toMatchObject([chains[file] ?? []]);
  });

  test("kiket-guard.yaml asks for approval only where one of its guards holds", () => {
    const [definition] = read(join(folder, "kiket-guard.yaml"), "guard.yaml").definitions;
    const transitions = definition?.kind === "workflow" ? definition.content.transitions : [];
    expect(transitions[0]?.when).toEqual({
      kind: "any",
      of: [
        { kind: "expression", text: 'issue.priority == "critical"' },
        { kind: "expression", text: "issue.metadata.ai_generated == true" },
      ],
    });
  });

  test("kiket-state-approvals.yaml guards what leaves a state, but not what takes it back", () => {
    const { definitions, ignored } = read(join(folder, "kiket-state-approvals.yaml"), "x.yaml");
    const [workflow] = definitions;
    const transitions = workflow?.kind === "workflow" ? workflow.content.transitions : [];
    const people = transitions.map(({ from, to, policy }) => [
      `${from} ${to}`,
      policy?.chain.map(({ groups, conditions }) => [
        groups[0]?.assignments[0]?.identifier,
        conditions !== null,
      ]) ?? null,
    ]);
    expect(people).toEqual([
      ["draft legal", null],
      ["legal finance", [["legal_team", true]]],
      ["legal draft", null],
      [
        "finance signed",
        [
          ["finance_lead", false],
          ["director", true],
        ],
      ],
      ["finance draft", null],
    ]);
    expect(ignored.map(({ path }) => path)).toEqual([
      "workflow.transitions[2]",
      "workflow.transitions[4]",
    ]);
  });

  test("uapk-constraints.yaml has a gate for each of its reasons to ask", () => {
    const { definitions } = read(join(folder, "uapk-constraints.yaml"), "uapk.yaml");
    const gates = definitions.flatMap((each) => (each.kind === "gate" ? [each.content] : []));
    expect(gates.map(({ subject: { type }, actions }) => [type, actions])).toEqual([
      ["require_approval", ["kubernetes:deploy"]],
      ["amount_threshold", ["crm:delete"]],
      ["new_counterparty", ["export:run"]],
      ["high_risk", []],
    ]);
  });
});
