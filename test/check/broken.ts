import { check, type CheckOptions } from "@countersign/check/check.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";

/** Which invariants a log breaks, each once, in the order of the checks; with every sentence when asked by name. */
export const broken = (log: readonly LogEntry[], options?: CheckOptions): string[] => [
  ...new Set(check(log, options).map(({ invariant }) => invariant)),
];

/** The sentences of one invariant's violations. */
export const sentences = (
  log: readonly LogEntry[],
  invariant: string,
  options?: CheckOptions,
): string[] =>
  check(log, options)
    .filter((found) => found.invariant === invariant)
    .map(({ message }) => message);
