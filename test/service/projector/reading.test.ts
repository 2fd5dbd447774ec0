import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { querySubject } from "@countersign/messaging/subjects.ts";
import { anAsk, principal, startOrg, type RunningOrg } from "./running-org.ts";

let org: RunningOrg;
beforeAll(async () => {
  org = await startOrg();
});
afterAll(() => org.close());

const bytes = async (who: string, name: string, parameters: object): Promise<string> =>
  (
    await org.bus.request(querySubject("demo", name), JSON.stringify(parameters), {
      headers: { "Countersign-Principal": principal(who) },
      timeoutMs: 5_000,
    })
  ).body;

describe("one request", () => {
  test("reads the same as the answer to the command that made it", async () => {
    const made = await org.command("ci", "request-approval", anAsk());
    const id = String(made.result["id"]);
    expect((await org.query("bo", "request", { id })).result).toEqual(made.result);
    const approved = await org.command("bo", "approve", {}, id);
    expect(approved.result["status"]).toBe("approved");
    expect((await org.query("cy", "request", { id })).result).toEqual(approved.result);
    // Only whoever asked is given the grant with it.
    expect((await org.query("ci", "request", { id })).result).toEqual({
      ...approved.result,
      grant: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
  });

  test("is to a foreign agent, byte for byte, as one that nobody made", async () => {
    const id = await org.ask();
    const absent = await bytes("other-bot", "request", { id: `apr_${"0".repeat(26)}` });
    expect(await bytes("other-bot", "request", { id })).toBe(absent);
    expect(await bytes("other-bot", "queue-entry", { id })).toBe(absent);
    expect(await bytes("other-bot", "request-audit", { id })).toBe(absent);
    expect(JSON.parse(absent)).toMatchObject({ ok: false, error: { code: "not-found" } });
  });

  test("is for active members of the org only", async () => {
    const id = await org.ask();
    expect((await org.query("nobody", "request", { id })).error?.code).toBe("unauthenticated");
    const foreign = await org.bus.request(querySubject("demo", "request"), JSON.stringify({ id }), {
      headers: { "Countersign-Principal": principal("bo", "acme") },
      timeoutMs: 5_000,
    });
    expect(JSON.parse(foreign.body)).toMatchObject({ error: { code: "not-found" } });
  });

  test("comes with the people in whose queue it stands", async () => {
    const id = await org.ask();
    const entry = (await org.query("vic", "queue-entry", { id })).result;
    expect(entry["now"]).toEqual(["bo", "cy"]);
    expect(entry["later"]).toEqual([]);
    expect(entry["requester"]).toEqual({ kind: "agent", id: "ci" });
  });
});

describe("a change of people", () => {
  test("shows at once in the requests that name the role, and in the queues", async () => {
    const id = await org.ask();
    const other = await org.ask({ approvers: [{ type: "user", identifier: "dee" }] });
    const before = await bytes("bo", "request", { id: other });
    await org.change({ type: "put-role", role: "qa_lead", members: ["cy", "dee"] });
    const slots = JSON.stringify((await org.query("ci", "request", { id })).result["levels"]);
    expect(slots).toContain('"approver":"dee"');
    expect(slots).not.toContain('"approver":"bo"');
    const queue = async (who: string): Promise<boolean> =>
      ((await org.query(who, "requests", { mine: "now", limit: 100 })).result.items ?? []).some(
        (item) => item["id"] === id,
      );
    expect([await queue("bo"), await queue("dee")]).toEqual([false, true]);
    expect(await bytes("bo", "request", { id: other })).toBe(before);
    await org.change({ type: "put-role", role: "qa_lead", members: ["bo", "cy"] });
    expect([await queue("bo"), await queue("dee")]).toEqual([true, false]);
  });

  test("names the open requests that it concerns, also by address and by a role one has left", async () => {
    const byRole = await org.ask();
    const byEmail = await org.ask({ approvers: [{ type: "user", identifier: "Bo@Example.com" }] });
    const ended = await org.ask();
    await org.command("bo", "approve", {}, ended);
    await org.change({ type: "put-role", role: "qa_lead", members: ["cy"] });
    const open = async (parameters: object): Promise<unknown> =>
      (await org.query("bo", "open-requests", parameters)).result["ids"];
    const concerned = await open({ people: ["bo"] });
    expect(concerned).toContain(byRole);
    expect(concerned).toContain(byEmail);
    expect(concerned).not.toContain(ended);
    expect(await open({ roles: ["nobody_has_it"] })).toEqual([]);
    await org.change({ type: "put-role", role: "qa_lead", members: ["bo", "cy"] });
  });
});

describe("the trail", () => {
  test("of a request has every event in order, with who, how and when", async () => {
    const id = await org.ask();
    await org.command("bo", "deny", { reason: "Too risky.", notes: "Later." }, id);
    const items = (await org.query("ci", "request-audit", { id })).result.items ?? [];
    expect(items.map(({ event }) => event)).toEqual([
      "RequestSubmitted",
      "LevelOpened",
      "VoteCast",
      "LevelDenied",
      "RequestDenied",
    ]);
    expect(items[2]).toMatchObject({
      request: id,
      actor: { kind: "person", id: "bo" },
      channel: "rest",
      decision: "deny",
      reason: "Too risky.",
      notes: "Later.",
      level: 1,
    });
    expect(Date.parse(String(items[2]?.["at"]))).toBeGreaterThan(0);
  });

  test("of the org is newest first, in pages, by actor and request", async () => {
    const id = await org.ask({}, "ci");
    const first = (await org.query("vic", "audit", { limit: 2 })).result;
    const { next } = first["page"] as { next: string };
    const second = (await org.query("vic", "audit", { limit: 2, after: next })).result;
    const positions = [...(first.items ?? []), ...(second.items ?? [])].map(({ position }) =>
      Number(position),
    );
    expect(positions).toEqual(positions.toSorted((a, b) => b - a));
    expect(new Set(positions).size).toBe(4);
    const whole = (await org.query("vic", "audit", { cursors: true })).result;
    const { cursors } = whole["page"] as { cursors: readonly string[] };
    const rest = (await org.query("vic", "audit", { after: cursors[2] })).result.items ?? [];
    expect(rest[0]).toEqual(whole.items?.[3]);
    const ofRequest = (await org.query("vic", "audit", { request_id: id })).result.items ?? [];
    expect(ofRequest.map(({ event }) => event)).toEqual(["LevelOpened", "RequestSubmitted"]);
    const byBo = (await org.query("vic", "audit", { actor: "bo" })).result.items ?? [];
    expect(byBo.length).toBeGreaterThan(0);
    expect(byBo.every(({ actor }) => (actor as { id: string }).id === "bo")).toBe(true);
    expect((await org.query("other-bot", "audit")).result.items).toEqual([]);
  });

  test("goes on as CloudEvents after a position, for an agent those of its own requests", async () => {
    const made = await org.command("ci", "request-approval", anAsk());
    const { id, position } = made.result;
    await org.command("bo", "approve", {}, String(id));
    const { items = [], next } = (await org.query("ci", "events", { after: position })).result;
    expect(items.map(({ cloud_event }) => (cloud_event as { type: string }).type)).toEqual([
      "io.countersign.request.vote-cast.v1",
      "io.countersign.request.level-approved.v1",
      "io.countersign.request.approved.v1",
    ]);
    expect(items[0]).toMatchObject({ cloud_event: { subject: id, org: "demo" } });
    expect(next).toBe(items.at(-1)?.["position"]);
    expect((await org.query("other-bot", "events", { after: position })).result.items).toEqual([]);
    expect((await org.query("ci", "events", { after: "x" })).error?.code).toBe("bad-request");
  });
});

test("the directory and the viewer read as they stand", async () => {
  expect((await org.query("bo", "viewer")).result).toEqual({
    id: "bo",
    kind: "person",
    org: "demo",
    name: "bo",
    access: "approver",
    roles: ["qa_lead"],
  });
  expect((await org.query("ci", "viewer")).result).toMatchObject({ kind: "agent", access: null });
  expect((await org.query("bo", "role", { id: "qa_lead" })).result["members"]).toEqual([
    "bo",
    "cy",
  ]);
  expect((await org.query("bo", "person", { id: "vic" })).result["access"]).toBe("viewer");
  expect((await org.query("bo", "agent", { id: "ci" })).result["owner"]).toBe("ana");
  expect((await org.query("bo", "person", { id: "nobody" })).error?.code).toBe("not-found");
  expect((await org.query("bo", "definitions")).result).toEqual({ definitions: [] });
  expect((await org.query("bo", "topic", { workflow: "w", id: "t" })).error?.code).toBe(
    "not-found",
  );
});

test("the figures are over what was created in the period", async () => {
  const all = (await org.query("bo", "stats")).result;
  const totals = all["totals"] as Record<string, number>;
  expect(totals["approved"]).toBeGreaterThan(0);
  expect(totals["denied"]).toBeGreaterThan(0);
  const decided = Number(totals["approved"]) + Number(totals["denied"]);
  expect(all["approval_rate"]).toBe(Number(totals["approved"]) / decided);
  const past = (await org.query("bo", "stats", { to: "2001-01-01T00:00:00Z" })).result;
  expect(past).toMatchObject({
    totals: { pending: 0, approved: 0, denied: 0 },
    approval_rate: null,
    by_agent: [],
    percentiles: { p50: null },
  });
  expect((await org.query("other-bot", "stats")).result).toMatchObject({ totals: { approved: 0 } });
});
