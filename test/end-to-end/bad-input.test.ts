import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Api, ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { asked, deployAsk, importFile, releaseFile } from "./asking.ts";

/** A name, the path, the body, and what is answered: status, code, and the path of the first fault where there is one. */
type Case = readonly [
  name: string,
  path: string,
  body: unknown,
  status: number,
  code: string,
  fault?: string,
];

const ask = (over: object): object => deployAsk(over);
const action = { type: "deploy", parameters: {} };
const ten = "x".repeat(10_240);
const rule =
  "policies: [{ id: strict, chain: [{ assignments: [{ type: role, identifier: qa_lead }], required: threshold, required_count: 9 }] }]";

const asks: readonly Case[] = [
  ["broken JSON", "/approvals", '{"title": "Deploy', 400, "bad-request"],
  ["nothing", "/approvals", "", 422, "unprocessable", "title"],
  ["a list", "/approvals", [], 400, "bad-request"],
  ["a key twice", "/approvals", '{"title":"a","title":"b"}', 400, "bad-request"],
  ["a key of prototypes", "/approvals", '{"title":"a","__proto__":{}}', 400, "bad-request"],
  ["a lone surrogate", "/approvals", '{"title":"\\ud800"}', 400, "bad-request"],
  ["a title of the wrong type", "/approvals", ask({ title: 7 }), 422, "unprocessable", "title"],
  ["no title", "/approvals", { action }, 422, "unprocessable", "title"],
  ["no action", "/approvals", { title: "Deploy" }, 422, "unprocessable", "action"],
  [
    "no parameters",
    "/approvals",
    ask({ action: { type: "deploy" } }),
    422,
    "unprocessable",
    "action.parameters",
  ],
  ["a title of 10 KB", "/approvals", ask({ title: ten }), 422, "unprocessable", "title"],
  ["a misspelt field", "/approvals", ask({ aprovers: [] }), 422, "unknown-field", "aprovers"],
  [
    "a number that JSON rounds",
    "/approvals",
    '{"title":"a","action":{"type":"a","parameters":{"n":9007199254740993}},"approvers":[{"type":"user","identifier":"bo"}]}',
    422,
    "number-not-exact",
    "action.parameters.n",
  ],
  [
    "an unknown policy",
    "/approvals",
    ask({ approvers: null, policy: "nope" }),
    422,
    "unknown-policy",
    "policy",
  ],
  [
    "policy and approvers",
    "/approvals",
    ask({ policy: "strict" }),
    422,
    "policy-and-approvers",
    "approvers",
  ],
  ["neither of them", "/approvals", ask({ approvers: null }), 422, "no-policy", "policy"],
  [
    "a role nobody is in",
    "/approvals",
    ask({ approvers: [{ type: "role", identifier: "astronaut" }] }),
    422,
    "unknown-approver",
    "approvers[0].identifier",
  ],
  [
    "a person nobody knows",
    "/approvals",
    ask({ approvers: [{ type: "user", identifier: "zoe" }] }),
    422,
    "unknown-approver",
    "approvers[0].identifier",
  ],
  [
    "only its own owner as approver",
    "/approvals",
    ask({ approvers: [{ type: "user", identifier: "ana" }] }),
    422,
    "quorum-unreachable",
    "approvers",
  ],
  [
    "a threshold above its members",
    "/approvals",
    ask({ approvers: null, policy: "strict" }),
    422,
    "quorum-unreachable",
    "policy",
  ],
  [
    "an expiry of 0",
    "/approvals",
    ask({ expires_in: "0s" }),
    422,
    "expiry-out-of-range",
    "expires_in",
  ],
  [
    "an expiry of -1",
    "/approvals",
    ask({ expires_in: "-1s" }),
    422,
    "expiry-out-of-range",
    "expires_in",
  ],
  [
    "an expiry of 100 years",
    "/approvals",
    ask({ expires_in: "36500d" }),
    422,
    "expiry-out-of-range",
    "expires_in",
  ],
  [
    "an expiry as a number",
    "/approvals",
    ask({ expires_in: 5 }),
    422,
    "unprocessable",
    "expires_in",
  ],
  [
    "another agent's id",
    "/approvals",
    ask({ agent: { id: "ci" } }),
    422,
    "unprocessable",
    "agent.id",
  ],
];

const votes: readonly Case[] = [
  ["a level that is text", "/approve", { level: "one" }, 422, "unprocessable", "level"],
  ["broken JSON", "/approve", "{", 400, "bad-request"],
  ["no reason", "/deny", {}, 422, "reason-required", "reason"],
  ["a reason of 10 KB", "/deny", { reason: ten }, 422, "unprocessable", "reason"],
  ["a reason that is a list", "/deny", { reason: [] }, 422, "unprocessable", "reason"],
];

const move = (over: object): object => ({
  workflow: "release",
  topic: { id: "v1", state: "staging" },
  to: "pending_approval",
  ...over,
});

const transitions: readonly Case[] = [
  ["no topic", "/transitions", { workflow: "release", to: "x" }, 422, "unprocessable", "topic"],
  ...["v*", "v>", "v 1", ten].map((id): Case => [
    `a topic called ${id.slice(0, 10)}`,
    "/transitions",
    move({ topic: { id, state: "staging" } }),
    422,
    "unprocessable",
    "topic.id",
  ]),
  ...["re*", "re>", "re.lease", ten].map((workflow): Case => [
    `a workflow called ${workflow.slice(0, 10)}`,
    "/transitions",
    move({ workflow }),
    422,
    "unprocessable",
    "workflow",
  ]),
];

