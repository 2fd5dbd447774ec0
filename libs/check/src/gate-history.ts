import type { DefinitionEvent } from "@countersign/domain/definition/definition.ts";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import type { LogEntry } from "./log-entry.ts";

/** A gate as it stood, with its version. */
export interface StandingGate extends Gate {
  readonly version: number;
}

/** The gates of an org at one revision of its definitions. */
export interface StandingGates {
  readonly gates: readonly StandingGate[];
  /** Ids of rules. */
  readonly rules: ReadonlySet<string>;
  readonly hasLevels: boolean;
}

/** The first imports kept their authors' own words; such gates did not hold yet. */
const isGate = (content: object): boolean => "subject" in content;

/** An org's gates over time, from the entries of its definition stream. */
export const gateHistory = (
  entries: readonly LogEntry[],
): ((revision: number) => StandingGates) => {
  const known = new Map<number, StandingGates>();
  return (revision) => {
    const found = known.get(revision);
    if (found !== undefined) {
      return found;
    }
    const gates = new Map<string, StandingGate>();
    const rules = new Set<string>();
    let hasLevels = false;
    for (const entry of entries.slice(0, revision + 1)) {
      const event = { type: entry.type, data: entry.data } as DefinitionEvent;
      if (event.type === "GateImported" && isGate(event.data.content)) {
        gates.set(event.data.id, { ...event.data.content, version: event.data.version });
      } else if (event.type === "GateRetired") {
        gates.delete(event.data.id);
      } else if (event.type === "RuleImported") {
        rules.add(event.data.id);
      } else if (event.type === "RuleRetired") {
        rules.delete(event.data.id);
      } else if (event.type === "LevelsImported" || event.type === "LevelsRetired") {
        hasLevels = event.type === "LevelsImported";
      }
    }
    const made = { gates: [...gates.values()], rules, hasLevels };
    known.set(revision, made);
    return made;
  };
};
