import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import type { Api } from "../testkit/http.ts";
import { violationsOf } from "../testkit/processes/event-log.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import {
  startServices,
  type RunningService,
  type Services,
} from "../testkit/processes/services.ts";
import { available } from "../testkit/servers.ts";
import { asked } from "./asking.ts";

/** A measure of a scheduler, from its `/metrics`. */
const measure = async ({ url }: RunningService, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^countersign_${name}(?:\\{.*\\})? (\\S+)$`, "m").exec(text)?.[1]);
};

const leads = async (scheduler: RunningService): Promise<boolean> =>
  (await measure(scheduler, "timers_leading")) === 1;

describe.runIf(available("nats-server"))("two schedulers, each its own process", () => {
  let services: Services;
  let ci: Api;
  const schedulers: RunningService[] = [];
  const ids: string[] = [];

  /** Requests that expire one after the other within the next seconds. */
  const askForExpiring = async (count: number): Promise<string[]> => {
    const made: string[] = [];
    for (let number = 0; number < count; number++)
      made.push((await asked(ci, { expires_in: `${1 + (number % 4)}s` })).id);
    ids.push(...made);
    return made;
  };

  const expired = async (some: readonly string[]): Promise<void> => {
    for (const id of some) {
      const { body } = await ci.get(`/approvals/${id}?wait=20s`);
      expect(body).toMatchObject({
        status: "expired",
        resolution: { by: { kind: "timer", id: "expiry" } },
      });
    }
  };

  /** The one that leads, and the one that stands by; on a machine that is slow for a moment they may change. */
  const leaderAndOther = (): Promise<readonly [RunningService, RunningService]> =>
    eventually("one leader", async () => {
      const [one, two] = schedulers;
      if (one === undefined || two === undefined) throw new Error("there are not two");
      const [first, second] = await Promise.all([leads(one), leads(two)]);
      if (first === second) return undefined;
      return first ? [one, two] : [two, one];
    });

  const untilLeading = (scheduler: RunningService): Promise<true> =>
    eventually("its lead", async () => ((await leads(scheduler)) ? true : undefined));

  beforeAll(async () => {
    services = await startServices("acme", "alice");
    const alice = await services.as("alice");
    ci = await services.as("ci", "agent");
    await alice.put("/directory/people/bo", { name: "bo", access: "approver" });
    await alice.put("/directory/roles/qa_lead", { members: ["bo"] });
    await alice.put("/directory/agents/ci", { name: "CI", owner: "alice" });
    const first = services.service("scheduler");
    await untilLeading(first);
    schedulers.push(first, await services.startAnother("scheduler"));
  }, 60_000);
  afterAll(() => services[Symbol.asyncDispose]());

  test("one publishes and the other stands by", async () => {
    const [leader] = await leaderAndOther();
    await expired(await askForExpiring(4));
    expect(await measure(leader, "timers_published_total")).toBeGreaterThan(0);
  }, 30_000);

  test("the other takes over while one is stopped, and what that says when it goes on has no effect", async () => {
    const [leader, other] = await leaderAndOther();
    const due = await askForExpiring(12);
    leader.program.kill("SIGSTOP");
    await untilLeading(other);
    await expired(due);
    leader.program.kill("SIGCONT");
    await leaderAndOther();
    await expired(await askForExpiring(4));
  }, 60_000);

  test("the other takes over when one is killed", async () => {
    const [leader, other] = await leaderAndOther();
    const due = await askForExpiring(8);
    leader.program.kill("SIGKILL");
    await untilLeading(other);
    await expired(due);
  }, 60_000);

  test("every timer took effect once, and the log breaks no invariant", async () => {
    expect(ids).toHaveLength(28);
    const log = await services.readLog();
    const endings = new Map<string, LogEntry[]>();
    for (const entry of log)
      if (entry.type === "RequestExpired")
        endings.set(entry.stream, [...(endings.get(entry.stream) ?? []), entry]);
    expect([...endings.keys()].toSorted()).toEqual(
      ids.map((id) => `request-acme.${id}`).toSorted(),
    );
    expect([...endings.values()].filter((of) => of.length !== 1)).toEqual([]);
    expect(violationsOf(log)).toEqual([]);
  });
});
