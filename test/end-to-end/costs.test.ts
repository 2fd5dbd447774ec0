import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Api, ErrorBody } from "../testkit/http.ts";
import { startStandalone, type Standalone } from "../testkit/processes/standalone.ts";
import { importFile } from "./asking.ts";

interface Evaluated {
  readonly decision: "ALLOW" | "DENY" | "ESCALATE";
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly policy_trace: { readonly checks: readonly object[] };
  readonly approval_id?: string;
}

interface RunBody {
  readonly run: { readonly id: string; readonly spent_usd: number; readonly reserved_usd: number };
}

const gates = `
gates:
  - { id: budget, gate_type: cost_threshold, threshold_usd: 1, approvers: [team_lead] }
  - { id: daily, gate_type: cost_threshold, threshold_usd: 50, per: day, approvers: [team_lead] }
  - { id: nights, gate_type: cost_threshold, threshold_usd: 0.5, actions: ["night:*"], liftable: true, approvers: [team_lead] }
`;

describe("what runs may cost", () => {
  let server: Standalone;
  let bot: Api;
  beforeAll(async () => {
    server = await startStandalone();
    bot = server.as("deployment-bot");
    const { status, text } = await importFile(server, gates);
    expect(status, text).toBe(201);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  let keys = 0;
  const evaluate = (
    run: string | null,
    cost: number,
    { by = bot, key = `k-${(keys += 1)}`, type = "model:call", more = {} } = {},
  ): Promise<Answer<Evaluated>> =>
    by.post<Evaluated>(
      "/evaluate",
      {
        action: { type, parameters: {} },
        ...(run === null ? {} : { links: { run } }),
        risk_snapshot: { estimated_cost_usd: cost },
        ...more,
      },
      { headers: { "idempotency-key": key } },
    );
  const decided = async (asked: Promise<Answer<Evaluated>>): Promise<string> => {
    const { status, body, text } = await asked;
    expect(status, text).toBe(200);
    return body.decision;
  };
  const spent = async (
    run: string,
    cost: number,
    settles?: string,
    by = bot,
  ): Promise<RunBody["run"]> => {
    const signal = { run, facts: { cost_usd: cost }, ...(settles ? { settles } : {}) };
    const { status, body, text } = await by.post<RunBody>("/signals", signal);
    expect(status, text).toBe(200);
    return body.run;
  };

  test("twenty who ask at once for a tenth of a dollar each get one dollar together", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => decided(evaluate("crowd", 0.1))),
    );
    expect(answers.filter((decision) => decision === "ALLOW")).toHaveLength(10);
    expect(answers.filter((decision) => decision === "ESCALATE")).toHaveLength(10);
    expect(await spent("crowd", 0)).toMatchObject({ spent_usd: 0 });
  });

  test("an estimate is reserved until it is settled, and what was really spent counts from then on", async () => {
    expect(await decided(evaluate("night", 0.6, { key: "first" }))).toBe("ALLOW");
    const second = await evaluate("night", 0.6, { key: "second" });
    expect(second.body).toMatchObject({
      decision: "ESCALATE",
      reasons: [{ code: "COST_THRESHOLD" }],
    });
    expect(await spent("night", 0.1, "first")).toEqual({
      id: "night",
      spent_usd: 0.1,
      reserved_usd: 0,
    });
    expect(await decided(evaluate("night", 0.9, { key: "third" }))).toBe("ALLOW");
    expect(await spent("night", 2)).toEqual({ id: "night", spent_usd: 2.1, reserved_usd: 0 });
    expect(await decided(evaluate("night", 0))).toBe("ESCALATE");
  });

  test("the same call again is allowed again and reserves no more", async () => {
    expect(await decided(evaluate("again", 0.7, { key: "once" }))).toBe("ALLOW");
    expect(await decided(evaluate("again", 0.7, { key: "once" }))).toBe("ALLOW");
    expect((await spent("again", 0, "nothing")).reserved_usd).toBe(0.7);
    const other = await bot.post<ErrorBody>(
      "/evaluate",
      { action: { type: "model:call", parameters: {} }, links: { run: "other" } },
      { headers: { "idempotency-key": "once" } },
    );
    expect(other.status, other.text).toBe(409);
  });

  test("what is escalated reserves nothing", async () => {
    expect(await decided(evaluate("dear", 1.5))).toBe("ESCALATE");
    expect(await spent("dear", 0)).toEqual({ id: "dear", spent_usd: 0, reserved_usd: 0 });
  });

  test("a run of another agent is another run, whatever its name", async () => {
    const ci = server.as("ci");
    await spent("mine", 5, undefined, ci);
    expect(await decided(evaluate("mine", 0.9))).toBe("ALLOW");
    expect(await decided(evaluate("mine", 0.1, { by: ci }))).toBe("ESCALATE");
  });

  test("without a run the agent's day is what counts", async () => {
    const ci = server.as("ci");
    const { body } = await evaluate(null, 0.1, { by: ci });
    expect(body).toMatchObject({ decision: "ESCALATE", reasons: [{ code: "COST_THRESHOLD" }] });
  });

  test("an ask is held against what was spent as well", async () => {
    const ask = (run: string): Promise<Answer<{ gate_type: string | null }>> =>
      bot.post("/approvals", {
        title: "One more call",
        action: { type: "model:call", parameters: {} },
        links: { run },
        risk_snapshot: { estimated_cost_usd: 0.1 },
        approvers: [{ type: "user", identifier: "hal" }],
      });
    const dear = await ask("night");
    expect(dear.status, dear.text).toBe(201);
    expect(dear.body.gate_type).toBe("cost_threshold");
    expect((await ask("fresh")).body.gate_type).toBeNull();
  });

  test("a standing grant lifts a liftable limit while it stands, and no other", async () => {
    const night = (cost: number) => evaluate(`lift-${(keys += 1)}`, cost, { type: "night:run" });
    expect(await decided(night(0.8))).toBe("ESCALATE");
    const made = await server.as("ana").post<{ id: string }>("/standing-grants", {
      actions: ["night:*"],
      agent: "deployment-bot",
      ends_at: new Date(Date.now() + 3_600_000).toISOString(),
      reason: "Release night",
    });
    expect(made.status, made.text).toBe(201);
    const lifted = await night(0.8);
    expect(lifted.body.decision).toBe("ALLOW");
    expect(lifted.body.policy_trace.checks).toContainEqual(
      expect.objectContaining({ check: "nights", result: "pass", lifted_by: made.body.id }),
    );
    expect((await night(1.2)).body.reasons.map(({ code }) => code)).toEqual(["COST_THRESHOLD"]);
    expect(
      await decided(evaluate("ci-night", 0.8, { type: "night:run", by: server.as("ci") })),
    ).toBe("ESCALATE");
    await server.as("ana").delete(`/standing-grants/${made.body.id}`);
    expect(await decided(night(0.8))).toBe("ESCALATE");
  });

  test.each([[-0.1], ["1"]])("an estimate of %j is refused at its field", async (cost) => {
    const answer = await bot.post<ErrorBody>("/evaluate", {
      action: { type: "model:call", parameters: {} },
      risk_snapshot: { estimated_cost_usd: cost },
    });
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body.error.details?.faults?.[0]?.path).toBe("risk_snapshot.estimated_cost_usd");
  });

  test("the counters survive a restart", async () => {
    const before = await spent("night", 0, "nothing");
    await server.stop();
    await server.start();
    expect(await spent("night", 0, "nothing")).toEqual(before);
  });

  test("the log of all this holds", async () => {
    const { violations, log } = await server.finish();
    expect(violations).toEqual([]);
    expect(log.filter(({ type }) => type === "CostReserved").length).toBeGreaterThan(10);
  });
});
