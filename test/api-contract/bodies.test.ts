import { describe, expect, test } from "vitest";
import { parseAsk } from "@countersign/api-contract/ask.ts";
import { parseBulkApprove } from "@countersign/api-contract/bulk.ts";
import { parseAnswer, parseExtend, parseModify } from "@countersign/api-contract/changes.ts";
import { parseAgent, parsePerson, parseRole } from "@countersign/api-contract/directory.ts";
import type { Parsed } from "@countersign/api-contract/errors.ts";
import { limits, utf8Length } from "@countersign/api-contract/limits.ts";
import { parseTransition } from "@countersign/api-contract/transitions.ts";
import { parseApprove, parseCancel, parseDeny } from "@countersign/api-contract/votes.ts";

const ask = (overrides: object = {}) => ({
  title: "Deploy app:v2.0.0",
  action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0" } },
  ...overrides,
});

const faultPaths = (parsed: Parsed<unknown>): unknown => {
  if (parsed.ok) return [];
  const faults = parsed.error.details?.["faults"];
  return Array.isArray(faults) ? faults.map((fault) => fault.path) : parsed.error;
};

describe("an ask", () => {
  test("needs a title and an action, and nothing else", () => {
    expect(parseAsk(ask())).toEqual({ ok: true, value: ask() });
    expect(faultPaths(parseAsk({}))).toEqual(["title", "action"]);
  });

  test("may say null for what it leaves out", () => {
    const nulls = { view: null, policy: null, previous_request_id: null, description: null };
    expect(parseAsk(ask(nulls)).ok).toBe(true);
  });

  test("with a misspelt field is told which one was meant", () => {
    const parsed = parseAsk({ ...ask(), aprovers: [] });
    expect(parsed).toMatchObject({
      ok: false,
      error: {
        code: "unknown-field",
        message: 'aprovers is not a known field (did you mean "approvers"?).',
        details: { faults: [{ path: "aprovers" }] },
      },
    });
  });

  test("keeps further keys of links, risk and trace, not of action", () => {
    const kept = ask({ links: { more: 1 }, risk_snapshot: { own: 2 }, policy_trace: { x: [] } });
    expect(parseAsk(kept)).toEqual({ ok: true, value: kept });
    expect(faultPaths(parseAsk(ask({ action: { type: "a", parameters: {}, extra: 1 } })))).toEqual([
      "action.extra",
    ]);
  });

  test.each([
    [{ title: "" }, "title"],
    [{ title: "   " }, "title"],
    [{ title: "x".repeat(201) }, "title"],
    [{ title: 7 }, "title"],
    [{ description: "ü".repeat(8193) }, "description"],
    [{ action: { type: "a", parameters: [] } }, "action.parameters"],
    [{ action: { type: "a\u202e", parameters: {} } }, "action.type"],
    [{ approvers: [] }, "approvers"],
    [{ approvers: [{ type: "role", identifier: "a*" }] }, "approvers[0].identifier"],
    [{ approvers: [{ type: "role", identifier: "a.b" }] }, "approvers[0].identifier"],
    [{ approvers: [{ type: "user", identifier: "a b" }] }, "approvers[0].identifier"],
    [{ approvers: [{ type: "team", identifier: "a" }] }, "approvers[0].type"],
    [{ policy: "a>b" }, "policy"],
    [{ policy: "x".repeat(10_000) }, "policy"],
    [{ urgency: "asap" }, "urgency"],
    [{ expires_in: 0 }, "expires_in"],
    [{ reason_codes: Array.from({ length: 21 }, () => "A") }, "reason_codes"],
    [{ dedupe: "a\u200b" }, "dedupe"],
    [{ previous_request_id: "apr_1" }, "previous_request_id"],
    [{ schema: { a: "x".repeat(limits.schema) } }, "schema"],
    [{ agent: { id: "a b" } }, "agent.id"],
    [{ risk_snapshot: { score: "high" } }, "risk_snapshot.score"],
    [{ risk_snapshot: { estimated_cost_usd: -5 } }, "risk_snapshot.estimated_cost_usd"],
    [{ action: { type: "a", parameters: { a: "x".repeat(limits.payload) } } }, "action"],
  ])("%# is refused with the path of its fault", (overrides, path) => {
    const parsed = parseAsk(ask(overrides));
    expect(faultPaths(parsed)).toEqual([path]);
    expect(parsed).toMatchObject({ error: { code: "unprocessable" } });
  });

  test("of 200 emoji as title is within the limit: characters are code points", () => {
    expect(parseAsk(ask({ title: "😀".repeat(200) })).ok).toBe(true);
    expect(parseAsk(ask({ title: "😀".repeat(201) })).ok).toBe(false);
  });

  test("that is no object is refused as a whole", () => {
    expect([[], "x", 1, null].map((value) => faultPaths(parseAsk(value)))).toEqual([
      [""],
      [""],
      [""],
      [""],
    ]);
  });

  test("with thousands of faults is answered with fifty", () => {
    const extra = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x${index}`, 1]));
    const paths = faultPaths(parseAsk(ask(extra)));
    expect(paths).toHaveLength(50);
  });
});

describe("a vote", () => {
  test("ignores fields it does not know", () => {
    const body = { notes: "fine", payload_hash: "sha256:00", level: 2 };
    expect(parseApprove({ ...body, reviewer: "mallory" })).toEqual({ ok: true, value: body });
  });

  test("to deny has no reason when it is blank", () => {
    expect(parseDeny({ reason: " \n" })).toEqual({ ok: true, value: { reason: null } });
    expect(parseDeny({})).toEqual({ ok: true, value: { reason: null } });
    expect(parseDeny({ reason: "too risky" })).toEqual({
      ok: true,
      value: { reason: "too risky" },
    });
  });

  test.each([
    [{ level: 0 }, "level"],
    [{ level: 1.5 }, "level"],
    [{ level: "1" }, "level"],
    [{ notes: 1 }, "notes"],
    [{ notes: "x".repeat(limits.notes + 1) }, "notes"],
    [{ payload_hash: "" }, "payload_hash"],
  ])("%o is refused with the path of its fault", (body, path) => {
    expect(faultPaths(parseApprove(body))).toEqual([path]);
  });

  test("to cancel takes a reason only", () => {
    expect(parseCancel({ reason: "no longer needed" }).ok).toBe(true);
    expect(parseCancel({ resaon: "x" })).toMatchObject({ error: { code: "unknown-field" } });
  });
});

describe("a transition and the directory", () => {
  test("take what api.md shows", () => {
    const body = { workflow: "release", topic: { id: "a/b#1", attributes: {} }, to: "production" };
    expect(parseTransition(body)).toEqual({ ok: true, value: body });
    expect(parsePerson({ name: "Bo", access: "approver", email: "bo@example.org" }).ok).toBe(true);
    expect(parseRole({ members: ["bo", "cy@example.org"] }).ok).toBe(true);
    expect(parseAgent({ name: "CI", owner: "ana" }).ok).toBe(true);
  });

  test("refuse ids that would reach into subjects and streams", () => {
    const topics = ["*", ">", "a b", "", "x".repeat(129)].map((id) => ({
      workflow: "release",
      topic: { id },
      to: "production",
    }));
    expect(topics.map((body) => faultPaths(parseTransition(body)))).toEqual(
      topics.map(() => ["topic.id"]),
    );
    expect(faultPaths(parseRole({ members: ["a b"] }))).toEqual(["members[0]"]);
    expect(faultPaths(parseAgent({ name: "CI", owner: "" }))).toEqual(["owner"]);
    expect(faultPaths(parsePerson({ name: "Bo", access: "root" }))).toEqual(["access"]);
  });
});

const hash = "sha256:1";

test.each([
  [parseAsk(ask({ expires_in: "" })), "expires_in must not be empty."],
  [parseApprove({ payload_hash: "" }), "payload_hash must not be empty."],
  [parseBulkApprove({ approval_ids: [""] }), "approval_ids[0] must not be empty."],
  [parseAnswer({ text: "Yes.", question_id: "" }), "question_id must not be empty."],
  [parseExtend({ reason: "Holidays." }), "expires_at is missing."],
  [parseModify({ payload_hash: hash }), "payload is missing."],
])("what is empty or missing is refused in words of our own (%#)", (parsed, message) => {
  expect(parsed).toMatchObject({ ok: false, error: { code: "unprocessable", message } });
});

test("bytes are counted as UTF-8 writes them", () => {
  const texts = ["", "abc", "äöü", "€", "😀😀", "a\u0800b"];
  expect(texts.map(utf8Length)).toEqual(texts.map((text) => Buffer.byteLength(text)));
});
