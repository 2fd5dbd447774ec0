import { startOrg, type RunningOrg } from "../service/projector/running-org.ts";
import { systemClock, type Clock } from "@countersign/runtime/clock.ts";

/** A small generator of numbers in [0, 1) (mulberry32): the same seed gives the same day. */
export const seeded = (seed: number): { next(): number } => {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
};

/** A clock that moves on by a second whenever it is read. */
const steppingClock = (): Clock => {
  let now = Date.parse("2026-03-02T08:00:00.000Z");
  return { ...systemClock, now: () => (now += 1_000) };
};

const approvers = [
  [{ type: "role", identifier: "qa_lead" }],
  [{ type: "user", identifier: "dee" }],
  [{ type: "user", identifier: "cy@example.com" }],
  [
    { type: "role", identifier: "qa_lead" },
    { type: "user", identifier: "dee" },
  ],
];

const people = ["bo", "cy", "dee"];

/** The second level shows how many it will want of the people of the day: also in a request denied at the first. */
const definitions = (version: number): string => `
policies:
  - id: two-levels
    name: Two levels, ${version}
    chain:
      - { level: 1, name: First, assignments: [{ type: role, identifier: qa_lead }], required: any }
      - { level: 2, name: All, assignments: [{ type: role, identifier: qa_lead }], required: all }
workflow:
  id: release
  states: { staging: { type: initial }, production: {} }
  transitions:
    - from: staging
      to: production
      name: Ship ${version}
      require_approval: [{ assignment: { type: role, identifier: qa_lead } }]
`;

/**
 * A day in an org: asks of agents and people, votes good and bad, cancellations, and people who come, go and change
 * roles in between, several at once so that batches hold more than one thing. Returns what really happened.
 */
export const randomDay = async (
  seed: number,
  steps: number,
): Promise<{ org: RunningOrg; happened: Map<string, number> }> => {
  const random = seeded(seed);
  const org = await startOrg({ clock: steppingClock(), random: seeded(seed + 1) });
  const happened = new Map<string, number>();
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(random.next() * list.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  };
  const ids: string[] = [];
  const count = (what: string, ok: boolean): void => {
    const key = ok ? what : `${what} refused`;
    happened.set(key, (happened.get(key) ?? 0) + 1);
  };
  const ask = async (): Promise<void> => {
    const body = {
      title: `Deploy ${ids.length}`,
      action: { type: pick(["kubernetes:deploy", "db:migrate"]), parameters: { n: ids.length } },
      ...(random.next() < 0.4 ? { policy: "two-levels" } : { approvers: pick(approvers) }),
      reason_codes: random.next() < 0.5 ? ["REQUIRES_APPROVAL"] : [],
      urgency: pick(["low", "normal", "high", "critical"]),
    };
    const answer = await org.command(pick(["ci", "other-bot", "dee"]), "request-approval", body);
    count("ask", answer.ok);
    if (answer.ok) ids.push(String(answer.result["id"]));
  };
  const vote = async (): Promise<void> => {
    if (ids.length === 0) return;
    const name = pick(["approve", "approve", "deny"]);
    const answer = await org.command(pick(people), name, { reason: "No." }, pick(ids.slice(-12)));
    count(name, answer.ok);
  };
  const cancel = async (): Promise<void> => {
    if (ids.length === 0) return;
    const answer = await org.command("ana", "cancel", {}, pick(ids.slice(-12)));
    count("cancel", answer.ok);
  };
  const moveRole = async (): Promise<void> => {
    const members = people.filter(() => random.next() < 0.8);
    await org.change({ type: "put-role", role: "qa_lead", members });
    count(members.length === 0 ? "role emptied" : "role changed", true);
  };
  const movePerson = async (): Promise<void> => {
    const id = pick(people);
    const active = random.next() < 0.85;
    await org.change({
      type: "put-person",
      person: { id, name: id, email: `${id}@example.com`, access: "approver", zone: null, active },
    });
    count(active ? "person active" : "person inactive", true);
  };
  let versions = 1;
  await org.define(definitions(versions));
  const define = async (): Promise<void> => {
    if (random.next() < 0.7) return;
    await org.define(definitions((versions += 1)));
    count("definitions changed", true);
  };
  const transition = async (): Promise<void> => {
    const body = {
      workflow: "release",
      topic: { id: `r${Math.floor(random.next() * 20)}`, attributes: { n: ids.length } },
      to: "production",
    };
    const answer = await org.command("ci", "request-transition", body);
    count("transition", answer.ok);
    const asked = answer.ok ? answer.result["approval_ids"] : [];
    if (Array.isArray(asked))
      for (const id of asked) if (!ids.includes(String(id))) ids.push(String(id));
  };
  for (let step = 0; step < steps; step += 1) {
    const doings = [ask, ask, vote, vote, vote, cancel, moveRole, movePerson, define, transition];
    await Promise.all(
      Array.from({ length: 1 + Math.floor(random.next() * 5) }, () => pick(doings)()),
    );
  }
  return { org, happened };
};
