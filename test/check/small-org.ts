import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { DefinitionEvent } from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import { decideDirectory } from "@countersign/domain/directory/decide.ts";
import { emptyDelegations } from "@countersign/domain/delegation/evolve.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { emptyDirectory, evolveDirectory } from "@countersign/domain/directory/evolve.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { Ask, Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { definition, directory, imported, stream } from "./written.ts";
import { append, minute, type Written } from "./planting.ts";

export const ask = (requestId: string, policy: string, context: Ask["context"]): Ask => ({
  requestId,
  title: "Deploy",
  description: null,
  action: { type: "deploy", parameters: {} },
  payloadHash: "sha256:1",
  agent: null,
  reasonCodes: [],
  policyTrace: {},
  riskSnapshot: {},
  view: null,
  context,
  links: {},
  urgency: "normal",
  schema: null,
  dedupe: null,
  previousRequestId: null,
  validation: null,
  observers: [],
  suggested: [],
  policy,
  approvers: null,
  expiresIn: "2h",
  topic: null,
});

/** A commander in small: the real decisions of an org, one after another, written to a log. */
export interface SmallOrg {
  readonly log: readonly LogEntry[];
  /** Refused commands change nothing. */
  change(command: DirectoryCommand): void;
  request(id: string, principal: Principal | null, command: RequestCommand): void;
  /** The request as its events left it. */
  state(id: string): RequestState;
  passMinutes(count: number): void;
}

/**
 * An org with these policies and nobody in it. A forgetful one decides by the people there were at its first request
 * and writes down that it had read today's: what no commander may do.
 */
export const smallOrg = (
  policies: readonly Policy[],
  forgetful = false,
  more: readonly Written[] = [],
): SmallOrg => {
  let log: LogEntry[] = [];
  let now = 0;
  let people = emptyDirectory;
  let definitions = emptyDefinition;
  const requests = new Map<string, RequestState>();
  const admin = { kind: "person", id: "ana" } as const;

  const write = (
    name: string,
    actor: EventMetadata["actor"],
    events: readonly { readonly type: string; readonly data: unknown }[],
  ): readonly LogEntry[] => {
    const written = events.map(({ type, data }): Written => [type, data]);
    const before = log.length;
    log = append(log, { stream: name, actor, events: written, minute: now });
    return log.slice(before);
  };

  const imports = [...more, ...policies.map((policy) => imported("Policy", policy))];
  for (const { type, data, metadata } of write(
    definition,
    admin,
    imports.map(([type, data]) => ({ type, data })),
  )) {
    const event = { type, data } as DefinitionEvent;
    definitions = evolveDefinition(definitions, { event, metadata });
  }

  let remembered: DirectoryState | null = null;
  const reference = (): Reference => ({
    directory: forgetful ? (remembered ??= people) : people,
    definition: definitions,
    delegation: emptyDelegations,
    evaluateExpression: () => ({ value: null, why: "no guards here" }),
  });

  return {
    get log() {
      return log;
    },
    state: (id) => requests.get(id) ?? absentRequest,
    passMinutes: (count) => {
      now += count;
    },
    change: (command) => {
      const { events } = decideDirectory(people, command);
      write(directory, admin, events);
      for (const event of events) {
        people = evolveDirectory(people, { event });
      }
    },
    request: (id, principal, command) => {
      const state = requests.get(id) ?? absentRequest;
      const actor =
        principal === null
          ? command.type === "fire-timer"
            ? ({ kind: "timer", id: command.kind } as const)
            : ({ kind: "system", id: "process" } as const)
          : { kind: principal.kind, id: principal.id };
      const context = { now: minute(now), actor, channel: "rest", principal } as const;
      const { events } = decide(state, command, context, reference());
      const entries = write(stream(id), actor, events);
      requests.set(
        id,
        entries.reduce((before, { metadata }, index) => {
          const event = events[index];
          return event === undefined ? before : evolve(before, { event, metadata });
        }, state),
      );
    },
  };
};
