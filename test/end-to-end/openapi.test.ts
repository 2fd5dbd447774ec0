import { chromium, type Browser, type Page } from "playwright-core";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, type Answer, type Api } from "../testkit/http.ts";
import { describedApi, Description, type OpenApiDocument } from "../testkit/openapi.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { available, findProgram } from "../testkit/servers.ts";
import { deployAsk, releaseFile } from "./asking.ts";

const yaml = { headers: { "content-type": "application/yaml" } };

let server: Standalone;
let description: Description;

beforeAll(async () => {
  server = await startStandalone();
  const { status, body } = await makeApi(server.url, undefined, "demo").get<OpenApiDocument>(
    "//api/v1/openapi.json",
  );
  expect(status).toBe(200);
  description = new Description(body);
});
afterAll(async () => {
  const { violations } = await server.finish();
  expect(violations).toEqual([]);
});

const inHours = (count: number): string =>
  new Date(systemClock.now() + count * 3_600_000).toISOString();

/** Somebody whose every answer is held against the description. */
const as = (id: string): Api => describedApi(server.as(id), description);

/** The body, where the status is the one wanted. */
const got = async <T>(wanted: number, answer: Promise<Answer<T>>): Promise<T> => {
  const { status, text, body } = await answer;
  expect(status, text).toBe(wanted);
  return body;
};

/** A policy under which one approval is not enough. */
const bothLeads = `policies:
  - id: both-leads
    max_resubmissions: 3
    chain:
      - { assignments: [{ type: role, identifier: qa_lead }], required: all }
`;

const ask = (over: object = {}, who = "deployment-bot"): Promise<RequestView> =>
  got(201, as(who).post("/approvals", deployAsk(over)));

const refused = async (wanted: number, code: string, answer: Promise<Answer<unknown>>) => {
  const { status, text } = await answer;
  expect([status, JSON.parse(text).error.code], text).toEqual([wanted, code]);
};

