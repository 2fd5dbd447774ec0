import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { BacktestRun, type Backtest } from "@countersign/application/simulation/backtest.ts";
import type { RecordedRequest } from "@countersign/application/simulation/recorded-ask.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { RecordedRequests } from "@countersign/read-models/queue/recorded-requests.ts";
import { active, asksFor, denies, gate } from "../testkit/examples/gates.ts";
import { any, group, level, policy, when } from "../testkit/examples/policies.ts";
import { referenceOf, world, type World } from "../testkit/world.ts";

const recorded = (fields: Partial<RecordedRequest> = {}): RecordedRequest => ({
  id: "apr_1",
  org: "demo",
  action: { type: "kubernetes:deploy", parameters: {} },
  context: {},
  risk_snapshot: {},
  links: {},
  view: null,
  requester: { kind: "agent", id: "deployment-bot", owner: "ana" },
  policies: [],
  status: "approved",
  created_at: "2026-01-05T09:00:00.000Z",
  resolved_at: "2026-01-05T09:30:00.000Z",
  execution: null,
  parent: null,
  validation: null,
  ...fields,
});

const period = { from: "2026-01-01T00:00:00.000Z", to: "2026-01-31T00:00:00.000Z" };

const backtested = (from: World, ...requests: readonly RecordedRequest[]): Backtest => {
  const run = new BacktestRun(referenceOf(from));
  for (const request of requests) run.add(request);
  return run.result(period, false);
};

const counts = ({ requests, allow, deny, escalate }: Backtest): readonly number[] => [
  requests,
  allow,
  deny,
  escalate,
];

const underPolicy = [{ id: "release", version: 1, gate: null }];
const leads = policy(level(group(any, "qa_lead"), { conditions: when("priority", "high") }), {
  onAllSkipped: "approve",
});

describe("a request of the past", () => {
  test("that named its approvers is held against the gates alone", () => {
    const from = { ...world(), gates: active([asksFor("kubernetes:*"), denies("db:*")]) };
    const read = recorded({ action: { type: "file:read", parameters: {} } });
    const drop = recorded({ action: { type: "db:drop", parameters: {} } });
    const backtest = backtested(from, recorded(), read, drop);
    expect(counts(backtest)).toEqual([3, 1, 1, 1]);
    expect(backtest.approvers).toEqual({ bo: 1, cy: 1 });
  });

  test("that named a policy is held against it, on the facts of its time", () => {
    const asked = (priority: string, id: string): RecordedRequest =>
      recorded({ id, policies: underPolicy, context: { priority } });
    const backtest = backtested(world(leads), asked("high", "apr_1"), asked("low", "apr_2"));
    expect(counts(backtest)).toEqual([2, 1, 0, 1]);
    expect(backtest.changed).toEqual([{ approval_id: "apr_2", was: "ESCALATE", would: "ALLOW" }]);
    expect(backtest.average_response_time_minutes).toBe(30);
  });

  test("that a gate brought to its policy is the gate's again", () => {
    const byGate = [{ id: "release", version: 1, gate: "deploys" }];
    const backtest = backtested(world(leads), recorded({ policies: byGate }));
    expect(counts(backtest)).toEqual([1, 1, 0, 0]);
  });

  test("that fell back to the default policy is held against the gates alone", () => {
    const from: World = { ...world(leads), defaults: { policy: "release" } };
    const context: JsonObject = { priority: "high" };
    expect(counts(backtested(from, recorded({ policies: underPolicy, context })))).toEqual([
      1, 1, 0, 0,
    ]);
  });

  test("whose policy is gone would still ask, and that is said once, with how many", () => {
    const lost = recorded({ policies: [{ id: "gone", version: 1, gate: null }] });
    const backtest = backtested(world(leads), lost, lost);
    expect(counts(backtest)).toEqual([2, 0, 0, 2]);
    expect(backtest.warnings).toMatchObject([{ code: "unknown-policy", details: { requests: 2 } }]);
  });

  test("that was a transition which is gone is denied, and that is said", () => {
    const parameters = { workflow: "release", topic: "1", from: "a", to: "b", attributes: {} };
    const backtest = backtested(
      world(leads),
      recorded({ action: { type: "workflow:transition", parameters } }),
    );
    expect(counts(backtest)).toEqual([1, 0, 1, 0]);
    expect(backtest.warnings).toMatchObject([{ code: "no-such-transition" }]);
  });

  test("that no person ever saw is not counted: a child, or one that failed its own validation", () => {
    const child = recorded({ parent: "apr_0" });
    const failed = recorded({ validation: { is_valid: false } });
    expect(counts(backtested(world(), child, failed))).toEqual([0, 0, 0, 0]);
  });
});

describe("what gates remember", () => {
  test("is replayed: a counterparty is known once a request naming it was executed", () => {
    const partners = gate(
      { type: "new_counterparty", field: "parameters.destination" },
      { actions: ["export:*"], approvers: ["sre"] },
    );
    const exported = (destination: string, status: "granted" | "executed"): RecordedRequest =>
      recorded({
        action: { type: "export:csv", parameters: { destination } },
        execution: { status, valid_until: null, result: null },
      });
    const backtest = backtested(
      { ...world(), gates: active([partners]) },
      exported("acme", "granted"),
      exported("acme", "executed"),
      exported("acme", "executed"),
      exported("other", "executed"),
    );
    expect(counts(backtest)).toEqual([4, 1, 0, 3]);
  });

  test("is not replayed for costs, and that is said", () => {
    const costs = gate(
      { type: "cost_threshold", thresholdUsd: 1, per: "run" },
      { approvers: ["sre"] },
    );
    const run = recorded({ risk_snapshot: { estimated_cost_usd: 0.8 } });
    const backtest = backtested({ ...world(), gates: active([costs]) }, run, run);
    expect(counts(backtest)).toEqual([2, 2, 0, 0]);
    expect(backtest.warnings).toMatchObject([{ code: "cost-alone" }]);
  });
});

describe("the requests of a period", () => {
  const database = new DatabaseSync(":memory:");
  database.exec(
    "create table request (rid integer primary key, org text, created_at text, doc text)",
  );
  const insert = database.prepare("insert into request values (?, ?, ?, ?)");
  for (const day of [1, 2, 3, 4, 5])
    insert.run(
      day * 10,
      day === 3 ? "other" : "demo",
      `2026-01-0${day}T00:00:00.000Z`,
      `{"d":${day}}`,
    );
  const requests = new RecordedRequests({ database, write: () => undefined });

  test("begin with the first one in it, whatever other organisations have", () => {
    expect(requests.begin("demo", "2026-01-02T00:00:00.000Z", 9)).toEqual({ rid: 20, cut: false });
    expect(requests.begin("demo", "2026-01-03T00:00:00.000Z", 9)).toEqual({ rid: 40, cut: false });
    expect(requests.begin("demo", "2026-01-06T00:00:00.000Z", 9)).toBeNull();
  });

  test("are the newest when there are too many, which is said", () => {
    expect(requests.begin("demo", "2026-01-01T00:00:00.000Z", 2)).toEqual({ rid: 40, cut: true });
    expect(requests.begin("demo", "2026-01-01T00:00:00.000Z", 4)).toEqual({ rid: 10, cut: false });
  });

  test("come page by page in the order of their creation", () => {
    expect(requests.page("demo", 20, 2)).toEqual([
      { rid: 20, doc: '{"d":2}' },
      { rid: 40, doc: '{"d":4}' },
    ]);
    expect(requests.page("demo", 41, 2)).toEqual([{ rid: 50, doc: '{"d":5}' }]);
  });
});
