import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../testkit/processes/command-line.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-lint-"));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return name;
};
const lint = (...args: readonly string[]): ReturnType<typeof runCommandLine> =>
  runCommandLine(["workflow", "lint", ...args], {}, folder);

const wrong = `policy:
  id: p
  chain:
    - name: Lead
      assignments: [{ type: role, identifier: team_lead }]
      required_cout: 2
      timeout: 4 hours
`;

describe("countersign workflow lint", () => {
  test("takes every example, without a server", async () => {
    const end = await runCommandLine(["workflow", "lint", "examples/kiket-release"]);
    expect(end).toMatchObject({ code: 0, stderr: "" });
    expect(end.stdout).toContain("release.yaml: ok");
    expect(end.stdout.match(/^\S+\.ya?ml: ok/gm)?.length).toBeGreaterThan(4);
  });

  test("shows every fault at its place, underlined, with what was probably meant", async () => {
    const end = await lint(await written("wrong.yaml", wrong));
    expect(end.code).toBe(1);
    expect(end.stdout.split("\n")).toEqual([
      "wrong.yaml:6:7 unknown-key `required_cout` is no key of a level.",
      "    6 |       required_cout: 2",
      "      |       ^^^^^^^^^^^^^",
      "      = Did you mean `required_count`?",
      expect.stringMatching(/^wrong\.yaml:7:16 bad-duration .+"4 hours"\.$/),
      "    7 |       timeout: 4 hours",
      "      |                ^^^^^^^",
      "wrong.yaml: 2 faults",
      "",
    ]);
  });

  test("takes keys without effect as faults when it is strict", async () => {
    const file = await written("extra.yaml", "wishes: none\ndefaults: { expires_in: 2h }\n");
    expect(await lint(file)).toMatchObject({ code: 0 });
    const strict = await lint("--strict", file);
    expect(strict.code).toBe(1);
    expect(strict.stdout).toContain("extra.yaml:1:1 unknown-key ");
  });

  test("reads JSON and TOML by the ending of the name, and answers in JSON", async () => {
    const json = await written("gate.json", '{"gate_type": "deny", "actions": ["db:drop"]}');
    const toml = await written("kage.toml", '[tasks]\ndefault_approval = "always"\n');
    const end = await lint("--json", json, toml, "wrong.yaml");
    expect(end.code).toBe(1);
    expect(JSON.parse(end.stdout)).toMatchObject({
      ok: false,
      files: [
        { file: json, ok: true },
        { file: toml, ok: true },
        { file: "wrong.yaml", ok: false, faults: [{ line: 6, column: 7 }, { line: 7 }] },
      ],
    });
  });

  test("shows characters of the file that a terminal would obey by their numbers", async () => {
    const file = await written("hostile.yaml", 'policy:\n  id: "a\\u202Eb\u202E"\n');
    const { stdout } = await lint(file);
    expect(stdout).toContain("⟨U+202E⟩");
    expect(stdout).not.toContain("\u202E");
  });

  test("ends with 2 where the command line itself is wrong", async () => {
    expect(await lint()).toMatchObject({ code: 2, stderr: expect.stringContaining("file") });
    expect(await lint("absent.yaml")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("absent.yaml cannot be read"),
    });
  });
});
