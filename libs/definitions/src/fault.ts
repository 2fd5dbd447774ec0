export type FaultCode =
  | "yaml-syntax"
  | "json-syntax"
  | "toml-syntax"
  | "duplicate-key"
  | "unknown-key"
  | "missing-key"
  | "wrong-type"
  | "not-one-of"
  | "out-of-range"
  | "bad-duration"
  | "bad-date"
  | "bad-hours"
  | "unknown-zone"
  | "bad-schedule"
  | "bad-schema"
  | "bad-guard"
  | "bad-id"
  | "duplicate-id"
  | "unknown-name"
  | "too-deep"
  | "too-many-aliases";

export type WarningCode =
  | "unreachable-step"
  | "step-order"
  | "auto-approve-off"
  | "step-up-off"
  | "unknown-role"
  | "unknown-person"
  | "empty-role"
  | "quorum-too-high"
  | "never-applies"
  | "ambiguous-day"
  | "never-opens"
  | "asker-fact";

/** Where in a file something stands, and what is to be said about it. Lines and columns count from 1. */
export interface Finding<Code extends string> {
  readonly code: Code;
  /** One sentence. */
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** `transitions[2].approval_chain.chain[1].required`; empty for the file itself. */
  readonly path: string;
  /** The offending line, shortened when it is very long. */
  readonly text: string;
  readonly hint?: string;
}

/** What keeps a file from being imported. */
export type Fault = Finding<FaultCode>;

/** What its author should look at, though it can be imported. */
export type Warning = Finding<WarningCode>;

/** A key that says nothing here, named so that nothing is dropped in silence. Line and column are the key's. */
export interface Ignored {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly why: string;
}
