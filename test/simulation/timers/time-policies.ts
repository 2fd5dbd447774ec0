import { weekdays } from "@countersign/domain/definition/calendar.ts";
import type { Dice } from "../../testkit/simulation/dice.ts";

/** Every zone that this build knows. */
export const zones: readonly string[] = Intl.supportedValuesOf("timeZone");

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Longest time until a step: ten years but for a day, so that the latest is still a duration. */
const LONGEST = 3_649 * DAY;

/** A policy of the run, as far as a judge must know it. */
export interface TimePolicy {
  readonly id: string;
  /** The calendar of its level, which is named after its zone; null for plain time. */
  readonly zone: string | null;
  /** Steps' durations in milliseconds of the first level, in the order written. */
  readonly after: readonly number[];
  readonly timeout: number | null;
  readonly yaml: string;
}

/** Windows of every calendar: some end or begin in the hours in which clocks are changed. */
export const windows: Readonly<Record<string, readonly string[]>> = {
  mon: ["00:00-03:30", "09:00-17:00"],
  tue: ["09:00-12:00", "13:00-24:00"],
  wed: ["09:00-17:00"],
  thu: ["00:30-24:00"],
  fri: ["09:00-15:00"],
  sat: ["01:15-02:45", "23:00-24:00"],
  sun: ["00:00-02:15", "02:30-05:00"],
};

/** Of every calendar. */
export const holidays: readonly string[] = ["2028-12-25", "2032-02-29"];

/** A zone's calendar has an id without slashes. */
export const calendarId = (zone: string): string => zone.replaceAll(/[^A-Za-z0-9]/g, "_");

const hours = `{ ${weekdays.map((day) => `${day}: [${(windows[day] ?? []).map((window) => `"${window}"`).join(", ")}]`).join(", ")} }`;

/** Evenly spread over the orders of magnitude from a second to `most`, in whole seconds. */
const duration = (dice: Dice, most: number): number =>
  Math.max(1, Math.round(Math.exp(dice.next() * Math.log(most / SECOND)))) * SECOND;

const written = (ms: number): string => `${ms / SECOND}s`;

const notices = [
  "reminder",
  "reminder",
  "notify_executive, to: [{ type: role, identifier: bosses }]",
  "escalate, to: [{ type: role, identifier: bosses }]",
] as const;

const ladder = (
  dice: Dice,
  steps: readonly number[],
  last: "auto_deny" | "auto_approve" | null,
): string =>
  steps
    .map((after, index) => {
      const action = index === steps.length - 1 && last !== null ? last : dice.pick(notices);
      return `{ after: ${written(after)}, action: ${action} }`;
    })
    .join(", ");

const policy = (dice: Dice, number: number, zone: string | null): TimePolicy => {
  // Business time takes some five times as long as plain time: ten years of it would be half a century.
  const most = zone === null ? LONGEST : dice.pick([30 * DAY, 400 * DAY]);
  const steps = Array.from({ length: dice.between(6, 16) }, () => duration(dice, most)).toSorted(
    (a, b) => a - b,
  );
  const isApproving = dice.chance(0.15);
  const last = isApproving ? "auto_approve" : dice.chance(0.2) ? "auto_deny" : null;
  const timeout = dice.chance(0.5) ? duration(dice, most) : null;
  const then = dice.pick(["pause_caller", "pause_caller", "deny"] as const);
  const id = `policy-${number}`;
  const beside = dice.chance(0.2)
    ? `    escalation: [${ladder(dice, [duration(dice, LONGEST)], null)}]\n`
    : "";
  return {
    id,
    zone,
    after: steps,
    timeout,
    yaml: `  - id: ${id}
    expires_in: ${dice.chance(0.8) ? "never" : written(duration(dice, LONGEST))}
    auto_approve: allow
    risk_ceiling: 1
    pause_on_question: ${dice.pick(["0", "1h", "30d"])}
${beside}    chain:
      - assignments: [{ type: role, identifier: staff }]
        required: threshold
        required_count: 2
${zone === null ? "" : `        calendar: ${calendarId(zone)}\n`}${timeout === null ? "" : `        timeout: ${written(timeout)}\n        on_timeout: ${then}\n`}        escalation: [${ladder(dice, steps, last)}]
`,
  };
};

/** Of so many policies one counts in plain time; a file has at most 500 of them. */
const PLAIN = 8;
const MOST_POLICIES = 490;

/** As many policies as a file may have at most, those with calendars over all zones in turn. */
export const timePolicies = (dice: Dice, wanted: number): readonly TimePolicy[] => {
  const first = dice.between(0, zones.length - 1);
  return Array.from({ length: Math.min(wanted, MOST_POLICIES) }, (_, number) => {
    const zone = zones[(first + number - Math.floor(number / PLAIN)) % zones.length] ?? null;
    return policy(dice, number, number % PLAIN === PLAIN - 1 ? null : zone);
  });
};

/** The file that brings calendars and policies into the org. */
export const fileOf = (policies: readonly TimePolicy[]): string => {
  const used = new Set(policies.flatMap(({ zone }) => (zone === null ? [] : [zone])));
  const calendars = [...used].map(
    (zone) =>
      `  - { id: ${calendarId(zone)}, zone: ${zone}, hours: ${hours}, holidays: [${holidays.join(", ")}] }\n`,
  );
  return `defaults: { auto_approve: allow }\n${calendars.length === 0 ? "" : `calendars:\n${calendars.join("")}`}policies:\n${policies.map(({ yaml }) => yaml).join("")}`;
};
