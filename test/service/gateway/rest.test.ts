import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openUnderTest, requestId, type UnderTest } from "./gateway-under-test.ts";

const id = requestId();
const base = "/api/v1/orgs/demo";
let gateway: UnderTest;

beforeAll(async () => {
  gateway = await openUnderTest({
    "request-approval": (_message, body) =>
      body["title"] === "again"
        ? { result: { id }, outcome: "repeated" }
        : { result: { id, title: body["title"] }, outcome: "created" },
    approve: () => ({ result: { id, status: "approved" } }),
    deny: () => ({
      error: {
        code: "reason-required",
        message: "A deny needs a reason.",
        details: { path: "reason" },
      },
    }),
    cancel: () => ({ error: { code: "already-resolved", message: "It is decided." } }),
    request: (_message, body) =>
      body["id"] === id
        ? { result: { id, asked: body } }
        : { error: { code: "not-found", message: "No request apr_x of org demo" } },
    requests: (_message, body) => ({ result: { items: [], page: body } }),
    stats: (_message, body) => ({ result: body }),
    "request-transition": () => ({ result: { status: "blocked" }, outcome: "blocked" }),
    "import-definitions": (message) => ({
      result: { headers: message.headers, body: message.body },
      outcome: "created",
    }),
    "put-person": (message) => ({ result: { target: message.headers["Countersign-Target"] } }),
    topic: (_message, body) => ({ result: body }),
    audit: (_message, body) => ({ result: body }),
    definition: (_message, body) => ({ result: body }),
  });
});
afterAll(() => gateway.close());

describe("an ask", () => {
  test("goes on as the text it came as, with who asked and a correlation id", async () => {
    const body = '{ "title" :"Deploy",\n"action":{} }';
    const answer = await gateway.call("POST", `${base}/approvals`, {
      as: "ci",
      body,
      headers: { "idempotency-key": "k-1", "x-correlation-id": "trace-7" },
    });
    expect(answer).toMatchObject({ status: 201, json: { id, title: "Deploy" } });
    expect(gateway.received.at(-1)).toMatchObject({
      name: "request-approval",
      subject: "countersign.v1.demo.command.request-approval",
      body,
      headers: {
        "Countersign-Principal": '{"kind":"agent","id":"ci","org":"demo","scopes":[]}',
        "Countersign-Channel": "rest",
        "Countersign-Correlation-Id": "trace-7",
        "Countersign-Idempotency-Key": "k-1",
      },
    });
  });

  test("without a body is the commander's to refuse, like one with an empty body", async () => {
    const answer = await gateway.call("POST", `${base}/approvals`);
    expect(answer.status).toBe(201);
    expect(gateway.received.at(-1)).toMatchObject({ name: "request-approval", body: "" });
  });

  test("that was answered before is 200, not 201", async () => {
    const answer = await gateway.call("POST", `${base}/approvals`, { body: { title: "again" } });
    expect(answer.status).toBe(200);
  });
});

describe("a decision", () => {
  test("names its request, and may come without a body", async () => {
    const answer = await gateway.call("POST", `${base}/approvals/${id}/approve`);
    expect(answer).toMatchObject({ status: 200, json: { status: "approved" } });
    expect(gateway.received.at(-1)).toMatchObject({
      name: "approve",
      body: "",
      headers: { "Countersign-Target": id },
    });
  });

  test("that is refused carries code, sentence, details and correlation id", async () => {
    const answer = await gateway.call("POST", `${base}/approvals/${id}/deny`, {
      body: {},
      headers: { "x-correlation-id": "c-1" },
    });
    expect(answer.status).toBe(422);
    expect(answer.json).toEqual({
      error: {
        code: "reason-required",
        message: "A deny needs a reason.",
        correlation_id: "c-1",
        details: { path: "reason" },
      },
    });
  });

  test("that comes too late is 409", async () => {
    const answer = await gateway.call("POST", `${base}/approvals/${id}/cancel`, { body: {} });
    expect(answer).toMatchObject({ status: 409, json: { error: { code: "already-resolved" } } });
  });
});

