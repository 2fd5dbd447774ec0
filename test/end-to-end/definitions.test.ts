import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ErrorBody, Page, TrailEntry } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { deployAsk, importFile } from "./asking.ts";

interface Fault {
  readonly code: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly hint?: string;
}

interface Lint {
  readonly ok: boolean;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly ignored: readonly { readonly path: string }[];
}

interface Entry {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
  readonly source?: string;
}

interface ExportedFile {
  readonly kind: string;
  readonly id: string;
  readonly file: string;
  readonly media_type: string;
  readonly source: string;
}

const deploy = (required: string): string =>
  `policy:\n  id: deploy\n  chain:\n    - assignments: [{ type: role, identifier: qa_lead }]\n      required: ${required}\n`;
const gate =
  "gates:\n  - { id: deploys, gate_type: require_approval, actions: ['k8s:*'], policy: deploy }\n";

describe("definitions as code", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const yaml = { headers: { "content-type": "application/yaml" } };
  const lint = (source: string, query = "", as = "ana") =>
    server.as(as).post<Lint>(`/definitions/lint${query}`, source, yaml);
  const list = async (kind: string): Promise<readonly Entry[]> =>
    (await server.as("bo").get<{ definitions: Entry[] }>(`/definitions?kind=${kind}`)).body
      .definitions;

  test("lint says everything at once and imports nothing", async () => {
    const source = deploy("2").replace("chain:", "cain: 1\n  chain:").replace("qa_lead", "qa_led");
    const { status, body } = await lint(source, "?name=deploy.yaml");
    expect(status).toBe(200);
    expect(body.ok).toBe(false);
    expect(body.faults).toMatchObject([
      { code: "unknown-key", path: "policy.cain", line: 3, column: 3, text: "  cain: 1" },
    ]);
    expect(body.faults[0]?.hint).toBe("Did you mean `chain`?");
    expect(body.warnings).toMatchObject([
      { code: "unknown-role", hint: "Did you mean `qa_lead`?" },
    ]);
    expect(await list("policy")).toEqual([]);
  });

  test("strict lint makes faults of ignored keys", async () => {
    const source = `${deploy("any")}something_else: 1\n`;
    expect((await lint(source)).body).toMatchObject({
      ok: true,
      faults: [],
      ignored: [{ path: "something_else" }],
    });
    expect((await lint(source, "?strict=1")).body).toMatchObject({
      ok: false,
      faults: [{ code: "unknown-key", path: "something_else", line: 6, column: 1 }],
      ignored: [],
    });
    expect((await lint(source, "?strict=2")).status).toBe(400);
  });

  test("only who may import may lint or retire; another type of file is not taken", async () => {
    expect((await lint(deploy("any"), "", "bo")).status).toBe(403);
    expect((await server.as("bo").delete("/definitions/policy/deploy")).status).toBe(403);
    const other = { headers: { "content-type": "text/plain" } };
    expect((await server.as("ana").post("/definitions/lint", "x", other)).status).toBe(415);
  });

  test("a schema that could not be used at an ask is a fault at import", async () => {
    const { body } = await lint(`${deploy("any")}  schema: { $ref: "https://example.com/x" }\n`);
    expect(body.faults).toMatchObject([{ code: "bad-schema", path: "policy.schema" }]);
  });

  test("a new version says what it changes, and its loosening is audited", async () => {
    expect((await importFile(server, deploy("2"), "deploy.yaml")).status).toBe(201);
    expect((await importFile(server, deploy("any"), "deploy.yaml")).status).toBe(201);
    const { status, body } = await server
      .as("bo")
      .get("/definitions/policy/deploy/diff?from=1&to=2");
    expect(status).toBe(200);
    expect(body).toEqual({
      changes: [
        {
          path: "chain[0].required",
          text: "level 1 now needs any of qa_lead instead of 2",
          loosens: true,
        },
      ],
      lines: [
        "@@ -2 +2 @@",
        "   id: deploy",
        "   chain:",
        "     - assignments: [{ type: role, identifier: qa_lead }]",
        "-      required: 2",
        "+      required: any",
        " ",
      ],
    });
    expect((await server.as("bo").get("/definitions/policy/deploy/diff?to=9")).status).toBe(404);
    const trail = await server.as("ana").get<Page<TrailEntry>>("/audit");
    const entry = trail.body.items.find(({ event }) => event === "PolicyLoosened");
    expect(entry).toMatchObject({
      actor: { kind: "person", id: "ana" },
      definition: { kind: "policy", id: "deploy", version: 2 },
      changes: [{ path: "chain[0].required" }],
    });
  });

  test("a policy is retired once no gate names it; requests keep theirs", async () => {
    const asked = await server
      .as("ci")
      .post("/approvals", deployAsk({ policy: "deploy", approvers: null }));
    expect(asked.status, asked.text).toBe(201);
    expect((await importFile(server, gate, "gates.yaml")).status).toBe(201);
    const kept = await server.as("ana").delete<ErrorBody>("/definitions/policy/deploy");
    expect(kept.status).toBe(409);
    expect(kept.body.error).toMatchObject({
      code: "conflict",
      details: { used_by: [{ kind: "gate", id: "deploys" }] },
    });
    expect((await server.as("ana").delete("/definitions/gate/deploys")).status).toBe(200);
    const gone = await server.as("ana").delete("/definitions/policy/deploy");
    expect(gone.body).toEqual({ kind: "policy", id: "deploy", version: 2, active: false });
    expect((await server.as("ana").delete("/definitions/policy/deploy")).status).toBe(200);
    expect((await server.as("ana").delete("/definitions/policy/nothing")).status).toBe(404);
    expect((await server.as("ana").delete("/definitions/polici/deploy")).status).toBe(400);

    expect(await list("policy")).toEqual([]);
    const one = await server.as("bo").get<Entry>("/definitions/policy/deploy");
    expect(one.body).toMatchObject({ version: 2, active: false, source: deploy("any") });
    const again = await server
      .as("ci")
      .post<ErrorBody>("/approvals", deployAsk({ policy: "deploy", approvers: null }));
    expect(again.body.error.code).toBe("unknown-policy");
    const vote = await server.as("bo").post(`/approvals/${asked.body.id}/approve`, {});
    expect(vote.body.status).toBe("approved");
  });

  test("GraphQL lints, compares and retires as well", async () => {
    const ana = server.graphql("ana");
    const linted = await ana.data(
      `mutation ($input: LintDefinitionsInput!) { lintDefinitions(input: $input) {
        ... on LintDefinitionsSuccess { ok faults { code path hint } warnings { code } ignored { path } }
      } }`,
      { input: { source: deploy("sum"), strict: true } },
    );
    expect(linted).toEqual({
      lintDefinitions: {
        ok: false,
        faults: [{ code: "not-one-of", path: "policy.chain[0].required", hint: null }],
        warnings: [],
        ignored: [],
      },
    });
    await importFile(server, deploy("all"), "deploy.yaml");
    const shown = await ana.data(`{
      definition(kind: POLICY, id: "deploy") { version active source }
      definitionDiff(kind: POLICY, id: "deploy") { changes { text loosens } lines }
    }`);
    expect(shown).toMatchObject({
      definition: { version: 3, active: true },
      definitionDiff: { changes: [{ text: "level 1 now needs all of qa_lead instead of any" }] },
    });
    const retire = `mutation ($input: RetireDefinitionInput!) { retireDefinition(input: $input) {
      ... on RetireDefinitionSuccess { definition { kind id version active } }
      ... on Refusal { code }
    } }`;
    const input = { kind: "POLICY", id: "deploy" };
    expect(await server.graphql("bo").data(retire, { input })).toEqual({
      retireDefinition: { code: "forbidden" },
    });
    expect(await ana.data(retire, { input })).toEqual({
      retireDefinition: { definition: { ...input, version: 3, active: false } },
    });
  });

  test("what is exported imports as what was imported", async () => {
    const both = `${deploy("any")}${gate}`;
    expect((await importFile(server, both, "both.yaml")).status).toBe(201);
    const { body } = await server
      .as("bo")
      .get<{ files: readonly ExportedFile[] }>("/definitions/export");
    expect(body.files.map(({ kind, id, file }) => [kind, id, file])).toEqual([
      ["policy", "deploy", "both.yaml"],
      ["gate", "deploys", "both.yaml"],
    ]);
    for (const { file, media_type: type, source } of body.files) {
      const options = { headers: { "content-type": type } };
      const again = await server.as("ana").post(`/definitions?name=${file}`, source, options);
      expect(again.status, again.text).toBe(200);
    }
  });

  test("its log breaks no invariant", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
