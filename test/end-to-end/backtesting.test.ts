import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backtest } from "@countersign/application/simulation/backtest.ts";
import type { ErrorBody } from "../testkit/http.ts";
import { commandLineAs } from "../testkit/processes/command-line.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";

const release = join(import.meta.dirname, "../../examples/kiket-release/release.yaml");
const team = [{ type: "role", identifier: "team_lead" }];
const pays = `
policy:
  id: pays
  chain:
    - assignments: [{ type: user, identifier: eli }]
      when: 'action.parameters.amount > 100'
  on_all_skipped: approve
`;

let server: Standalone;
/** Ids of the recorded requests by what they are about. */
const ids: Record<string, string> = {};

const ask = async (name: string, type: string, body: object): Promise<void> => {
  const answer = await server.as("ci").post("/approvals", {
    title: name,
    action: { type, parameters: { amount: 50, ...body } },
    ...(type === "pay" ? { policy: "pays" } : { approvers: team }),
  });
  expect(answer.status).toBe(201);
  ids[name] = answer.body.id;
};

const importYaml = async (source: string): Promise<void> => {
  const headers = { "content-type": "application/yaml" };
  const { status } = await server.as("ana").post("/definitions", source, { headers });
  expect(status).toBe(201);
};

const backtested = async (source: string, days = 1): Promise<Backtest> => {
  const answer = await server.as("ana").post<Backtest>("/definitions/backtest", { source, days });
  expect(answer.status).toBe(200);
  return answer.body;
};

beforeAll(async () => {
  server = await startStandalone();
  await importYaml(pays);
  await importYaml(await readFile(release, "utf8"));
  await ask("drop", "db:drop", {});
  await ask("deploy", "kubernetes:deploy", {});
  await ask("read", "db:read", {});
  await ask("pay much", "pay", { amount: 500 });
  const { body } = await server.as("ci").post<{ approval_ids: string[] }>("/transitions", {
    workflow: "release",
    topic: { id: "REL-1", state: "staging", attributes: {} },
    to: "pending_approval",
  });
  ids["transition"] = body.approval_ids[0] ?? "";
  await server.as("bo").post(`/approvals/${ids["deploy"]}/approve`, {});
});
afterAll(async () => {
  const { violations } = await server.finish();
  expect(violations).toEqual([]);
});

describe("a backtest", () => {
  test("holds every recorded request against draft gates, and writes nothing", async () => {
    const source = `
gates:
  - { id: never, gate_type: deny, actions: ["db:drop"] }
  - { id: deploys, gate_type: require_approval, actions: ["kubernetes:*"], approvers: [sre] }
`;
    const before = server.readLog().length;
    const backtest = await backtested(source);
    expect(backtest).toMatchObject({ requests: 5, allow: 1, deny: 1, escalate: 3, warnings: [] });
    expect(backtest.changed).toEqual([
      { approval_id: ids["drop"], was: "ESCALATE", would: "DENY" },
      { approval_id: ids["read"], was: "ESCALATE", would: "ALLOW" },
    ]);
    expect(backtest.approvers).toEqual({ bo: 1, cy: 1, eli: 2, fay: 1 });
    expect(Date.parse(backtest.period.to) - Date.parse(backtest.period.from)).toBe(86_400_000);
    expect(server.readLog().length).toBe(before);
  });

  test("holds requests of a policy against its next version, with today's people", async () => {
    const backtest = await backtested(pays.replace("> 100", "> 1000"));
    expect(backtest.changed).toContainEqual({
      approval_id: ids["pay much"],
      was: "ESCALATE",
      would: "ALLOW",
    });
    const lengthened = await backtested(
      pays.replace("user, identifier: eli", "role, identifier: sre"),
    );
    expect(lengthened.approvers).toMatchObject({ eli: 1, fay: 1 });
  });

  test("holds transitions against their workflow, and says how long answers took", async () => {
    const source = await readFile(release, "utf8");
    const draft = source.replace("identifier: qa_lead", "identifier: sre");
    expect((await backtested(draft)).approvers).toMatchObject({ fay: 1 });
    const same = await backtested(
      "gates: [{ gate_type: require_approval, actions: ['*'], approvers: [sre] }]",
    );
    expect(same.average_response_time_minutes).toBeGreaterThanOrEqual(0);
  });

  test("is the same through GraphQL", async () => {
    const { backtest } = await server.graphql("ana").data<{ backtest: object }>(
      `{ backtest(input: { source: "gates: [{ gate_type: deny, actions: ['db:*'] }]", days: 2 }) {
        requests deny escalate changed { approvalId was would } approvers period { from } warnings { code }
      } }`,
    );
    expect(backtest).toMatchObject({ requests: 5, deny: 2, escalate: 2, approvers: { eli: 1 } });
  });

  test("is the same on the command line", async () => {
    const { code, stdout } = await commandLineAs(server, "ana")(
      "workflow",
      "backtest",
      release,
      "--days",
      "7",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^5 requests from .+: 3 allowed, 2 asked about, 0 denied\.$/m);
  });

  test.each([
    ["more than 90 days", { source: "gates: []", days: 91 }, 422, "unprocessable"],
    ["no day", { source: "gates: []", days: 0 }, 422, "unprocessable"],
    ["want of a source", { days: 1 }, 422, "unprocessable"],
    ["a file with faults", { source: "policy: {", days: 1 }, 422, "invalid-definition"],
    ["an unknown field", { source: "gates: []", dayz: 1 }, 422, "unknown-field"],
    [
      "a file that no import would take",
      { source: "#".repeat(400_000), days: 1 },
      422,
      "unprocessable",
    ],
  ])("is refused for %s", async (_, body, status, code) => {
    const answer = await server.as("ana").post<ErrorBody>("/definitions/backtest", body);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  test("is refused before it is read when a file is far too large", async () => {
    const source = '\\"'.repeat(190_000);
    const answer = await server.as("ana").post<ErrorBody>("/definitions/backtest", { source });
    expect([answer.status, answer.body.error.code]).toEqual([413, "payload-too-large"]);
  });

  test("is for those who may import definitions", async () => {
    const body = { source: "gates: []" };
    expect((await server.as("ci").post("/definitions/backtest", body)).status).toBe(403);
    expect((await server.as("bo").post("/definitions/backtest", body)).status).toBe(403);
  });
});
