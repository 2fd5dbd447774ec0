import { describe, expect, test } from "vitest";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { MediaType, ParsedFile } from "@countersign/definitions/parse-file.ts";

const parse = (text: string, file: string, mediaType: MediaType): ParsedFile =>
  parseFile({ text, mediaType, file });

const plainGate: Omit<Gate, "id" | "subject"> = {
  actions: [],
  when: null,
  policy: null,
  approvers: [],
  routing: null,
  message: null,
  liftable: false,
};

const roles = (...names: readonly string[]): Gate["approvers"] =>
  names.map((identifier) => ({ type: "role", identifier }));

describe("other products' files are read as they stand", () => {
  test.each([
    [
      "a gate on cost",
      '{\n"gate_type": "cost_threshold",\n"threshold_usd": 0.50,\n"message": "Pipeline cost exceeds $0.50 threshold",\n"approvers": ["team_lead", "admin"]\n}',
      "cost-cost_threshold-1",
      {
        subject: { type: "cost_threshold", thresholdUsd: 0.5, per: "run" },
        message: "Pipeline cost exceeds $0.50 threshold",
        approvers: roles("team_lead", "admin"),
      },
    ],
    [
      "a gate on sensitive actions",
      '{\n"gate_type": "sensitivity",\n"triggers": ["external_api_call", "data_export", "model_override"],\n"approvers": ["security_team"]\n}',
      "cost-sensitivity-1",
      {
        subject: {
          type: "sensitivity",
          triggers: ["external_api_call", "data_export", "model_override"],
        },
        approvers: roles("security_team"),
      },
    ],
    [
      "a gate at a place of a pipeline",
      '{\n"gate_type": "manual",\n"position": "after:style_analysis",\n"message": "Review style analysis before proceeding to recommendations",\n"approvers": ["content_team"]\n}',
      "cost-manual-1",
      {
        subject: { type: "manual", position: "after:style_analysis" },
        message: "Review style analysis before proceeding to recommendations",
        approvers: roles("content_team"),
      },
    ],
  ])("%s, one JSON object", (_, text, id, gate) => {
    const parsed = parse(text, "cost.json", "json");
    expect(parsed.faults).toEqual([]);
    expect(parsed.definitions).toEqual([
      { kind: "gate", id, label: null, source: text, content: { ...plainGate, id, ...gate } },
    ]);
    expect(parsed.ignored).toEqual([]);
  });

  test("a gate without an id is named after its file, in kebab-case", () => {
    const text = '{"gate_type": "manual", "position": "after:x", "approvers": ["sre"]}';
    const [gate] = parse(text, "gates/Review_Queue v2.json", "json").definitions;
    expect(gate?.id).toBe("review-queue-v2-manual-1");
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
          fallback: "on-commit",
          namespaces: { backend: "on-commit", infrastructure: "always", experiments: "none" },
          timeout: "30m",
          notify: true,
        },
      },
    ]);
  });
});
