import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "@countersign/cli/program.ts";
import type { Terminal } from "@countersign/cli/terminal.ts";
import {
  commandLineAs,
  runCommandLine,
  type CommandLineEnd,
} from "../testkit/processes/command-line.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";

const release = "examples/kiket-release/release.yaml";
let server: Standalone;
let folder: string;

beforeAll(async () => {
  server = await startStandalone();
  folder = await mkdtemp(join(tmpdir(), "countersign-command-line-"));
});
afterAll(async () => {
  const { violations } = await server.finish();
  expect(violations).toEqual([]);
  await rm(folder, { recursive: true });
});

const as =
  (id: string) =>
  (...args: readonly string[]): Promise<CommandLineEnd> =>
    commandLineAs(server, id)(...args);
const idIn = ({ stdout }: CommandLineEnd): string => /apr_\w{26}/.exec(stdout)?.[0] ?? stdout;
const asked = async (...more: readonly string[]): Promise<string> => {
  const words = ["--title", "Deploy", "--action", "kubernetes:deploy"];
  const end = await as("ci")("approval", "request", ...words, ...more);
  expect(end).toMatchObject({ code: 0, stderr: "" });
  return idIn(end);
};

describe("approval", () => {
  test("request, list, show and approve: what is shown is what is voted for", async () => {
    const id = await asked("--parameters", '{"image":"app:v2"}', "--approver", "role:qa_lead");
    const list = await as("bo")("approval", "list", "--mine", "now");
    expect(list.stdout).toContain(id);
    expect(list.stdout).toMatch(/^ID +STATUS +URGENCY/);
    const shown = await as("bo")("approval", "show", id);
    expect(shown.stdout).toContain('image: "app:v2"');
    expect(shown.stdout).toContain("bo (open), cy (open)");
    const approved = await as("bo")("approval", "approve", id, "--notes", "Fine");
    expect(approved).toMatchObject({ code: 0 });
    expect(approved.stdout).toContain(`${id} is approved: Deploy`);
    const { body } = await server.as("bo").get(`/approvals/${id}`);
    expect(body.levels[0]?.groups[0]?.slots[0]?.vote).toMatchObject({
      payload_hash: body.payload_hash,
      notes: "Fine",
    });
  });

  test("wait ends with 0 approved, 3 denied, 4 out of time, 5 cancelled", async () => {
    const ends = async (id: string, ...more: string[]): Promise<number | null> =>
      (await as("ci")("approval", "wait", id, ...more)).code;
    const approved = await asked("--approver", "user:bo");
    await as("bo")("approval", "approve", approved);
    expect(await ends(approved)).toBe(0);
    const denied = await asked("--approver", "user:bo");
    const waiting = ends(denied);
    expect((await as("bo")("approval", "reject", denied, "--reason", "No")).code).toBe(0);
    expect(await waiting).toBe(3);
    const late = await asked("--approver", "user:bo");
    expect(await ends(late, "--timeout", "1s")).toBe(4);
    await server.as("ci").post(`/approvals/${late}/cancel`, {});
    expect(await ends(late)).toBe(5);
  });

  test("request --wait asks and ends as the request does", async () => {
    const words = ["--title", "Wait", "--action", "x", "--approver", "user:fay"];
    const waiting = as("ci")("approval", "request", ...words, "--wait", "--timeout", "1s");
    expect(await waiting).toMatchObject({ code: 4 });
  });

  test("approve all votes for the list that it shows, and asks nobody with --yes", async () => {
    const ids = [await asked("--approver", "user:eli"), await asked("--approver", "user:eli")];
    const unsure = await as("eli")("approval", "approve", "all");
    expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
    const all = await as("eli")("approval", "approve", "all", "--yes", "--json");
    const { results } = JSON.parse(all.stdout) as { results: { approval_id: string }[] };
    expect(results.map((each) => each.approval_id).toSorted()).toEqual(ids.toSorted());
    expect(all.code).toBe(0);
  });

  test("approve all asks whoever sits there, and takes only a yes for one", async () => {
    const id = await asked("--approver", "user:fay");
    const questions: string[] = [];
    const answering = async (answer: string): Promise<string> => {
      const printed: string[] = [];
      const terminal: Terminal = {
        env: {
          COUNTERSIGN_URL: server.url,
          COUNTERSIGN_TOKEN: server.token("fay"),
          COUNTERSIGN_CONFIG: join(folder, "nobody.json"),
        },
        cwd: folder,
        now: () => Date.parse("2026-01-05T09:00:00Z"),
        print: (text) => printed.push(text),
        complain: (text) => printed.push(text),
        isInteractive: true,
        ask: async (question) => {
          questions.push(question);
          return answer;
        },
        readAll: async () => "",
        exitCode: 0,
      };
      await runCli(["approval", "approve", "all"], terminal);
      expect(terminal.exitCode).toBe(0);
      return printed.join("\n");
    };
    expect(await answering("")).toContain("Nothing was approved.");
    expect((await server.as("fay").get(`/approvals/${id}`)).body.status).toBe("pending");
    expect(await answering("y")).toContain(`${id}: approved`);
    expect(questions[0]).toMatch(/^Approve these \d+\? \[y\/N\] $/);
  });

  test("what the server refuses is its sentence, its code and the correlation id, with exit code 1", async () => {
    const id = await asked("--approver", "user:bo");
    const refused = await as("cy")("approval", "approve", id);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/\(not-an-approver, correlation id \S+\)\n$/);
    const json = await as("cy")("approval", "approve", id, "--json");
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: "not-an-approver" } });
  });

  test("show prints a diff as its lines, and what will happen if nobody acts", async () => {
    const parameters = JSON.stringify({ path: "a.ts", diff: "-old\n+new\n" });
    const id = await asked(
      "--parameters",
      parameters,
      "--approver",
      "user:bo",
      "--expires-in",
      "1h",
    );
    const { stdout } = await as("bo")("approval", "show", id);
    expect(stdout).toContain('  path: "a.ts"\n  diff:\n    -old\n    +new\n');
    expect(stdout).toMatch(/If nobody acts:\n(?: .*\n)* {2}\S+Z expiry\n/);
  });

  test("shows characters that would turn a line around or move the cursor by their numbers", async () => {
    const title = "Pay \u202Eliam\u001b[2J";
    const ask = { title, action: { type: "x", parameters: {} } };
    const approvers = [{ type: "user", identifier: "bo" }];
    const { body } = await server.as("ci").post("/approvals", { ...ask, approvers });
    const { stdout } = await as("bo")("approval", "show", body.id);
    expect(stdout).toContain("Pay ⟨U+202E⟩liam⟨U+001B⟩[2J");
    const json = await as("bo")("approval", "show", body.id, "--json");
    expect(json.stdout).toContain("Pay \\u202eliam\\u001b[2J");
    expect(JSON.parse(json.stdout)).toMatchObject({ title });
  });
});

