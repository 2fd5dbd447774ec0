import { timerSubject } from "@countersign/messaging/subjects.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeDice } from "../testkit/simulation/dice.ts";
import { openTimerWorld, ORG, type TimerWorld } from "./timers/timer-world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start = Date.UTC(2026, 2, 2, 9);

const file = `defaults: { auto_approve: allow }
policies:
  - id: silence
    expires_in: never
    auto_approve: allow
    risk_ceiling: 1
    chain:
      - assignments: [{ type: role, identifier: staff }]
        required: threshold
        required_count: 2
        escalation: [{ after: 1h, action: reminder }, { after: 2h, action: auto_approve }]
`;

let world: TimerWorld;
let id: string;

// The test itself is the scheduler: it says when which message comes.
beforeEach(async () => {
  const nobody = { close: () => Promise.resolve() };
  world = await openTimerWorld(makeDice("jumps"), start, file, { publish: () => nobody });
  id = await world.ask("silence");
});
afterEach(() => world[Symbol.asyncDispose]());

/** Says that the approving step is due, and answers all that ladders have done so far. */
const sayDue = async (): Promise<readonly string[]> => {
  await world.bus.publish({
    subject: timerSubject(ORG, "auto_approve"),
    id: `said-${world.published.length}`,
    body: JSON.stringify({
      key: "k",
      request: id,
      version: 1,
      level: 1,
      step: 2,
      generation: 1,
      due_at: new Date(start + 2 * HOUR).toISOString(),
    }),
  });
  await world.idle();
  const done = world.store.log.map(({ type }) => type);
  return done.filter((type) => type === "ReminderDue" || type === "LevelAutoApproved");
};

test("an approval that waited for the clock comes when its time has come, whatever came along with it", async () => {
  world.clock.set(10 * HOUR);
  expect(await sayDue()).toEqual(["ReminderDue"]);
  world.clock.set(-10 * HOUR);
  expect(await sayDue()).toEqual(["ReminderDue"]);
  world.clock.lapse(2 * HOUR);
  expect(await sayDue()).toEqual(["ReminderDue", "LevelAutoApproved"]);
});

test("nothing is approved because somebody voted while the clock was ahead", async () => {
  world.clock.set(30 * DAY);
  const vote = { type: "approve", payloadHash: null, level: 1, notes: null } as const;
  expect((await world.command(id, "bo", vote)).ok).toBe(true);
  world.clock.set(-30 * DAY);
  expect(await sayDue()).not.toContain("LevelAutoApproved");
  world.clock.lapse(2 * HOUR);
  expect(await sayDue()).toContain("LevelAutoApproved");
});
