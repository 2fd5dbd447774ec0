import { expect, test } from "vitest";
import { languageOf } from "@countersign/definitions/language.ts";

test.each([
  ["a.yaml", "{}", "yaml"],
  ["a.YML", "{}", "yaml"],
  ["a.json", "a: 1", "json"],
  ["kage.toml", "a: 1", "toml"],
  ["draft", '{"gate_type": "deny"}', "json"],
  ["draft", '\n  { "gates": [] }', "json"],
  ["draft", '[tasks]\ndefault_approval = "always"', "toml"],
  ["draft", "# Levels\n\n[namespaces.backend]\napproval = 'none'", "toml"],
  ["draft", 'title = "x"', "toml"],
  ["draft", "policy:\n  id: p", "yaml"],
  ["draft", "# a = b\npolicy: { id: p }", "yaml"],
  ["draft", 'rules:\n  - { when: "a = b" }', "yaml"],
  ["release.v2", "workflow: {}", "yaml"],
  ["draft", "", "yaml"],
] as const)("%s that begins %j is %s", (file, text, language) => {
  expect(languageOf(text, file)).toBe(language);
});
