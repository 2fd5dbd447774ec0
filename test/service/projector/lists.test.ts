import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startOrg, type Answer, type RunningOrg } from "./running-org.ts";

let org: RunningOrg;
const ids: Record<string, string> = {};

const idsOf = (answer: Answer): string[] =>
  (answer.result.items ?? []).map((item) => String(item["id"]));
const named = (answer: Answer): string[] =>
  idsOf(answer).map((id) => Object.keys(ids).find((name) => ids[name] === id) ?? id);
const list = async (parameters: object, who = "bo"): Promise<string[]> =>
  named(await org.query(who, "requests", parameters));

beforeAll(async () => {
  org = await startOrg();
  ids["first"] = await org.ask({
    urgency: "low",
    reason_codes: ["COST"],
    links: { pipeline: "p1" },
  });
  ids["second"] = await org.ask({
    title: "Wipe the Zürich cache",
    urgency: "critical",
    action: { type: "cache:wipe", parameters: {} },
  });
  ids["third"] = await org.ask({
    description: "नमस्ते, काम\u19b0का",
    approvers: [{ type: "user", identifier: "dee" }],
  });
  ids["fourth"] = await org.ask({ urgency: "critical" }, "ci");
  ids["byDee"] = String(
    (
      await org.command("dee", "request-approval", {
        title: "Dee's own",
        action: { type: "db:migrate", parameters: {} },
        approvers: [{ type: "role", identifier: "qa_lead" }],
      })
    ).result["id"],
  );
  await org.command("bo", "deny", { reason: "Not now." }, ids["fourth"]);
});
afterAll(() => org.close());

describe("a list of requests", () => {
  test("is newest first, or as asked", async () => {
    expect(await list({})).toEqual(["byDee", "fourth", "third", "second", "first"]);
    expect(await list({ sort: "oldest" })).toEqual(["first", "second", "third", "fourth", "byDee"]);
    expect(await list({ sort: "urgency" })).toEqual([
      "second",
      "fourth",
      "third",
      "byDee",
      "first",
    ]);
  });

  test.each<[string, object, string[]]>([
    ["status", { status: ["pending"] }, ["byDee", "third", "second", "first"]],
    ["several statuses", { status: ["denied", "approved"] }, ["fourth"]],
    ["rejected, another word for denied", { status: ["rejected"] }, ["fourth"]],
    ["action", { action: "cache:wipe" }, ["second"]],
    ["reason code", { reason_code: "COST" }, ["first"]],
    ["pipeline", { pipeline: "p1" }, ["first"]],
    ["agent", { agent: "ci", status: ["pending"] }, ["third", "second", "first"]],
    ["an approver's queue", { approver: "dee" }, ["third"]],
    ["an approver who voted on what has ended", { approver: "bo", status: ["denied"] }, ["fourth"]],
    ["words", { q: "cache zürich" }, ["second"]],
    ["words without their accents", { q: "ZURICH" }, ["second"]],
    ["the beginning of a word", { q: "zür* wipe" }, ["second"]],
    ["a word that is only begun", { q: "zür" }, []],
    ["a word that nothing has", { q: "zürich nowhere" }, []],
    ["a search without words", { q: "***" }, []],
    ["words whose vowels are signs beside their letters", { q: "नमस्ते काम" }, ["third"]],
    ["words with a letter that was a sign before", { q: "म\u19b0का" }, ["third"]],
    ["a time before all of them", { to: "2001-01-01T00:00:00.000Z" }, []],
    ["a gate type that none has", { gate_type: "cost" }, []],
  ])("is narrowed to %s", async (_, filter, expected) => {
    expect(await list(filter)).toEqual(expected);
  });

  test("is narrowed to one request, if it belongs to the others", async () => {
    const id = ids["second"];
    const filters = [{ q: "zürich" }, { mine: "now" }, { reason_code: "COST" }, { q: "nowhere" }];
    const found = await Promise.all(filters.map((filter) => list({ ...filter, id })));
    expect(found).toEqual([["second"], ["second"], [], []]);
  });

  test("is narrowed to one's own queue, and to what one asked", async () => {
    expect(await list({ mine: "now" }, "cy")).toEqual(["byDee", "second", "first"]);
    expect(await list({ mine: "now" }, "dee")).toEqual(["third"]);
    expect(await list({ mine: "requested" }, "dee")).toEqual(["byDee"]);
    expect(await list({ mine: "delegate" }, "dee")).toEqual([]);
    expect(await list({ mine: "now" }, "vic")).toEqual([]);
  });

  test("holds for an agent what it made, and for another agent nothing", async () => {
    expect(await list({}, "ci")).toEqual(["fourth", "third", "second", "first"]);
    expect(await list({ agent: "ci" }, "other-bot")).toEqual([]);
    expect(await list({ mine: "now" }, "ci")).toEqual([]);
  });

  test("leaves out what only the whole request shows", async () => {
    const item = (await org.query("bo", "requests", { q: "zürich" })).result.items?.[0];
    expect(item?.["title"]).toBe("Wipe the Zürich cache");
    expect(item?.["action"]).toEqual({ type: "cache:wipe" });
    for (const left of ["context", "attachments", "timeline"])
      expect(item).not.toHaveProperty(left);
  });

  test("says how many there are", async () => {
    const total = async (parameters: object): Promise<unknown> =>
      (await org.query("bo", "requests", parameters)).result["page"];
    expect(await total({ limit: 5 })).toEqual({ next: null, total_estimate: 5 });
    expect(await total({ status: ["pending"] })).toMatchObject({ total_estimate: 4 });
    expect(await total({ mine: "now" })).toMatchObject({ total_estimate: 3 });
    expect(await total({ agent: "ci", action: "cache:wipe" })).toMatchObject({ total_estimate: 1 });
  });

  test.each<[string, object, string]>([
    ["an unknown status", { status: ["open"] }, "status"],
    ["an unknown sort", { sort: "random" }, "sort"],
    ["a limit of nothing", { limit: 0 }, "limit"],
    ["a limit above a hundred", { limit: 101 }, "limit"],
    ["a time that is none", { from: "yesterday" }, "from"],
    ["a cursor that nobody gave", { after: "bm9uc2Vuc2U" }, "after"],
  ])("refuses %s and names the parameter", async (_, parameters, parameter) => {
    const { error } = await org.query("bo", "requests", parameters);
    expect(error).toMatchObject({ code: "bad-request", details: { parameter } });
  });

  test("refuses a cursor of another sort", async () => {
    const { next } = (await org.query("bo", "requests", { limit: 1 })).result["page"] as {
      next: string;
    };
    const { error } = await org.query("bo", "requests", { limit: 1, sort: "urgency", after: next });
    expect(error).toMatchObject({ code: "bad-request" });
  });
});