describe("delegate", () => {
  test("create, list and revoke", async () => {
    const ends = ["--ends", new Date(Date.now() + 86_400_000).toISOString()];
    const made = await as("gus")("delegate", "create", "--to", "hal", ...ends, "--json");
    expect(made.code).toBe(0);
    const { id } = JSON.parse(made.stdout) as { id: string };
    expect((await as("gus")("delegate", "list")).stdout).toContain(id);
    expect((await as("gus")("delegate", "revoke", id)).stdout).toContain("revoked");
  });
});

describe("workflow", () => {
  test("import makes a file active, and says what it would not", async () => {
    const done = await as("ana")("workflow", "import", release);
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("workflow release: version 1 is active");
    const wrong = join(folder, "wrong.yaml");
    await writeFile(wrong, "policy:\n  id: p\n  chain: []\n");
    const refused = await as("ana")("workflow", "import", wrong);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain(`${wrong}:3:10 `);
  });

  test("list, show, diff and retire what was imported", async () => {
    const file = join(folder, "kept.yaml");
    const source =
      "policy: { id: kept, chain: [{ assignments: [{ type: role, identifier: sre }] }] }\n";
    await writeFile(file, source);
    const ana = as("ana");
    await ana("workflow", "import", file);
    expect((await ana("workflow", "list", "--kind", "policy")).stdout).toMatch(
      /^policy\/kept +1 /m,
    );
    expect(await ana("workflow", "show", "policy/kept")).toMatchObject({ code: 0, stdout: source });
    await writeFile(file, source.replace("identifier: sre", "identifier: director"));
    await ana("workflow", "import", file);
    const first = await ana("workflow", "show", "policy/kept", "--version", "1");
    expect(first.stdout).toBe(source);
    const diff = await ana("workflow", "diff", "policy/kept", "--from", "1", "--to", "2");
    expect(diff.stdout).toMatch(/director/);
    expect(await ana("workflow", "retire", "policy/kept")).toMatchObject({ code: 0 });
    expect((await ana("workflow", "list")).stdout).not.toContain("policy/kept");
    expect(await ana("workflow", "show", "kept")).toMatchObject({ code: 2 });
    expect(await as("bo")("workflow", "retire", "policy/kept")).toMatchObject({ code: 1 });
  });

  test("simulate shows people, skipped levels with their reason, and timers", async () => {
    const move = "release:pending_approval->production";
    const { code, stdout } = await as("ana")(
      ...["workflow", "simulate", "--transition", move, "--at", "2026-03-02T09:00:00Z"],
      ...["--issue", '{"priority":"low","labels":[],"custom_fields":{"release_type":"minor"}}'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain("- bo, member of qa_lead");
    expect(stdout).toContain(
      '4. Director Approval: skipped (custom_fields.release_type = "minor")',
    );
    expect(stdout).toContain("Expires: 2026-03-05T22:00:00.000Z");
  });
});

describe("gate check", () => {
  test("answers with the exit code: 0 allowed, 3 denied, 6 people have to be asked", async () => {
    const gates = join(folder, "gates.yaml");
    await writeFile(
      gates,
      `gates:
  - { id: never, gate_type: deny, actions: ["db:drop"], message: "Never by an agent." }
  - { id: deploys, gate_type: require_approval, actions: ["kubernetes:*"], approvers: [sre] }
`,
    );
    expect(await as("ana")("workflow", "import", gates)).toMatchObject({ code: 0 });
    const check = as("ci");
    expect(await check("gate", "check", "db:read")).toMatchObject({ code: 0, stdout: "ALLOW\n" });
    const denied = await check("gate", "check", "db:drop");
    expect(denied).toMatchObject({ code: 3 });
    expect(denied.stdout).toContain("DENIED_BY_RULE: Never by an agent.");
    const deploy = ["gate", "check", "kubernetes:deploy", "--parameters", '{"image":"app:v2"}'];
    expect(await check(...deploy)).toMatchObject({ code: 6 });
    const asked = await check(...deploy, "--ask", "--title", "Deploy", "--json");
    expect(asked.code).toBe(6);
    expect(idIn(asked)).toMatch(/^apr_/);
    const late = ["--wait", "--timeout", "1s"];
    expect(await check(...deploy, "--ask", "--title", "Deploy", ...late)).toMatchObject({
      code: 4,
    });
    expect(await check(...deploy, "--ask")).toMatchObject({ code: 2 });
  });
});

describe("login", () => {
  test("keeps the token readable by its owner only, for its own server", async () => {
    const env = { COUNTERSIGN_CONFIG: join(folder, "kept", "login.json") };
    const login = ["login", "--url", server.url, "--as", "bo", "--data", server.dataDir];
    expect(await runCommandLine(login, env)).toMatchObject({ code: 0, stderr: "" });
    expect((await stat(env.COUNTERSIGN_CONFIG)).mode & 0o777).toBe(0o600);
    expect(await readFile(env.COUNTERSIGN_CONFIG, "utf8")).toContain(server.url);
    expect(await runCommandLine(["approval", "list"], env)).toMatchObject({ code: 0 });
    await writeFile(join(folder, "countersign.toml"), 'url = "http://127.0.0.1:9"\norg = "demo"\n');
    expect(await runCommandLine(["approval", "list"], env, folder)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There is no login for http://127.0.0.1:9"),
    });
  });

  test("refuses a token that the server does not take, and keeps nothing", async () => {
    const config = join(folder, "none.json");
    const end = await runCommandLine(["approval", "list", "--url", server.url], {
      COUNTERSIGN_CONFIG: config,
      COUNTERSIGN_TOKEN: "nonsense",
    });
    expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining("unauthenticated") });
    await expect(stat(config)).rejects.toThrow("ENOENT");
  });
});
