import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { hashed } from "@countersign/domain/definition/parsed.ts";
import { exportFile } from "@countersign/definitions/export-file.ts";
import { languageOf } from "@countersign/definitions/language.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { MediaType } from "@countersign/definitions/parse-file.ts";
import { importedByAna as metadata } from "../testkit/examples/metadata.ts";

interface File {
  readonly file: string;
  readonly mediaType: MediaType;
  readonly text: string;
}

const imported = (state: DefinitionState, { file, mediaType, text }: File) => {
  const { definitions, faults } = parseFile({ text, mediaType, file });
  expect(faults).toEqual([]);
  const known = definitions.map((each) => ({ ...each, hash: JSON.stringify(hashed(each)) }));
  const { events } = decideImport(state, { definitions: known, file });
  const after = events.reduce(
    (folded, event) => evolveDefinition(folded, { event, metadata }),
    state,
  );
  return { events, after };
};

const exportedFrom = (state: DefinitionState): readonly File[] =>
  [...state.entries.values()].flatMap((versions) =>
    versions.flatMap((entry) => {
      const made = entry.active ? exportFile(entry, state) : undefined;
      expect(made, `${entry.kind}/${entry.id}`).not.toBeNull();
      return made ? [{ file: entry.file, ...made }] : [];
    }),
  );

const several = `# Several kinds at once, in block and flow style.
policies:
  - id: deploy   # by people
    chain:
      - assignments: [{ type: role, identifier: sre }]
  - { id: other, name: "Other one", chain: [{ assignments: [{ type: user, identifier: ana }] }] }
gates:
  - gate_type: require_approval
    actions: ["k8s:*"]
    policy: deploy
  - { gate_type: deny, actions: ["db:drop"] }
  - { id: named, gate_type: high_risk, above: 0.8, approvers: [sre] }
rules: [{ id: a, when: 'action.type == "x"', decide: approve }, { when: 'action.type == "y"', decide: deny }]
calendars:
  - { id: work, zone: UTC, hours: { mon: ["09:00-17:00"] } }
recipe: { key: r, trigger: case.updated, actions: [{ type: add_label, label: x }] }
defaults:
  policy: deploy
  expires_in: 12h
workflow:
  id: release
  version: 1.0
states: [a, b]
transitions:
  - { from: a, to: b, require_approval: [{ assignment: { type: role, identifier: sre } }] }
guards:
  - { to: b, url: "https://example.com/guard" }
`;

const aliased = `policies:
  - &one
    id: one
    chain: &chain [{ assignments: [{ type: role, identifier: sre }] }]
  - { id: two, chain: *chain }
  - { <<: *one, id: three, self_approval: forbid }
`;

const toml = `[tasks]
default_approval = "on-commit"
[namespaces.backend]
approval = "always"
[[gates]]
gate_type = "deny"
actions = ["db:drop"]
[[gates]]
id = "g"
gate_type = "require_approval"
actions = ["k8s:*"]
approvers = ["sre"]
`;

const asJson = (pretty: boolean): string => {
  const value = {
    workflow: { id: "w" },
    transitions: [{ from: "a", to: "b" }],
    gates: [
      { gate_type: "deny", actions: ["x"] },
      { id: "g", gate_type: "deny" },
    ],
    policies: [{ id: "p", chain: [{ assignments: [{ type: "role", identifier: "sre" }] }] }],
    defaults: { policy: "p" },
  };
  return JSON.stringify(value, null, pretty ? 2 : undefined);
};

const examples = join(import.meta.dirname, "../../examples/kiket-release");
const example = (path: string): File => ({
  file: path.split("/").at(-1) ?? path,
  mediaType: "yaml",
  text: readFileSync(join(examples, path), "utf8"),
});
const recipes = readdirSync(join(examples, "automation_recipes")).map((name) =>
  example(`automation_recipes/${name}`),
);
const seeds = readdirSync(join(import.meta.dirname, "seeds"))
  .filter((name) => /\.(?:yaml|json|toml)$/.test(name))
  .map((file): File => {
    const text = readFileSync(join(import.meta.dirname, "seeds", file), "utf8");
    return { file, mediaType: languageOf(text, file), text };
  });

const files: readonly File[] = [
  { file: "several.yaml", mediaType: "yaml", text: several },
  { file: "aliased.yaml", mediaType: "yaml", text: aliased },
  { file: "config.toml", mediaType: "toml", text: toml },
  { file: "pretty.json", mediaType: "json", text: asJson(true) },
  { file: "narrow.json", mediaType: "json", text: asJson(false) },
  example("release.yaml"),
  ...recipes,
  ...seeds,
];

describe("what is exported imports as what was imported", () => {
  test.each(files)("$file makes no new version, here or twice", (file) => {
    const { after, events } = imported(emptyDefinition, file);
    expect(events.length).toBeGreaterThan(0);
    const exports = exportedFrom(after);
    for (const each of exports) {
      expect(imported(after, each).events).toEqual([]);
    }
    const elsewhere = exports.reduce((state, each) => imported(state, each).after, emptyDefinition);
    const hashes = (state: DefinitionState) =>
      [...state.entries].map(([key, versions]) => [key, versions.map(({ hash }) => hash)]);
    expect(hashes(elsewhere)).toEqual(hashes(after));
  });

  test("a definition alone in its file is exported as it was written", () => {
    const release = example("release.yaml");
    const [exported] = exportedFrom(imported(emptyDefinition, release).after);
    expect(exported).toEqual(release);
  });
});