describe("what the running service answers is as described", () => {
  test("from the ask to the spent grant", async () => {
    const bot = as("deployment-bot");
    const { id, payload_hash } = await ask();
    await got(200, bot.get(`/approvals/${id}`));
    await got(200, bot.get("/approvals?status=pending,denied&limit=10"));
    await got(
      200,
      bot.post(`/approvals/${id}/recommendation`, {
        recommendation: "approve",
        confidence: 0.9,
        summary: "fine",
      }),
    );
    await got(200, bot.post(`/approvals/${id}/context`, { context: { tests: 12 } }));
    await got(200, as("ci").post(`/approvals/${id}/context`, { context: { load: 1 } }));
    await got(200, as("bo").post(`/approvals/${id}/question`, { text: "Which region?" }));
    await got(200, bot.post(`/approvals/${id}/answer`, { text: "eu" }));
    await got(200, as("bo").post(`/approvals/${id}/claim`, {}));
    await got(200, as("bo").post(`/approvals/${id}/release`, {}));
    await got(200, as("bo").post(`/approvals/${id}/approve`, { payload_hash, level: 1 }));
    const { grant = "" } = await got(
      200,
      bot.get<RequestView & { grant?: string }>(`/approvals/${id}?wait=10s`),
    );
    await got(200, bot.post(`/approvals/${id}/consume`, { grant, payload_hash }));
    await got(200, bot.post(`/approvals/${id}/execution`, { status: "executed", payload_hash }));
    await got(200, bot.get(`/approvals/${id}/audit`));
  });

  test("every decision", async () => {
    const changed = await ask();
    const at = `/approvals/${changed.id}`;
    const to = [{ type: "user", identifier: "dee" }];
    const reason = "on leave";
    await got(200, as("ivy").post(`${at}/reassign`, { from: "cy", to, reason }));
    await got(200, as("bo").post(`${at}/extend`, { expires_at: inHours(48), reason }));
    const approvers = [{ type: "user", identifier: "gus" }];
    const amended = { add_approvers: [{ level: 1, approvers }], reason };
    await got(200, as("ivy").post(`${at}/amend`, amended));
    const payload = { image: "app:v2.0.1", replicas: 2 };
    const { payload_hash } = changed;
    await got(200, as("bo").post(`${at}/modify`, { payload, payload_hash }));

    await got(201, as("ana").post("/definitions", bothLeads, yaml));
    const denied = await ask({ approvers: null, policy: "both-leads" });
    await got(200, as("bo").post(`/approvals/${denied.id}/approve`, { notes: "Looks fine" }));
    await got(200, as("bo").post(`/approvals/${denied.id}/withdraw-vote`, {}));
    await got(200, as("cy").post(`/approvals/${denied.id}/deny`, { reason: "Too early" }));
    const cancelled = await ask({ previous_request_id: denied.id });
    await got(200, as("ana").post(`/approvals/${cancelled.id}/cancel`, { reason: "no need" }));

    const [one, two] = [await ask(), await ask()];
    const both = { approval_ids: [one.id, "apr_unknown"] };
    await got(200, as("bo").post("/approvals/bulk-approve", both));
    const other = { approval_ids: [two.id], reason: "Too early" };
    await got(200, as("bo").post("/approvals/bulk-deny", other));

    await got(200, as("ana").put("/directory/roles/break_glass", { members: ["fay"] }));
    const urgent = await ask();
    await got(200, as("fay").post(`/approvals/${urgent.id}/break-glass`, { reason: "Outage" }));
  });

  test("definitions, topics, evaluations and simulations", async () => {
    const ana = as("ana");
    await got(201, ana.post("/definitions?name=release.yaml", releaseFile, yaml));
    await got(200, ana.post("/definitions?name=release.yaml", releaseFile, yaml));
    const next = releaseFile.replace("4h", "6h");
    await got(201, ana.post("/definitions", next, yaml));
    await got(200, ana.post("/definitions/lint?strict=1", releaseFile, yaml));
    await got(200, ana.get("/definitions?kind=workflow"));
    await got(200, ana.get("/definitions/workflow/release?version=1"));
    await got(200, ana.get("/definitions/workflow/release/diff"));
    await got(200, ana.get("/definitions/export"));
    const transition = { workflow: "release", from: "pending_approval", to: "production" };
    await got(200, ana.post("/definitions/simulate", { transition }));
    await got(200, ana.post("/definitions/backtest", { source: releaseFile, days: 1 }));
    const action = { type: "kubernetes:deploy", parameters: {} };
    await got(200, as("deployment-bot").post("/evaluate", { action }));

    const move = (id: string, to: string) =>
      as("deployment-bot").post<{ approval_ids: readonly string[] }>("/transitions", {
        workflow: "release",
        topic: { id, state: "staging", attributes: { priority: "high" } },
        to,
      });
    await got(200, move("r-1", "development"));
    const { approval_ids } = await got(202, move("r-2", "pending_approval"));
    await got(200, ana.get(`/approvals/${approval_ids[0]}`));
    await got(200, as("deployment-bot").get("/topics/release/r-1"));
    const facts = { priority: "low" };
    const topic = { workflow: "release", id: "r-1" };
    await got(200, as("deployment-bot").post("/signals", { topic, facts }));
    const spent = { run: "build-1", facts: { cost_usd: 2 } };
    await got(200, as("deployment-bot").post("/signals", spent));
    await got(200, ana.delete("/definitions/workflow/release"));
  });

  test("people, delegations, keys and standing grants", async () => {
    const ana = as("ana");
    await got(200, ana.put("/directory/people/kim", { name: "Kim", access: "approver" }));
    await got(200, ana.get("/directory/people/kim"));
    await got(200, ana.delete("/directory/people/kim"));
    await got(200, ana.get("/directory/roles/qa_lead"));
    await got(200, ana.put("/directory/agents/nightly", { name: "Nightly", owner: "ana" }));
    await got(200, ana.get("/directory/agents/nightly"));

    const ends_at = inHours(1);
    const { id } = await got(
      201,
      as("bo").post<{ id: string }>("/delegations", { to: "cy", ends_at }),
    );
    await got(200, as("bo").get("/delegations"));
    await got(200, as("bo").delete(`/delegations/${id}`));
    const day = inHours(1).slice(0, 10).replaceAll("-", "");
    const calendar = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:${day}
DURATION:P2D
END:VEVENT
END:VCALENDAR
`.replaceAll("\n", "\r\n");
    const headers = { "content-type": "text/calendar" };
    await got(201, as("bo").post("/delegations/import?to=cy", calendar, { headers }));

    const key = await got(201, ana.post<{ id: string }>("/api-keys", { agent: "ci" }));
    await got(200, ana.get("/api-keys"));
    await got(200, ana.delete(`/api-keys/${key.id}`));
    const grant = await got(
      201,
      ana.post<{ id: string }>("/standing-grants", { actions: ["db:*"], ends_at, reason: "Night" }),
    );
    await got(200, ana.get("/standing-grants"));
    await got(200, ana.delete(`/standing-grants/${grant.id}`));
    await got(200, ana.post("//dev/tokens", { sub: "bo" }));
  });

  test("figures, trails, ToolWeaver's paths, and what stands at the root", async () => {
    const ana = as("ana");
    await got(200, ana.get("/approvals/stats?from=2020-01-01"));
    await got(200, ana.get("/audit?limit=100"));
    await got(200, ana.get("/audit?format=csv"));
    await got(200, ana.get("/audit?format=jsonl"));
    const [one, two] = [await ask(), await ask()];
    await got(200, as("bo").get("//approval/pending"));
    await got(200, as("bo").get(`//approval/${one.id}`));
    await got(200, as("bo").post(`//approval/${one.id}/approve`, {}));
    await got(200, as("bo").post(`//approval/${two.id}/reject`, { reason: "Too early" }));
    await got(200, ana.post("//graphql", { query: "{ viewer { id } }" }));
    for (const path of ["healthz", "readyz", "metrics", "docs", "api/v1/openapi.json"])
      await got(200, ana.get(`//${path}`));
    await got(200, ana.get("//.well-known/countersign/jwks.json"));
    await got(200, ana.get("//graphql", { headers: { accept: "text/html" } }));
  });

  test("live events", async () => {
    using stream = await server.events("ana", "?after=0");
    for (let count = 0; count < 30; count += 1) {
      const { data } = await stream.nextData();
      expect(description.schemaFault("CloudEvent", JSON.parse(data)), data).toBeNull();
    }
  });

  test("and so is every no", async () => {
    const bot = as("deployment-bot");
    const { id } = await ask();
    const nobody = describedApi(makeApi(server.url, undefined, "demo"), description);
    await refused(400, "bad-request", bot.get("/approvals?colour=red"));
    await refused(401, "unauthenticated", nobody.get(`/approvals/${id}`));
    await refused(403, "not-an-approver", as("dee").post(`/approvals/${id}/approve`, {}));
    await refused(404, "not-found", bot.get("/approvals/apr_00000000000000000000000000"));
    await refused(
      409,
      "payload-changed",
      as("bo").post(`/approvals/${id}/approve`, { payload_hash: "x" }),
    );
    await refused(413, "payload-too-large", bot.post("/approvals", `"${"x".repeat(400_000)}"`));
    const headers = { "content-type": "text/plain" };
    await refused(415, "unsupported-media-type", bot.post("/approvals", "x", { headers }));
    await refused(422, "reason-required", as("bo").post(`/approvals/${id}/deny`, {}));
    await refused(422, "unknown-field", bot.post("/approvals", deployAsk({ titel: "x" })));
  });

  test("none of what is described was left out", () => {
    const left = description.operations().filter((name) => !description.seen.has(name));
    // A stream that does not end, and a redirect.
    expect(left).toEqual(["get /api/v1/orgs/{org}/events", "get /sign-in"]);
  });
});

