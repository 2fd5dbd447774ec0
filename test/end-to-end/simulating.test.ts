import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Simulation } from "@countersign/application/simulation/simulate.ts";
import type { ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";

const release = join(import.meta.dirname, "../../examples/kiket-release/release.yaml");
const at = "2026-03-02T09:00:00.000Z";
const toProduction = { workflow: "release", from: "pending_approval", to: "production" };

let server: Standalone;

beforeAll(async () => {
  server = await startStandalone();
  const imported = await server.as("ana").post("/definitions", await readFile(release, "utf8"), {
    headers: { "content-type": "application/yaml" },
  });
  expect(imported.status).toBe(201);
});
afterAll(async () => {
  const { violations } = await server.finish();
  expect(violations).toEqual([]);
});

const simulated = async (body: object, who = "ana"): Promise<Simulation> => {
  const answer = await server.as(who).post<Simulation>("/definitions/simulate", body);
  expect(answer.text).not.toContain('"error"');
  return answer.body;
};

const people = ({ levels }: Simulation): unknown =>
  levels.map(({ name, applies, groups }) => ({
    name,
    applies,
    asked: groups.map(({ slots }) => slots.map(({ approver }) => approver)),
  }));

describe("simulating the release workflow", () => {
  test("shows who would be asked at each level, and why two of them are skipped", async () => {
    const simulation = await simulated({
      transition: toProduction,
      facts: { issue: { priority: "low", labels: [], custom_fields: { release_type: "minor" } } },
      at,
    });
    expect(people(simulation)).toEqual([
      { name: "QA Verification", applies: true, asked: [["bo", "cy"]] },
      { name: "Technical Approval", applies: true, asked: [["dee"], ["eli", "fay"]] },
      { name: "Manager Sign-off", applies: false, asked: [[]] },
      { name: "Director Approval", applies: false, asked: [[]] },
    ]);
    expect(simulation.levels[2]?.because).toBe('priority = "low"; labels = []');
  });

  test("lets a level apply whose condition cannot be evaluated, and says which field is missing", async () => {
    const { levels } = await simulated({ policy: "release/Approve for Production", at });
    expect(levels.map(({ applies }) => applies)).toEqual([true, true, true, true]);
    expect(levels[3]?.because).toBe("custom_fields.release_type missing");
  });

  test("says what a transition refuses, and that one without approval asks nobody", async () => {
    const refused = await simulated({
      transition: { workflow: "release", from: "production", to: "completed" },
    });
    expect(refused.warnings).toMatchObject([{ code: "fields-missing" }]);
    const passed = await simulated({
      transition: { workflow: "release", from: "staging", to: "development" },
    });
    expect(passed).toMatchObject({
      levels: [],
      timers: [],
      expires_at: null,
      warnings: [{ code: "no-approval" }],
    });
  });
});

const draft = `
policy:
  id: spend
  chain:
    - name: Lead
      assignments: [{ type: role, identifier: team_lead }]
      required: threshold
      required_count: 2
    - name: Security
      assignments: [{ type: role, identifier: security_team }]
      when: 'context.amount_usd > 5000'
    - name: Nobody
      assignments: [{ type: role, identifier: ghosts }]
`;

describe("simulating a draft", () => {
  test("shows it as if it were imported, dead ends included, and imports nothing", async () => {
    const simulation = await simulated({
      source: draft,
      facts: { context: { amount_usd: 100 } },
      requester: "bo",
      at,
    });
    expect(people(simulation)).toEqual([
      { name: "Lead", applies: true, asked: [["cy"]] },
      { name: "Security", applies: false, asked: [[]] },
      { name: "Nobody", applies: true, asked: [[]] },
    ]);
    expect(simulation.levels[0]?.groups[0]).toMatchObject({
      needed: 2,
      dead_end: "Group lead of level 1 wants 2 approvals and 1 can be given (role team_lead).",
    });
    expect(simulation.levels[2]?.groups[0]?.dead_end).toContain("Nobody can answer");
    expect(simulation.expires_at).toBe("2026-03-03T09:00:00.000Z");
    expect(simulation.warnings.map(({ code }) => code)).toEqual([
      "unknown-role",
      "quorum-unreachable",
    ]);
    const { status } = await server.as("ana").get("/definitions/policy/spend");
    expect(status).toBe(404);
  });

  test("is refused with every fault when it could not be imported", async () => {
    const source = draft.replace("required_count: 2", "required_cout: 2");
    const answer = await server.as("ana").post("/definitions/simulate", { source });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        error: {
          code: "invalid-definition",
          details: { faults: [{ line: 5 }, { line: 8, code: "unknown-key" }] },
        },
      },
    });
  });

  test("names the policies to choose from when it holds several", async () => {
    const source = await readFile(release, "utf8");
    const answer = await server.as("ana").post("/definitions/simulate", { source });
    expect(answer).toMatchObject({ status: 422, body: { error: { code: "ambiguous-policy" } } });
  });
});

describe("a simulation is refused", () => {
  const refusal = async (body: object, who = "ana"): Promise<unknown> => {
    const answer = await server.as(who).post<ErrorBody>("/definitions/simulate", body);
    const { code, details } = answer.body.error;
    return [answer.status, code, ...(details?.faults ?? []).map(({ path }) => path)];
  };

  test.each([
    [{}, [422, "unprocessable", "policy"]],
    [{ policy: "none" }, [422, "unknown-policy", "policy"]],
    [{ polcy: "none" }, [422, "unknown-field", "polcy"]],
    [{ policy: "release/Approve for Production", at: "noon" }, [422, "unprocessable", "at"]],
    [
      { policy: "release/Approve for Production", requester: "ghost" },
      [422, "unprocessable", "requester"],
    ],
    [
      { transition: { workflow: "release", from: "staging", to: "completed" } },
      [422, "no-such-transition"],
    ],
    [
      { transition: { workflow: "nothing", from: "a", to: "b" } },
      [422, "unprocessable", "transition.workflow"],
    ],
  ])("with its code and place: %j", async (body, expected) => {
    expect(await refusal(body)).toEqual(expected);
  });

  test("to an agent, while everybody who may read may simulate", async () => {
    const body = { policy: "release/Approve for Production" };
    expect(await refusal(body, "ci")).toEqual([403, "forbidden"]);
    expect((await simulated(body, "vic")).levels).toHaveLength(4);
  });
});
