import type { Condition } from "@countersign/domain/policy/condition.ts";
import type {
  Assignment,
  GroupPlan,
  LevelPlan,
  Policy,
} from "@countersign/domain/policy/policy.ts";
import { nameOf, placesIn, type Crowd } from "./crowd.ts";

/** Policies in the model's own words, and what the decider is given for the same. */

/** Somebody named outright: a role, or a person. */
export type Named = { readonly role: number } | { readonly person: number };

/** What a policy may also name: whoever of a role is next in turn. */
export type Source = Named | { readonly turn: number };

export interface Bar {
  readonly required: "any" | "all" | "threshold" | "percent";
  /** The count of a threshold, the share of a percentage; of no meaning for the others. */
  readonly amount: number;
}

/** A group. */
export interface Box {
  readonly bar: Bar;
  readonly sources: readonly Source[];
}

/** Tests of context fields for equality, joined. */
export interface Test {
  readonly join: "all" | "any";
  readonly fields: readonly { readonly field: string; readonly value: string }[];
}

/** A level. */
export interface Rung {
  readonly boxes: readonly Box[];
  readonly logic: "AND" | "OR";
  readonly distinct: boolean;
  readonly onDeny: "veto" | "unreachable";
  readonly onEmpty: "block" | "deny" | "skip";
  readonly test: Test | null;
  readonly unskippable: boolean;
  /** Agents that are named to decide beside the people, as bits. */
  readonly deciders: Crowd;
}

/** A policy. */
export interface Book {
  readonly id: string;
  readonly version: number;
  readonly rungs: readonly Rung[];
  readonly fallback: Rung | null;
  readonly onAllSkipped: "block" | "approve";
  readonly selfApproval: "forbid" | "allow" | null;
  /** Minutes, `never`, or null when its author wrote none. */
  readonly expires: number | "never" | null;
  /** True where approvals outlive an edit of the payload. */
  readonly keepsApprovals: boolean;
  /** Minutes that a grant is good for. */
  readonly grant: number;
  readonly maxResubmissions: number;
}

export type Facts = Readonly<Record<string, string>>;

/** 1 true, 0 false, between them unknown: Kleene's `all` is the least of its parts, `any` the greatest. */
const truth = (facts: Facts, { field, value }: Test["fields"][number]): number =>
  facts[field] === undefined ? 0.5 : facts[field] === value ? 1 : 0;

/** Whether a level applies: only a test that is plainly false keeps it away. */
export const applies = ({ test }: Rung, facts: Facts): boolean => {
  if (test === null) return true;
  const parts = test.fields.map((part) => truth(facts, part));
  return (test.join === "all" ? Math.min(1, ...parts) : Math.max(0, ...parts)) > 0;
};

/** The action that the gate of every shelf asks about. */
export const gatedAction = "guarded:deploy";

/** The last of the roles is the one whose members may break the glass. */
export const GLASS = 3;

export const roleName = (role: number): string => (role === GLASS ? "break_glass" : `r${role}`);

const assignmentOf = (source: Source): Assignment => {
  if ("turn" in source) return { type: "round_robin", identifier: roleName(source.turn) };
  return "role" in source
    ? { type: "role", identifier: roleName(source.role) }
    : { type: "user", identifier: nameOf(source.person) };
};

const groupOf = ({ bar: { required, amount }, sources }: Box, index: number): GroupPlan => ({
  group: `g${index}`,
  assignments: sources.map(assignmentOf),
  quorum: {
    required,
    count: required === "threshold" ? amount : null,
    percent: required === "percent" ? amount : null,
  },
  message: null,
});

const conditionOf = ({ join, fields }: Test): Condition => ({
  kind: join,
  of: fields.map(({ field, value }) => ({ kind: "field", field, operator: "=", value })),
});

const levelOf = (rung: Rung, index: number): LevelPlan => ({
  number: index + 1,
  name: `Level ${index + 1}`,
  message: null,
  groups: rung.boxes.map(groupOf),
  logic: rung.logic,
  conditions: rung.test === null ? null : conditionOf(rung.test),
  timeout: null,
  onTimeout: null,
  escalation: [],
  onDeny: rung.onDeny,
  onEmpty: rung.onEmpty,
  distinctApprovers: rung.distinct,
  unskippable: rung.unskippable,
  stepUp: false,
  calendar: null,
  deciders: placesIn(rung.deciders).map(nameOf),
});

const durationOf = (expires: Book["expires"]): string | null =>
  typeof expires === "number" ? `${expires}m` : expires;

/** The policy that an import of this book gives the decider. */
export const policyOf = (book: Book): Policy => ({
  id: book.id,
  version: book.version,
  name: book.id,
  chain: book.rungs.map(levelOf),
  escalation: [],
  expiresIn: durationOf(book.expires),
  selfApproval: book.selfApproval,
  onAllSkipped: book.onAllSkipped,
  fallback: book.fallback === null ? null : levelOf(book.fallback, book.rungs.length),
  autoApprove: "forbid",
  observers: [],
  riskCeiling: 0.5,
  maxResubmissions: book.maxResubmissions,
  reapproval: book.keepsApprovals ? "not_required" : "required",
  grantValidFor: `${book.grant}m`,
  pauseOnQuestion: "0",
  schema: null,
  onePendingPer: null,
});
