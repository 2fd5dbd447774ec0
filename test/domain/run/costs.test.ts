import { describe, expect, test } from "vitest";
import { decodeRunEvent } from "@countersign/domain/run/codec.ts";
import { addUsd, costOf } from "@countersign/domain/run/counters.ts";
import { reserveCost, settleCost, type RunDecision } from "@countersign/domain/run/decide.ts";
import { emptyRun, evolveRun } from "@countersign/domain/run/evolve.ts";
import { refuseField } from "@countersign/domain/request/refusals.ts";
import type { CostCounters, RunState } from "@countersign/domain/run/run.ts";

const at = (time: string, day = "2026-01-05"): string => `${day}T${time}:00.000Z`;
const nine = at("09:00");

interface Told {
  readonly state: RunState;
  readonly decision: RunDecision;
}
type Step = (before: RunState) => { readonly now: string; readonly decision: RunDecision };

const reserves =
  (key: string, estimateUsd: number, run: string | null = "r1", now = nine): Step =>
  (state) => ({ now, decision: reserveCost(state, { key, run, estimateUsd }, now) });

const settles =
  (costUsd: number, options: { run?: string | null; key?: string; now?: string } = {}): Step =>
  (state) => {
    const { run = "r1", key = null, now = nine } = options;
    return { now, decision: settleCost(state, { run, costUsd, settles: key }, now) };
  };

/** Every event goes through its stored text and back. */
const tell = (...steps: readonly Step[]): Told => {
  let told: Told = { state: emptyRun, decision: { events: [] } };
  for (const step of steps) {
    const { now, decision } = step(told.state);
    let { state } = told;
    for (const { type, data } of decision.events) {
      const event = decodeRunEvent(type, JSON.stringify(data), 1);
      state = evolveRun(state, {
        event,
        metadata: {
          commandId: "c",
          correlationId: "c",
          org: "demo",
          actor: { kind: "agent", id: "ci" },
          channel: "rest",
          occurredAt: now,
          schemaVersion: 1,
        },
      });
    }
    told = { state, decision };
  }
  return told;
};

const counted = (told: Told, run: string | null = "r1", now = nine): CostCounters =>
  costOf(told.state, run, now);
const types = ({ decision }: Told): string[] => decision.events.map(({ type }) => type);

describe("reserving", () => {
  test("an estimate counts in its run, for the agent and for the day, until it is settled", () => {
    const reserved = { spentUsd: 0, reservedUsd: 0.25 };
    expect(counted(tell(reserves("a", 0.25)))).toEqual({
      run: reserved,
      agent: reserved,
      day: reserved,
    });
    const spent = { spentUsd: 0.3, reservedUsd: 0 };
    expect(counted(tell(reserves("a", 0.25), settles(0.3)))).toEqual({
      run: spent,
      agent: spent,
      day: spent,
    });
  });
  test("the same key reserves once", () => {
    const told = tell(reserves("a", 0.25), reserves("a", 0.25));
    expect(told.decision).toEqual({ events: [] });
    expect(counted(told).run.reservedUsd).toBe(0.25);
  });
  test("an action without an estimate reserves nothing", () => {
    expect(tell(reserves("a", 0)).decision).toEqual({ events: [] });
  });
  test("what other runs reserved counts for the agent and the day, and not in this run", () => {
    const { run, agent, day } = counted(tell(reserves("a", 0.25), reserves("b", 0.5, "r2")));
    expect([run.reservedUsd, agent.reservedUsd, day.reservedUsd]).toEqual([0.25, 0.75, 0.75]);
  });
  test("an action is not held against its own reservation", () => {
    const { state } = tell(reserves("a", 0.25), reserves("b", 0.5));
    expect(costOf(state, "r1", nine, "a").run.reservedUsd).toBe(0.5);
  });
  test("dimes add up to what they are: 0.1 and 0.2 are 0.3", () => {
    const told = tell(settles(0.1), settles(0.2));
    expect(counted(told).run.spentUsd).toBe(0.3);
    const { run, agent } = counted(tell(reserves("a", 0.1), reserves("b", 0.2)));
    expect([run.reservedUsd, agent.reservedUsd]).toEqual([0.3, 0.3]);
  });
  test("a sum too large for cents stays what it is", () => {
    expect(addUsd(1e300, 2e300)).toBe(3e300);
  });
  test.each([[-0.01], [Number.NaN], [Number.POSITIVE_INFINITY], [1e9 + 1]])(
    "%d dollars are refused at their field",
    (amount) => {
      const refusedAt = (path: string): RunDecision => {
        const message = `${path} is an amount in US dollars, from 0 to 1000000000.`;
        return { events: [], refusal: refuseField("unprocessable", path, message) };
      };
      expect(tell(reserves("a", amount)).decision).toEqual(
        refusedAt("risk_snapshot.estimated_cost_usd"),
      );
      expect(tell(settles(amount)).decision).toEqual(refusedAt("facts.cost_usd"));
    },
  );
  test("a billion dollars are an amount", () => {
    expect(types(tell(reserves("a", 1e9)))).toEqual(["CostReserved"]);
    expect(types(tell(settles(1e9)))).toEqual(["CostSettled"]);
  });
});

