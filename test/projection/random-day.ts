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
      approvers: pick(approvers),
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
  for (let step = 0; step < steps; step += 1) {
    const doings = [ask, ask, vote, vote, vote, cancel, moveRole, movePerson];
    await Promise.all(
      Array.from({ length: 1 + Math.floor(random.next() * 5) }, () => pick(doings)()),
    );
  }
  return { org, happened };
};
