import type { Actor } from "@countersign/domain/actor.ts";
import type { LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { bot, directory, imported, org, person, policy, stream, submitted } from "./written.ts";
import { append, type Written } from "./planting.ts";

export interface Scenario {
  readonly levels: readonly LevelPlan[];
  readonly policy?: Partial<Policy>;
  readonly asked?: Partial<SubmittedFields>;
  /** Beside the org of the good log: further definitions. */
  readonly definitions?: readonly Written[];
}

/** What happens next: events of the request by somebody, or changes of the directory. */
export type Step =
  | { readonly by: Actor; readonly events: readonly Written[] }
  | { readonly people: readonly Written[] };

/** Events of the asked request by a person. */
export const by = (id: string, ...events: Written[]): Step => ({ by: person(id), events });

/** Events that come with the ask itself. */
export const asking = (...events: Written[]): Step => ({ by: bot, events });

/** Changes of the directory. */
export const people = (...changes: Written[]): Step => ({ people: changes });

/** The log of one request `apr_1` under a policy of these levels. */
export const story = (scenario: Scenario, ...steps: readonly Step[]): LogEntry[] => {
  const { levels, asked = {}, definitions = [] } = scenario;
  const rules = imported("Policy", policy("p", [...levels], scenario.policy));
  const name = stream("apr_1");
  const pinned = { policies: [{ id: "p", version: 1, gate: null }], ...asked };
  const [first, ...rest] = steps;
  const opening = first !== undefined && "by" in first ? first.events : [];
  const start = append(org(...definitions, rules), {
    stream: name,
    actor: bot,
    events: [submitted("apr_1", pinned), ...opening],
    minute: 5,
  });
  return rest.reduce(
    (log, step, index) =>
      "by" in step
        ? append(log, { stream: name, actor: step.by, events: step.events, minute: 6 + index })
        : append(log, {
            stream: directory,
            actor: person("ana"),
            events: step.people,
            minute: 6 + index,
          }),
    start,
  );
};
