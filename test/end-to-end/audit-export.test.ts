import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { allPages } from "../testkit/http.ts";
import { asked } from "./asking.ts";

describe("the audit trail as a file", () => {
  let server: Standalone;
  beforeAll(async () => {
    server = await startStandalone();
    // More events than one page has.
    const agent = server.as("deployment-bot");
    for (let count = 0; count < 60; count++) await asked(agent);
    const { id } = await asked(agent);
    const reason = 'No, "never",\nnot on a Friday';
    const denied = await server.as("bo").post(`/approvals/${id}/deny`, { reason, notes: "=1+1" });
    expect(denied.status).toBe(200);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("has every entry of the pages, a line each, as JSON", async () => {
    const ana = server.as("ana");
    const { status, text, headers } = await ana.get("/audit?format=jsonl");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("application/x-ndjson");
    const lines = text.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.map((line) => JSON.parse(line))).toEqual(await allPages(ana, "/audit"));
  });

  test("is narrowed like the pages", async () => {
    const { text } = await server.as("ana").get("/audit?format=jsonl&actor=bo");
    const entries = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(entries.map(({ event }) => event)).toContain("VoteCast");
    for (const { actor } of entries) expect(actor.id).toBe("bo");
  });

  test("as CSV has one header, quotes what must be quoted and starts no formula", async () => {
    const { text, headers } = await server.as("ana").get("/audit?format=csv&actor=bo");
    expect(headers.get("content-type")).toContain("text/csv");
    expect(text.split("\r\n")[0]).toBe(
      "position,at,event,category,request,actor_kind,actor_id,on_behalf_of,channel,level,step,decision,group,code,notes,reason,event_id,correlation_id",
    );
    expect(text).toContain(`"No, ""never"",\nnot on a Friday"`);
    expect(text).toContain(",'=1+1,");
  });

  test("shows an agent nothing of requests that others made", async () => {
    const other = await server.as("ci").get("/audit?format=jsonl");
    expect(other.status).toBe(200);
    expect(other.text).toBe("");
  });

  test.for(["format=xml", "format=csv&limit=5", "format=jsonl&after=x", "format=csv&from=soon"])(
    "%s is a bad request",
    async (query) => {
      const { status, body } = await server.as("ana").get(`/audit?${query}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: { code: "bad-request" } });
    },
  );
});