describe("reading", () => {
  test("takes the parameters of the list, each checked", async () => {
    const query =
      "status=pending,rejected&status=expired&mine=now&sort=urgency&limit=20&from=2026-03-01&q=a%20b";
    const answer = await gateway.call("GET", `${base}/approvals?${query}`);
    expect(answer.json["page"]).toEqual({
      status: ["pending", "denied", "expired"],
      mine: "now",
      sort: "urgency",
      limit: 20,
      from: "2026-03-01T00:00:00.000Z",
      q: "a b",
    });
  });

  test.each([
    ["approvals?colour=red", "colour"],
    ["approvals?status=open", "status"],
    ["approvals?mine=all", "mine"],
    ["approvals?limit=0", "limit"],
    ["approvals?limit=101", "limit"],
    ["approvals?limit=1e1", "limit"],
    ["approvals?limit=5&limit=6", "limit"],
    ["approvals?from=yesterday", "from"],
    ["approvals?to=2026-13-01", "to"],
    ["approvals?to=2026-02-30", "to"],
    ["approvals?q=", "q"],
    ["approvals?__proto__=1", "__proto__"],
    [`approvals/${id}?wait=0s`, "wait"],
    [`approvals/${id}?wait=61s`, "wait"],
    [`approvals/${id}?wait=30`, "wait"],
    [`approvals/${id}?min_position=-1`, "min_position"],
    [`approvals/${id}?min_position=99999999999999999999`, "min_position"],
    [`approvals/${id}?wait_for=question`, "wait_for"],
    ["approvals/stats?from=x", "from"],
    ["audit?request_id=1", "request_id"],
    ["events?after=x", "after"],
    ["definitions?kind=polici", "kind"],
    ["definitions/policy/x?version=0", "version"],
    ["topics/release/a?x=1", "x"],
  ])("%s is a bad request that names the parameter", async (path, parameter) => {
    const answer = await gateway.call("GET", `${base}/${path}`);
    expect(answer.status).toBe(400);
    expect(answer.json["error"]).toMatchObject({ code: "bad-request", details: { parameter } });
  });

  test("passes min_position and wait on as the projector takes them", async () => {
    const answer = await gateway.call(
      "GET",
      `${base}/approvals/${id}?min_position=12&wait=30s&wait_for=terminal`,
    );
    expect(answer.json["asked"]).toEqual({
      id,
      min_position: "12",
      wait_ms: 30_000,
      wait_for: "terminal",
    });
  });

  test("decodes ids in paths, and encodes them into headers", async () => {
    const topic = await gateway.call("GET", `${base}/topics/release/a%2Fb%231`);
    expect(topic.json).toEqual({ workflow: "release", id: "a/b#1" });
    const person = await gateway.call("PUT", `${base}/directory/people/bo%40example.org`, {
      as: "ana",
      body: { name: "Bo" },
    });
    expect(person.json).toEqual({ target: "bo%40example.org" });
  });
});

test("a transition that waits for people is 202", async () => {
  const answer = await gateway.call("POST", `${base}/transitions`, { body: { workflow: "r" } });
  expect(answer).toMatchObject({ status: 202, json: { status: "blocked" } });
});

test("a definition file goes on with its type and name", async () => {
  const answer = await gateway.call("POST", `${base}/definitions?name=a%20b.yaml`, {
    body: "policy: {id: x}",
    headers: { "content-type": "application/yaml; charset=utf-8" },
  });
  expect(answer).toMatchObject({
    status: 201,
    json: {
      body: "policy: {id: x}",
      headers: {
        "Countersign-Content-Type": "application/yaml",
        "Countersign-File": "a%20b.yaml",
      },
    },
  });
});

describe("what is foreign or absent", () => {
  test("answers the same, whatever it is", async () => {
    const headers = { "x-correlation-id": "same" };
    const paths = [
      `/api/v1/orgs/other/approvals/${id}`,
      "/api/v1/orgs/nowhere/approvals",
      `${base}/approvals/${requestId(2)}`,
      `${base}/approvals/apr_nonsense`,
      `${base}/approvals/${"x".repeat(500)}`,
      `${base}/directory/people/nobody`,
      "/api/v1/nothing",
      "/",
    ];
    const answers = await Promise.all(paths.map((path) => gateway.call("GET", path, { headers })));
    const texts = answers.map(({ text }) => text);
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
    expect(new Set(texts)).toEqual(
      new Set([
        '{"error":{"code":"not-found","message":"There is nothing here.","correlation_id":"same"}}',
      ]),
    );
  });

  test("never reaches the services of another org", async () => {
    const before = gateway.received.length;
    await gateway.call("POST", "/api/v1/orgs/other/approvals", { body: {} });
    // The caller's own org takes note of it; nobody else is asked anything.
    const told = gateway.received.slice(before);
    expect(told.map(({ subject }) => subject)).toEqual([
      "countersign.v1.demo.command.note-attempt",
    ]);
    expect(JSON.parse(told[0]?.body ?? "")).toEqual({
      code: "foreign-org",
      operation: "POST /api/v1/orgs/:org/approvals",
    });
  });
});
