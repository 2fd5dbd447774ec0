import { findingText, type Finding } from "./faults-text.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

/** What `POST …/definitions/simulate` answers. */
export interface SimulationAnswer {
  readonly levels: readonly {
    readonly number: number;
    readonly name: string;
    readonly applies: boolean;
    readonly because: string | null;
    readonly logic: string;
    readonly groups: readonly {
      readonly group: string;
      readonly required: string;
      readonly needed: number;
      readonly slots: readonly { readonly approver: string | null; readonly why: string }[];
      readonly dead_end: string | null;
    }[];
  }[];
  readonly timers: readonly {
    readonly at: string;
    readonly level: number | null;
    readonly step: number | null;
    readonly action: string;
    readonly to: readonly string[];
    readonly on_timeout?: string | null;
    readonly suppressed?: string;
  }[];
  readonly expires_at: string | null;
  readonly warnings: readonly Finding[];
}

/** What `POST …/definitions/backtest` answers. */
export interface BacktestAnswer {
  readonly period: { readonly from: string; readonly to: string };
  readonly requests: number;
  readonly allow: number;
  readonly deny: number;
  readonly escalate: number;
  readonly changed: readonly {
    readonly approval_id: string;
    readonly was: string;
    readonly would: string;
  }[];
  readonly approvers: Readonly<Record<string, number>>;
  readonly warnings: readonly Finding[];
}

type SimulatedLevel = SimulationAnswer["levels"][number];

const groupLines = ({ groups, logic }: SimulatedLevel): string[] =>
  groups.flatMap(({ group, required, needed, slots, dead_end: end }, index) => [
    `     ${index === 0 ? "" : `${logic} `}${visible(group)}: ${required}, ${needed} needed`,
    ...slots.map(
      ({ approver, why }) => `       - ${visible(approver ?? "a child request")}, ${visible(why)}`,
    ),
    ...(end === null ? [] : [`       ! dead end: ${visible(end)}`]),
  ]);

const levelLines = (level: SimulatedLevel): string[] => {
  const { number, name, applies, because } = level;
  const why = because === null ? "" : ` (${visible(because)})`;
  return [
    `  ${number}. ${visible(name)}: ${applies ? "asked" : "skipped"}${why}`,
    ...(applies ? groupLines(level) : []),
  ];
};

const warningLines = (
  warnings: readonly Finding[],
  file: string,
  lines: readonly string[],
): string[] =>
  warnings.map(({ code, ...warning }) =>
    findingText(file, { ...warning, code: `warning ${code}` }, lines),
  );

/** Who would be asked, when, and what is odd about it. */
export const simulationText = (
  simulation: SimulationAnswer,
  file: string,
  lines: readonly string[],
): string => {
  const { levels, timers, expires_at: expiresAt, warnings } = simulation;
  return [
    levels.length === 0 ? "Nobody would be asked." : "Levels:",
    ...levels.flatMap(levelLines),
    ...(timers.length === 0
      ? []
      : [
          "Timers, if nobody acts:",
          table(
            ["AT", "ACTION", "LEVEL", "STEP", "TO"],
            timers.map(({ at, action, level, step, to, suppressed, on_timeout: then }) => [
              at,
              typeof then === "string" ? `${action}: ${then}` : action,
              level === null ? "all" : String(level),
              step === null ? "" : String(step),
              visible(suppressed === undefined ? to.join(", ") : `nothing: ${suppressed}`),
            ]),
          ),
        ]),
    ...(levels.some(({ applies }) => applies) ? [`Expires: ${expiresAt ?? "never"}`] : []),
    ...warningLines(warnings, file, lines),
  ].join("\n");
};

/** What a draft would have done to the requests of a period. */
export const backtestText = (
  backtest: BacktestAnswer,
  file: string,
  lines: readonly string[],
): string => {
  const { period, requests, allow, deny, escalate, changed, approvers, warnings } = backtest;
  const people = Object.entries(approvers).toSorted(([, a], [, b]) => b - a);
  return [
    `${requests} ${requests === 1 ? "request" : "requests"} from ${period.from} to ${period.to}: ${allow} allowed, ${escalate} asked about, ${deny} denied.`,
    ...(people.length === 0
      ? []
      : [
          table(
            ["APPROVER", "ASKED"],
            people.map(([id, count]) => [visible(id), String(count)]),
          ),
        ]),
    ...(changed.length === 0
      ? ["Nothing would have changed."]
      : [
          table(
            ["REQUEST", "WAS", "WOULD BE"],
            changed.map(({ approval_id: id, was, would }) => [visible(id), was, would]),
          ),
        ]),
    ...warningLines(warnings, file, lines),
  ].join("\n");
};
