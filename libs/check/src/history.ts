import { definitionHistory, type DefinitionHistory } from "./definition-history.ts";
import { directoryHistory, type DirectoryHistory } from "./directory-history.ts";
import { categoryOf, orgOf, type LogEntry } from "./log-entry.ts";
import type { Guard } from "./conditions.ts";

/** An org's reference streams over time. */
export interface OrgHistory {
  readonly directory: DirectoryHistory;
  readonly definitions: DefinitionHistory;
}

/** A whole log, sorted out: what every invariant reads. */
export interface History {
  readonly log: readonly LogEntry[];
  /** Entries of each stream in the order of the log. */
  readonly streams: ReadonlyMap<string, readonly LogEntry[]>;
  org(entry: LogEntry): OrgHistory;
  /** Entries of every stream of a category. */
  category(name: string): readonly (readonly LogEntry[])[];
  /** Evaluates guard expressions; without it, what rests on one is not judged. */
  readonly guard: Guard | null;
}

/** Sorts a log in global order into its streams. */
export const historyOf = (log: readonly LogEntry[], guard: Guard | null): History => {
  const streams = new Map<string, LogEntry[]>();
  for (const entry of log) {
    const stream = streams.get(entry.stream);
    if (stream === undefined) {
      streams.set(entry.stream, [entry]);
    } else {
      stream.push(entry);
    }
  }
  const orgs = new Map<string, OrgHistory>();
  const org = (entry: LogEntry): OrgHistory => {
    const name = orgOf(entry);
    const known = orgs.get(name);
    if (known !== undefined) {
      return known;
    }
    const made = {
      directory: directoryHistory(streams.get(`directory-${name}.main`) ?? []),
      definitions: definitionHistory(streams.get(`definition-${name}.main`) ?? []),
    };
    orgs.set(name, made);
    return made;
  };
  const category = (name: string): readonly (readonly LogEntry[])[] =>
    [...streams.values()].filter(([first]) => first !== undefined && categoryOf(first) === name);
  return { log, streams, org, category, guard };
};