describe.runIf(available("chromium"))("the page of the REST interface in a browser", () => {
  let browser: Browser;
  let page: Page;
  const elsewhere: string[] = [];
  const failures: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: findProgram("chromium") ?? "",
      args: ["--no-sandbox"],
    });
    page = await browser.newPage();
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && hostname !== "127.0.0.1") elsewhere.push(request.url());
    });
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") failures.push(message.text());
    });
  }, 60_000);
  afterAll(() => browser.close());

  test("shows the operations, and what an ask holds", async () => {
    await page.goto(`${server.url}/docs`);
    await page.getByText("Ask for an approval", { exact: true }).waitFor();
    await page.locator('[data-path="/api/v1/orgs/{org}/approvals"]').first().waitFor();
    expect(await page.locator(".opblock-tag").count()).toBeGreaterThan(8);
  }, 60_000);

  test("sends a call from there with a token", async () => {
    await page.locator(".authorize").first().click();
    await page.locator('input[aria-label="auth-bearer-value"]').fill(server.token("ana"));
    await page.locator(".auth-btn-wrapper .authorize").first().click();
    await page.locator(".btn-done").first().click();
    const operation = page.locator("#operations-Requests-get-approvals-stats");
    await operation.locator(".opblock-summary-control").click();
    await operation.locator(".try-out__btn").click();
    await operation.locator('tr[data-param-name="org"] input').fill("demo");
    await operation.locator(".execute").click();
    await operation.locator(".live-responses-table").getByText("approval_rate").waitFor();
  }, 60_000);

  test("and nothing was loaded from elsewhere, nor failed", () => {
    expect(elsewhere).toEqual([]);
    expect(failures).toEqual([]);
  });
});
