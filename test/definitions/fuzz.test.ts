import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import type { MediaType } from "@countersign/definitions/parse-file.ts";

const release = readFileSync(
  join(import.meta.dirname, "../../examples/kiket-release/release.yaml"),
  "utf8",
);

const policy = `policy:
  id: deploy-production
  chain:
    - name: Technical
      parallel:
        - { group: engineering, assignments: [{ type: role, identifier: engineering_lead }], required: any }
        - { group: sre, assignments: [{ type: role, identifier: sre }], required: threshold, required_count: 2 }
      conditions:
        any:
          - { field: priority, operator: "=", value: critical }
          - issue.amount > 5000
      escalation:
        - { after: 30m, action: reminder, channels: [in_app, email] }
  expires_in: 24h
  schema: { type: object }
calendars:
  - { id: work, zone: UTC, hours: { mon: ["09:00-17:00"] }, holidays: [2026-12-25] }
gates:
  - { gate_type: cost_threshold, threshold_usd: 0.5, approvers: [team_lead] }
`;

const json =
  '{"routing": {"primary": {"role": "team_lead", "timeout_minutes": 30}, "final": {"action": "auto_reject", "timeout_minutes": 120}}}';
const toml =
  '[tasks]\ndefault_approval = "on-commit"\n[namespaces.backend]\napproval = "always"\n[[gates]]\ngate_type = "deny"\nactions = ["db:drop"]\n';

const documents: readonly (readonly [MediaType, string])[] = [
  ["yaml", release],
  ["yaml", policy],
  ["json", json],
  ["toml", toml],
];

/** What is put into a document: signs with a meaning, values of another type, and names that reach for prototypes. */
const snippets = [
  "__proto__: {polluted: true}\n",
  '"__proto__": {"polluted": true},',
  "constructor: {prototype: {polluted: true}}\n",
  "toString",
  "&a ",
  "*a",
  "<<: *a\n",
  "!!set ",
  "- ",
  "? ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  '"',
  "'",
  "|\n",
  "\t",
  "#",
  "---\n",
  "null",
  ".nan",
  "1e999",
  "-0",
  "${",
  "\u0000",
  "\ud800",
  "\u202e",
  "\n",
  "  ",
  "%",
  "@",
];

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 40 }),
  insert: fc.oneof(fc.constantFrom("", ...snippets), fc.string({ maxLength: 6 })),
});

const mutated = fc
  .record({
    document: fc.constantFrom(...documents),
    edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
  })
  .map(({ document: [mediaType, whole], edits }) => ({
    mediaType,
    text: edits.reduce((text, { at, remove, insert }) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + insert + text.slice(start + remove);
    }, whole),
  }));

const isPolluted = (): boolean => "polluted" in {} || "polluted" in [] || "polluted" in Object;

/** Every mapping of a parsed content has the prototype it should have, and no own `__proto__`. */
const isPlain = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) {
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const wanted: unknown = Array.isArray(value) ? Array.prototype : Object.prototype;
  return (
    prototype === wanted &&
    !Object.hasOwn(value, "__proto__") &&
    Object.values(value).every(isPlain)
  );
};

describe("two thousand damaged files", () => {
  test("are each read or faulted at a place that is there, and change nothing else", () => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(mutated, ({ mediaType, text }) => {
        const { definitions, faults, warnings, ignored } = parseFile({
          text,
          mediaType,
          file: "fuzz",
        });
        const lines = text.split("\n");
        for (const { line, column } of [...faults, ...warnings, ...ignored]) {
          const length = lines[line - 1]?.length ?? -1;
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual(length + 2);
        }
        const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
        expect(faults).toEqual(sorted);
        if (faults.length > 0) {
          expect(definitions).toEqual([]);
        }
        expect(isPlain(definitions)).toBe(true);
        expect(isPolluted()).toBe(false);
        expect(JSON.parse(JSON.stringify(definitions))).toEqual(definitions);
        if (faults.length > 0) {
          refused += 1;
        } else {
          taken += 1;
        }
      }),
      { numRuns: 2_000, seed: 20_260_101 },
    );
    // Both ways were really walked.
    expect(taken).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(800);
  }, 120_000);
});
