import type { Change } from "@countersign/domain/definition/changes/change.ts";

/** Each change as one line: where it stands, what it says, and whether it loosens. */
export const told = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ path, text, loosens }) => `${loosens ? "LOOSENS " : ""}${path}: ${text}`);
