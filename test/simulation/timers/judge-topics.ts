import type { SlaMarks } from "@countersign/domain/topic/sla.ts";
import type { TopicEvent } from "@countersign/domain/topic/topic.ts";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";

/** States of the run's workflow with their marks in milliseconds: a topic goes round through them. */
export const stays: Readonly<Record<string, readonly [warning: number, breach: number]>> = {
  new: [60_000, 3_600_000],
  open: [3_600_000, 30 * 86_400_000],
  waiting: [86_400_000, 900 * 86_400_000],
};

const names = Object.keys(stays);

/** The state that follows. */
export const nextState = (state: string): string =>
  names[(names.indexOf(state) + 1) % names.length] ?? "new";

/** The workflow as a file brings it in. */
export const workflowYaml = `workflow: { id: tickets }
states:
${names.map((name) => `  ${name}: { sla: { warning: ${(stays[name]?.[0] ?? 0) / 1_000}s, breach: ${(stays[name]?.[1] ?? 0) / 1_000}s } }`).join("\n")}
transitions:
${names.map((name) => `  - { from: ${name}, to: ${nextState(name)} }`).join("\n")}
`;

interface Stay {
  readonly state: string;
  readonly marks: SlaMarks;
  warned: boolean;
  breached: boolean;
}

/** Says which marks of topics were planned wrongly or did not come. What came is judged by the invariants. */
export class TopicJudge {
  readonly #stays = new Map<string, Stay>();

  /** What is wrong with this event, or null. */
  read({ stream, type, data, metadata }: RecordedEvent): string | null {
    const event = { type, data: JSON.parse(data) as unknown } as TopicEvent;
    const stay = this.#stays.get(stream);
    if (event.type === "SlaWarning" && stay !== undefined) stay.warned = true;
    if (event.type === "SlaBreached" && stay !== undefined) stay.breached = true;
    if (event.type !== "TopicCreated" && event.type !== "TransitionCompleted") return null;
    const state = event.type === "TopicCreated" ? event.data.state : event.data.to;
    const marks = event.data.sla;
    if (marks === undefined) {
      this.#stays.delete(stream);
      return null;
    }
    this.#stays.set(stream, { state, marks, warned: false, breached: false });
    const since = Date.parse((JSON.parse(metadata) as { readonly occurredAt: string }).occurredAt);
    const [warning = 0, breach = 0] = stays[state] ?? [];
    const isRight =
      Date.parse(marks.warningAt ?? "") === since + warning &&
      Date.parse(marks.breachAt ?? "") === since + breach;
    return isRight ? null : `${stream} ${state} ${JSON.stringify(marks)}`;
  }

  /** Where each topic stands. */
  states(): ReadonlyMap<string, string> {
    return new Map([...this.#stays].map(([stream, { state }]) => [stream, state]));
  }

  /** A mark that has passed at `now` and was not said, or null. */
  overdue(now: number): string | null {
    for (const [stream, { marks, warned, breached }] of this.#stays) {
      const isBreach = Date.parse(marks.breachAt ?? "") <= now;
      const isWarning = Date.parse(marks.warningAt ?? "") <= now;
      if (!breached && (isBreach || (isWarning && !warned)))
        return `${stream} ${JSON.stringify(marks)} at ${new Date(now).toISOString()}`;
    }
    return null;
  }
}