describe("a reservation nobody settles", () => {
  test("counts for fifteen minutes, and not at their end", () => {
    const told = tell(reserves("a", 0.25));
    expect(counted(told, "r1", "2026-01-05T09:14:59.999Z").run.reservedUsd).toBe(0.25);
    expect(counted(told, "r1", at("09:15")).run.reservedUsd).toBe(0);
  });
  test("is released with the next event of the credential", () => {
    const told = tell(reserves("a", 0.25), reserves("b", 0.5, "r2", at("09:15")));
    expect(told.decision.events).toMatchObject([
      { type: "CostReleased", data: { key: "a", run: "r1", amountUsd: 0.25, until: at("09:15") } },
      { type: "CostReserved", data: { key: "b", until: at("09:30") } },
    ]);
  });
  test("leaves its key free for another one", () => {
    const told = tell(reserves("a", 0.25), reserves("a", 0.25, "r1", at("09:15")));
    expect(types(told)).toEqual(["CostReleased", "CostReserved"]);
    expect(counted(told, "r1", at("09:16")).run.reservedUsd).toBe(0.25);
  });
  test("settles nothing when the signal comes late, and what was spent counts all the same", () => {
    const told = tell(reserves("a", 0.25), settles(0.3, { key: "a", now: at("09:20") }));
    expect(told.decision.events).toMatchObject([
      { type: "CostReleased", data: { key: "a" } },
      { type: "CostSettled", data: { run: "r1", spentUsd: 0.3, key: null } },
    ]);
    expect(counted(told, "r1", at("09:20")).run).toEqual({ spentUsd: 0.3, reservedUsd: 0 });
  });
});

describe("settling", () => {
  test("without a key it is the run's oldest reservation that is settled", () => {
    const told = tell(
      reserves("x", 4, "r2"),
      reserves("a", 1),
      reserves("b", 2),
      settles(0.5, { now: at("09:01") }),
    );
    expect(told.decision.events).toMatchObject([{ type: "CostSettled", data: { key: "a" } }]);
    expect(counted(told).run).toEqual({ spentUsd: 0.5, reservedUsd: 2 });
  });
  test("a key names the reservation, whatever else is open", () => {
    const told = tell(reserves("a", 1), reserves("b", 2), settles(0.5, { key: "b" }));
    expect(counted(told).run).toEqual({ spentUsd: 0.5, reservedUsd: 1 });
  });
  test("a key ends its reservation also when the signal names another run, which is then the one that spent", () => {
    const told = tell(reserves("a", 1), settles(0.5, { run: "r2", key: "a" }));
    expect(counted(told, "r1").run).toEqual({ spentUsd: 0, reservedUsd: 0 });
    expect(counted(told, "r2").run).toEqual({ spentUsd: 0.5, reservedUsd: 0 });
  });
  test("an unknown key settles nothing, and what was spent counts", () => {
    const told = tell(reserves("a", 1), settles(0.5, { key: "zz" }));
    expect(counted(told).run).toEqual({ spentUsd: 0.5, reservedUsd: 1 });
  });
  test("nothing spent ends a reservation, and says nothing where none is open", () => {
    expect(types(tell(reserves("a", 1), settles(0)))).toEqual(["CostSettled"]);
    expect(types(tell(settles(0)))).toEqual([]);
  });
});

describe("counters", () => {
  test("a new UTC day begins at nothing, the run and the agent go on", () => {
    const told = tell(
      settles(1, { now: at("23:59") }),
      settles(2, { now: at("00:00", "2026-01-06") }),
    );
    const { run, agent, day } = counted(told, "r1", at("00:01", "2026-01-06"));
    expect([run.spentUsd, agent.spentUsd, day.spentUsd]).toEqual([3, 3, 2]);
    expect(counted(told, "r1", at("00:00", "2026-01-07")).day.spentUsd).toBe(0);
  });
  test("without a run the agent's day is what counts", () => {
    const told = tell(settles(1), settles(2, { run: null }), reserves("a", 4, null));
    expect(counted(told, null).run).toEqual({ spentUsd: 3, reservedUsd: 4 });
  });
  test("each run has its own, however many there are", () => {
    const runs = Array.from({ length: 600 }, (_, index) => `run-${index}`);
    const told = tell(...runs.map((run, index) => settles(index, { run })));
    expect(runs.map((run) => counted(told, run).run.spentUsd)).toEqual(runs.map((_, n) => n));
    const fullest = Math.max(...told.state.runs.map(({ size }) => size));
    expect([told.state.runs.length, fullest < 12]).toEqual([256, true]);
  });
});

describe("what cannot have happened", () => {
  test.each(["CostSettled", "CostReleased"])("%s of what was never reserved", (type) => {
    const event = decodeRunEvent(type, '{"key":"a","run":null,"spentUsd":1,"amountUsd":1}', 1);
    const fold = (): unknown =>
      evolveRun(emptyRun, {
        event,
        metadata: {
          commandId: "c",
          correlationId: "c",
          org: "demo",
          actor: { kind: "agent", id: "ci" },
          channel: "rest",
          occurredAt: nine,
          schemaVersion: 1,
        },
      });
    expect(fold).toThrow(`${type} cannot have happened: nothing is reserved under a.`);
  });
  test("an event of another kind, or of a newer build", () => {
    const unknown = (type: string, version: number): string =>
      `Unknown run event ${type} in version ${version}.`;
    expect(() => decodeRunEvent("CostGuessed", "{}", 1)).toThrow(unknown("CostGuessed", 1));
    expect(() => decodeRunEvent("CostSettled", "{}", 2)).toThrow(unknown("CostSettled", 2));
  });
});
