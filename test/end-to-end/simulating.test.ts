import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Simulation } from "@countersign/application/simulation/simulate.ts";
import { makeApi, type ErrorBody } from "../testkit/http.ts";
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

const timersIn = ({ timers }: Simulation): readonly string[] =>
  timers.map(({ at: when, action, level, step, to, suppressed }) => {
    const which = step === null ? action : `${action} ${step}`;
    const whom = to.length === 0 ? "" : ` to ${to.join(", ")}`;
    const why = suppressed === undefined ? "" : `: ${suppressed}`;
    return `${when.slice(0, 16)} ${which} of ${level ?? "all"}${whom}${why}`;
  });

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

  test("plans every timer in order, and says which would do nothing", async () => {
    const simulation = await simulated({
      transition: toProduction,
      facts: { issue: { priority: "low", labels: [], custom_fields: { release_type: "minor" } } },
      at,
    });
    expect(simulation.expires_at).toBe("2026-03-05T22:00:00.000Z");
    expect(timersIn(simulation)).toEqual([
      "2026-03-02T11:00 reminder 1 of all to bo, cy",
      "2026-03-02T13:00 escalate 2 of all to gus",
      "2026-03-02T13:00 due of 1",
      "2026-03-02T17:00 notify_executive 3 of all to hal",
      "2026-03-02T17:00 due of 2",
      "2026-03-04T09:00 auto_approve 4 of all: Policy and organisation do not both allow it.",
      "2026-03-05T13:30 approaching of all",
      "2026-03-05T22:00 expiry of all",
    ]);
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
    expect(simulation.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["unknown-role", "quorum-unreachable"]),
    );
    const { status } = await server.as("ana").get("/definitions/policy/spend");
    expect(status).toBe(404);
  });

  test("counts by its own calendar in business hours, and each level from its own opening", async () => {
    const { timers, expires_at, warnings } = await simulated({
      source: `
calendars:
  - { id: office, zone: Europe/Berlin, hours: { fri: ["09:00-17:00"], mon: ["09:00-17:00"] } }
policy:
  id: weekend
  expires_in: 7d
  auto_approve: allow
  chain:
    - assignments: [{ type: user, identifier: bo }]
      calendar: office
      timeout: 4h
      on_timeout: deny
      escalation:
        - { after: 1h, action: reminder }
        - { after: 2h, action: auto_approve }
    - assignments: [{ type: user, identifier: cy }]
      escalation: [{ after: 30m, action: escalate, to: [{ type: role, identifier: director }] }]
`,
      // A Friday, half an hour before the office closes.
      at: "2026-03-06T15:30:00Z",
    });
    expect(warnings.map(({ code }) => code)).not.toContain("quorum-unreachable");
    expect(timersIn({ levels: [], timers, expires_at, warnings })).toEqual([
      "2026-03-06T16:00 escalate 1 of 2 to hal",
      "2026-03-09T08:30 reminder 1 of 1 to bo",
      "2026-03-09T09:30 auto_approve 2 of 1: Policy and organisation do not both allow it.",
      "2026-03-09T11:30 due of 1",
      "2026-03-12T22:42 approaching of all: It is resolved before that.",
      "2026-03-13T15:30 expiry of all: It is resolved before that.",
    ]);
  });

  test("shows gates that would fire, and one that would refuse", async () => {
    const source = `
gates:
  - { id: never, gate_type: deny, actions: ["db:drop"], message: "Never." }
  - { id: deploys, gate_type: require_approval, actions: ["kubernetes:*"], approvers: [sre] }
policy: { id: lead, chain: [{ name: Lead, assignments: [{ type: role, identifier: team_lead }] }] }
`;
    const deploy = { type: "kubernetes:deploy", parameters: {} };
    const both = await simulated({ source, policy: "lead", facts: { action: deploy } });
    expect(people(both)).toMatchObject([
      { applies: true, asked: [["eli", "fay"]] },
      { name: "Lead", applies: true, asked: [["bo", "cy"]] },
    ]);
    const alone = await simulated({
      source: source.replace(/policy:.*/, ""),
      facts: { action: deploy },
      requester: "vic",
    });
    expect(people(alone)).toMatchObject([{ asked: [["eli", "fay"]] }]);
    expect(alone.warnings).toMatchObject([{ code: "forbidden" }]);
    const drop = { type: "db:drop", parameters: {} };
    const none = await simulated({ source, policy: "lead", facts: { action: drop } });
    expect(none).toMatchObject({ levels: [], warnings: [{ code: "denied-by-rule" }] });
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

  test("to whoever may not import definitions either: all but admins and keys with the scope", async () => {
    const body = { policy: "release/Approve for Production" };
    expect(await refusal(body, "ci")).toEqual([403, "forbidden"]);
    expect(await refusal(body, "bo")).toEqual([403, "forbidden"]);
    expect((await simulated(body, "ivy")).levels).toHaveLength(4);
    const { body: issued } = await server
      .as("ana")
      .post<{ key: string }>("/api-keys", { agent: "ci", scopes: ["definitions:write"] });
    const withKey = makeApi(server.url, issued.key, "demo");
    expect((await withKey.post("/definitions/simulate", body)).status).toBe(200);
  });
});

describe("GraphQL", () => {
  const query = `query ($input: SimulateInput!) { simulate(input: $input) {
    levels { number name applies because logic groups { group needed deadEnd slots { approver why via { type } } } }
    timers { at action level step to suppressed } expiresAt warnings { code message line }
  } }`;

  test("simulates as REST does", async () => {
    const input = {
      transition: toProduction,
      facts: { issue: { priority: "critical", labels: [] } },
      requester: "ci",
      at,
    };
    const rest = await simulated(input);
    const { simulate } = await server
      .graphql("ana")
      .data<{ simulate: { levels: Simulation["levels"]; expiresAt: string } }>(query, { input });
    expect(simulate.expiresAt).toBe(rest.expires_at);
    expect(people({ ...rest, levels: simulate.levels })).toEqual(people(rest));
    expect(simulate.levels[2]?.because).toBe('priority = "critical"; labels = []');
  });

  test("says what is refused as an error of the whole query", async () => {
    const { body } = await server.graphql("ana").ask(query, { input: { policy: "none" } });
    expect(body.errors).toMatchObject([{ extensions: { code: "unknown-policy" } }]);
  });
});