test("the badge counts one's queue and all that is pending", async () => {
  expect((await org.query("cy", "counts")).result).toEqual({
    mine_now: 3,
    mine_later: 0,
    as_delegate: 0,
    pending: 4,
  });
});

test.each(["newest", "oldest", "urgency"])(
  "a list of %s first goes on behind any of its rows, whatever came meanwhile",
  async (sort) => {
    const asked = { sort, limit: 100, cursors: true };
    const before = await org.query("bo", "requests", asked);
    const { next, cursors } = before.result["page"] as {
      next: string | null;
      cursors: readonly string[];
    };
    expect(next).toBeNull();
    const fresh = await org.ask({ urgency: "critical" });
    const all = idsOf(await org.query("bo", "requests", asked));
    for (const [index, id] of idsOf(before).entries()) {
      const behind = await org.query("bo", "requests", { ...asked, after: cursors[index] });
      expect(idsOf(behind)).toEqual(all.slice(all.indexOf(id) + 1));
    }
    expect(all).toContain(fresh);
  },
);

test.each(["newest", "oldest", "urgency"])(
  "pages of %s first neither skip nor repeat a request while others arrive and end",
  async (sort) => {
    const before = await org.query("bo", "requests", { sort, limit: 100 });
    const started = new Set(idsOf(before));
    for (let n = 0; n < 8; n += 1)
      started.add(await org.ask({ urgency: n % 2 === 0 ? "high" : "normal" }));
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Answer = await org.query("bo", "requests", {
        sort,
        limit: 3,
        ...(after === null ? {} : { after }),
      });
      seen.push(...idsOf(page));
      after = (page.result["page"] as { next: string | null }).next;
      const fresh = await org.ask({ urgency: "critical" });
      if (seen.length % 2 === 0) await org.command("bo", "approve", {}, fresh);
      await org.command("bo", "deny", { reason: "No." }, seen[0] ?? "");
    } while (after !== null && seen.length < 200);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...started].filter((id) => !seen.includes(id))).toEqual([]);
  },
);
