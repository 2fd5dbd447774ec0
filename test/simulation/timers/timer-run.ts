import { makeDice } from "../../testkit/simulation/dice.ts";
import { TimerJudge } from "./judge-timers.ts";
import { Play } from "./play.ts";
import { fileOf, timePolicies } from "./time-policies.ts";
import { openTimerWorld, type Broken } from "./timer-world.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const YEAR = 365.25 * 24 * HOUR;

export interface TimerTally {
  readonly seed: string;
  /** Timers that were planned. */
  readonly timers: number;
  readonly faults: TimerJudge["faults"];
  readonly seen: ReadonlyMap<string, number>;
}

export interface TimerRun {
  readonly seed: string;
  /** Until so many timers were planned, new requests come. */
  readonly timers: number;
  readonly broken?: Broken;
  /** When it begins, milliseconds since 1970; default one of `starts`. */
  readonly from?: number;
}

/** Days before something that calendars or clocks trip over: most timers are short. */
const starts: readonly number[] = [
  Date.UTC(2026, 2, 28),
  Date.UTC(2027, 9, 30),
  Date.UTC(2028, 1, 28),
  Date.UTC(2038, 0, 18),
];

/** Runs time through the product: ten years and more, with whatever may happen to a clock and to those who wait for it. */
export const runTimers = async ({ seed, timers, broken, from }: TimerRun): Promise<TimerTally> => {
  const dice = makeDice(seed);
  const policies = timePolicies(dice, Math.max(60, Math.round(timers / 60)));
  const start = from ?? dice.pick(starts) + dice.between(0, 20) * HOUR;
  await using world = await openTimerWorld(dice, start, fileOf(policies), broken);
  const { clock } = world;
  const judge = new TimerJudge(policies, () => clock.now() - clock.setBy);
  const play = new Play(
    world,
    judge,
    dice,
    policies.map(({ id }) => id),
    broken === undefined ? 40 : 3,
  );
  const rounds = 120;
  for (let round = 0; round < rounds; round++) {
    const wanted = timers * Math.min(1, (round + 1) / (rounds * 0.6)) - play.planned;
    await play.ask(Math.ceil(Math.max(0, wanted) / 9));
    await play.settle();
    await play.toTheMoment();
    if (dice.chance(0.5)) await play.storm();
    if (dice.chance(0.4)) await play.move();
    if (dice.chance(0.3)) await play.jump();
    if (dice.chance(0.3)) await play.rumours();
    await play.lapse((round / rounds) ** 3 * 0.3 * YEAR + 10 * SECOND);
  }
  for (let year = 0; year < 11; year++) {
    clock.lapse(YEAR);
    await play.settle();
    if (dice.chance(0.5)) await play.storm();
  }
  play.check();
  return { seed, timers: play.planned, faults: judge.faults, seen: judge.seen };
};
