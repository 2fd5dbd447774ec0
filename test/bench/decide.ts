import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { DecideContext } from "@countersign/domain/request/commands.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { role } from "../testkit/examples/directory.ts";
import { any, atLeast, group, level, policy } from "../testkit/examples/policies.ts";
import { approves, asked, denies, morning, type Happening } from "../testkit/happenings.ts";
import { referenceOf, world, type World } from "../testkit/world.ts";

/**
 * What deciding one vote and folding its events takes on a request of four levels with thirty events behind it; and
 * folding those thirty anew, which only happens when no process has the stream in its cache.
 */

const crew = ["bo", "cy", "dee", "eli", "fay", "gus", "hal"];
const lenient = { onDeny: "unreachable" } as const;
const before: World = world(
  policy([
    level(group(atLeast(5), "crew"), lenient),
    level([group(any, "qa_lead"), group(atLeast(2), "sre")]),
    level(group(atLeast(3), "crew"), lenient),
    level(group(any, "director")),
  ]),
);
const bench: World = { ...before, directory: role("crew", ...crew)(before.directory) };

const contextOf = ({
  principal,
  actor,
}: Extract<Happening, { kind: "command" }>): DecideContext => ({
  now: morning,
  actor,
  channel: "rest",
  principal,
});

const metadata: EventMetadata = {
  commandId: "cmd_bench",
  correlationId: "bench",
  org: "demo",
  actor: { kind: "person", id: "bo" },
  channel: "rest",
  occurredAt: morning,
  schemaVersion: 1,
};

const fold = (from: RequestState, events: readonly RequestEvent[]): RequestState =>
  events.reduce((state, event) => evolve(state, { event, metadata }), from);

/** Votes, changed votes and levels until so many events stand, the third level open. */
const history = (): readonly RequestEvent[] => {
  const reference = referenceOf(bench);
  const said: Happening[] = [
    asked(),
    ...["bo", "cy", "dee"].flatMap((id) => [denies(id), approves(id), denies(id), approves(id)]),
    ...["eli", "fay", "gus", "hal"].map((id) => approves(id)),
    ...["eli", "fay", "cy", "bo"].map((id) => approves(id, { level: 2 })),
  ];
  const events: RequestEvent[] = [];
  for (const happening of said) {
    if (happening.kind !== "command") continue;
    const state = fold(absentRequest, events);
    events.push(...decide(state, happening.command, contextOf(happening), reference).events);
  }
  return events;
};

const middle = (values: Float64Array): number =>
  values.toSorted()[Math.floor(values.length / 2)] ?? Number.NaN;

const microseconds = (runs: number, work: () => void): number => {
  const taken = new Float64Array(runs);
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    work();
    taken[run] = (performance.now() - start) * 1_000;
  }
  return middle(taken);
};

export interface DecideRow {
  readonly events: number;
  /** Medians, in microseconds. */
  readonly decideAndEvolve: number;
  readonly foldAnew: number;
}

/** Measures in this process; takes about a second. */
export const measureDecide = (runs = 20_000): DecideRow => {
  const events = history();
  const state = fold(absentRequest, events);
  const reference = referenceOf(bench);
  const vote = approves("hal", { level: 3 });
  if (vote.kind !== "command") throw new Error("a vote is a command");
  const context = contextOf(vote);
  const decideOnce = (): void => {
    const decision = decide(state, vote.command, context, reference);
    if (decision.events.length === 0) throw new Error("the vote brings nothing about");
    fold(state, decision.events);
  };
  const foldOnce = (): void => void fold(absentRequest, events);
  microseconds(runs / 4, decideOnce);
  microseconds(runs / 4, foldOnce);
  return {
    events: events.length,
    decideAndEvolve: microseconds(runs, decideOnce),
    foldAnew: microseconds(runs, foldOnce),
  };
};

/** Prints the row, its limit beside it. */
export const printDecide = ({ events, decideAndEvolve, foldAnew }: DecideRow): void => {
  console.table({
    [`decide and evolve a vote, 4 levels, ${events} events`]: {
      "median µs": Number(decideAndEvolve.toFixed(2)),
      "at most µs": 50,
    },
    [`fold ${events} events anew`]: { "median µs": Number(foldAnew.toFixed(2)) },
  });
};

if (import.meta.main) printDecide(measureDecide());