const errorOf = ({ text }: Answer<unknown>): ErrorBody["error"] =>
  (JSON.parse(text) as ErrorBody).error;

describe("bad input", () => {
  let server: Standalone;
  let bot: Api;
  let openId = "";
  let eventsBefore = 0;

  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    await importFile(server, releaseFile, "release.yaml");
    expect((await importFile(server, rule, "strict.yaml")).status).toBe(201);
    openId = (await asked(bot)).id;
    eventsBefore = server.readLog().length;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const expectRefused = (answer: Answer<unknown>, [, , , status, code, fault]: Case): void => {
    expect(answer.status, answer.text).toBe(status);
    const error = errorOf(answer);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(/\.$/),
      correlation_id: expect.stringMatching(/./),
    });
    expect(error.message.length).toBeLessThan(1000);
    if (fault !== undefined) expect(error.details?.faults?.[0]?.path).toBe(fault);
  };

  test.each(asks.map((row) => [row[0], row] as const))("an ask with %s", async (_name, row) => {
    expectRefused(await bot.post(row[1], row[2]), row);
  });

  test.each(votes.map((row) => [row[0], row] as const))("a vote with %s", async (_name, row) => {
    expectRefused(await server.as("bo").post(`/approvals/${openId}${row[1]}`, row[2]), row);
  });

  test.each(transitions.map((row) => [row[0], row] as const))(
    "a transition with %s",
    async (_name, row) => {
      expectRefused(await bot.post(row[1], row[2]), row);
    },
  );

  test.each(["*", ">", "a.b", "a b", ten.slice(0, 900)])(
    "a role or agent called %s",
    async (id) => {
      const ana = server.as("ana");
      const path = encodeURIComponent(id);
      for (const answer of [
        await ana.put(`/directory/roles/${path}`, { members: [] }),
        await ana.put(`/directory/agents/${path}`, { name: "A", owner: "ana" }),
      ]) {
        expect(answer.status, answer.text).toBe(422);
        expect(errorOf(answer).code).toBe("unprocessable");
      }
      const person = await ana.put(`/directory/people/${encodeURIComponent("a b")}`, { name: "A" });
      expect(person.status).toBe(422);
      const policy = `policy: { id: ${JSON.stringify(id)}, chain: [{ assignments: [{ type: user, identifier: bo }] }] }`;
      const imported = await importFile(server, policy);
      expect([imported.status, errorOf(imported).code]).toEqual([422, "invalid-definition"]);
    },
  );

  test.each(["*", ">", "a.b", "a b", "demo2"])("an org called %s is absent", async (org) => {
    const path = `//api/v1/orgs/${encodeURIComponent(org)}/approvals`;
    const answer = await bot.post(path, deployAsk());
    expect([answer.status, errorOf(answer).code]).toEqual([404, "not-found"]);
  });

  test.each(["*", "a b", "..", ten.slice(0, 900), ten])("a request called %.9s", async (id) => {
    const answer = await server.as("bo").post(`/approvals/${encodeURIComponent(id)}/approve`, {});
    expect([400, 404], answer.text).toContain(answer.status);
    expect(errorOf(answer).code).toBe(answer.status === 400 ? "bad-request" : "not-found");
  });

  test("10 MB get one answer", async () => {
    const body = JSON.stringify(deployAsk({ description: "x".repeat(10 * 1024 * 1024) }));
    for (const path of [
      "/approvals",
      `/approvals/${openId}/approve`,
      "/transitions",
      "/definitions",
    ]) {
      const answer = await bot.post(path, body);
      expect([answer.status, errorOf(answer).code]).toEqual([413, "payload-too-large"]);
    }
  });

  test("what the framework refuses has the same shape", async () => {
    const none = await bot.post("/approvals", "<a/>", { headers: { "content-type": "text/xml" } });
    expect([none.status, errorOf(none).code]).toEqual([415, "unsupported-media-type"]);
    const method = await bot.put("/approvals", {});
    expect([method.status, errorOf(method).code]).toEqual([405, "method-not-allowed"]);
    const escape = await bot.get("/approvals/%E0%A4%A");
    expect([escape.status, errorOf(escape).code]).toEqual([400, "bad-request"]);
    const query = await bot.get("/approvals?colour=red");
    expect([query.status, errorOf(query).code]).toEqual([400, "bad-request"]);
    expect(errorOf(query).message).toContain("colour");
    const key = { headers: { "idempotency-key": "x".repeat(256) } };
    const long = await bot.post("/approvals", deployAsk(), key);
    expect([long.status, errorOf(long).code]).toEqual([400, "bad-request"]);
  });

  test("nothing of all this left an event or a line in the log", async () => {
    // The security log keeps who tried another org's path; nothing else is written.
    const written = server.readLog().slice(eventsBefore);
    expect(written.filter(({ type }) => type !== "AttemptRefused")).toEqual([]);
    expect(server.program.errors()).not.toMatch(
      /"level":(?:40|50|60)|"level":"(?:warn|error|fatal)"/,
    );
  });

  test("the log of all this breaks no invariant, and the audit trail tells all of it", async () => {
    expect((await server.finish()).violations).toEqual([]);
  });
});
