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
import { asked, importFile } from "./asking.ts";

/** Reminded twice, escalated once, and expired after that by its own timer. */
const ladder = `policy:
  id: ladder
  name: QA with a ladder
  expires_in: 5s
  chain:
    - level: 1
      name: QA
      assignments: [{ type: role, identifier: qa_lead }]
      required: any
      timeout: 4s
      escalation:
        - { after: 1s, action: reminder }
        - { after: 2s, action: escalate, to: [{ type: user, identifier: cy }] }
        - { after: 3s, action: reminder }
`;

/** What the timers of one request left in the log, in order; collapsed reminders stand there too. */
const effects: ReadonlySet<string> = new Set([
  "ReminderDue",
  "TimerSuppressed",
  "RequestEscalated",
  "LevelOverdue",
  "RequestExpired",
]);

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
  const ladders: string[] = [];

  /** Requests that expire one after the other within the next seconds, every second one after its whole ladder. */
  const askForExpiring = async (count: number): Promise<string[]> => {
    const made: string[] = [];
    for (let number = 0; number < count; number++) {
      const over =
        number % 2 === 0
          ? { expires_in: `${1 + (number % 4)}s` }
          : { policy: "ladder", approvers: undefined };
      const { id } = await asked(ci, over);
      if (number % 2 === 1) ladders.push(id);
      made.push(id);
    }
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
    for (const id of ["bo", "cy"])
      await alice.put(`/directory/people/${id}`, { name: id, access: "approver" });
    await alice.put("/directory/roles/qa_lead", { members: ["bo"] });
    await alice.put("/directory/agents/ci", { name: "CI", owner: "alice" });
    const imported = await importFile({ as: () => alice }, ladder);
    expect(imported.status, imported.text).toBe(201);
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

  test("every timer took effect once, in order, and the log breaks no invariant", async () => {
    expect(ids).toHaveLength(28);
    const log = await services.readLog();
    const happened = new Map<string, LogEntry[]>();
    for (const entry of log)
      if (effects.has(entry.type))
        happened.set(entry.stream, [...(happened.get(entry.stream) ?? []), entry]);
    /** Steps in the order in which they took effect; the due mark, and at last the expiry, have none. */
    const stepsOf = (id: string): unknown[] =>
      (happened.get(`request-acme.${id}`) ?? []).map(({ data }) => Object(data).step ?? null);
    const whole = [1, 2, 3, null, null];
    for (const id of ids) {
      const steps = stepsOf(id);
      // Where a take-over took so long that the request ran out first, the rest of its ladder is not said any more.
      const expected = ladders.includes(id) ? [...whole.slice(0, steps.length - 1), null] : [null];
      expect(steps).toEqual(expected);
    }
    expect(ladders.map(stepsOf)).toContainEqual(whole);
    expect(violationsOf(log)).toEqual([]);
  });

  test("a timer that took effect a second time would be found", async () => {
    const log = await services.readLog();
    for (const type of ["ReminderDue", "RequestEscalated", "LevelOverdue"]) {
      const place = log.findIndex((entry) => entry.type === type);
      const first = log[place];
      if (first === undefined) throw new Error(`there is no ${type}`);
      const stream = log.filter(({ stream: of }) => of === first.stream);
      const last = stream.at(-2);
      if (last === undefined) throw new Error("its request has no end");
      // Again where its request was still pending, as another command would have it that did not know of the first.
      const again = log.toSpliced(log.indexOf(last) + 1, 0, {
        ...first,
        eventId: `${first.eventId}-again`,
        position: last.position,
      });
      expect(violationsOf(again).map(({ invariant }) => invariant)).toContain("I7");
    }
  });
});
