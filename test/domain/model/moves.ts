import type { Actor } from "@countersign/domain/actor.ts";
import type { Target } from "@countersign/domain/policy/policy.ts";
import type { Ask, Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import type { Attempt } from "@countersign/domain/request/events.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { nameOf } from "./crowd.ts";
import { gatedAction, roleName, type Facts, type Named } from "./shapes.ts";
import { isPerson, owners } from "./town.ts";

/** What somebody asks for, in the model's words. */
export interface Wish {
  readonly policy: string | null;
  readonly approvers: readonly Named[] | null;
  /** Minutes, `never`, text that is no duration, or null for nothing said. */
  readonly expires: number | "never" | "soon" | null;
  readonly facts: Facts;
  /** The agent that the ask describes itself as; null for nothing said. */
  readonly describes: string | null;
  readonly valid: boolean;
  /** Wants what the organisation's gate asks people about, by the levels of `release`. */
  readonly gated: boolean;
  /** Asks again what was denied before. */
  readonly again: boolean;
}

interface Vote {
  readonly level: number | null;
  /** Null: the hash that was asked for. */
  readonly hash: string | null;
}

/** A command; `by` is a person, an agent, or null for the system itself. */
export type Move =
  | { readonly kind: "ask"; readonly by: string | null; readonly wish: Wish }
  | ({ readonly kind: "approve"; readonly by: string | null } & Vote)
  | ({ readonly kind: "deny"; readonly by: string | null; readonly reason: string | null } & Vote)
  | { readonly kind: "cancel"; readonly by: string | null }
  | {
      readonly kind: "modify";
      readonly by: string | null;
      readonly level: number | null;
      readonly from: string;
      readonly to: string;
      readonly fits: boolean;
    }
  | { readonly kind: "withdraw"; readonly by: string | null; readonly level: number | null }
  | {
      readonly kind: "extend";
      readonly by: string | null;
      /** Milliseconds. */
      readonly until: number;
      readonly reason: string | null;
    }
  | {
      readonly kind: "glass";
      readonly by: string | null;
      readonly hash: string | null;
      readonly reason: string | null;
    }
  | {
      readonly kind: "reassign";
      readonly by: string | null;
      readonly from: string | null;
      readonly to: readonly Named[];
      readonly reason: string | null;
    }
  | {
      readonly kind: "amend";
      readonly by: string | null;
      /** Levels count from 1, groups from 0. */
      readonly skip: readonly number[];
      readonly add: {
        readonly level: number;
        readonly group: number | null;
        readonly who: readonly Named[];
      } | null;
      readonly reason: string | null;
    }
  | { readonly kind: "claim" | "release" | "question"; readonly by: string | null }
  | {
      readonly kind: "answer";
      readonly by: string | null;
      /** Counts from 1; null for the oldest that is open. */
      readonly question: number | null;
      readonly text: string;
    }
  | {
      readonly kind: "consume";
      readonly by: string | null;
      /** The grant that is shown: the request's own, one of another request, or none. */
      readonly shows: "own" | "other" | "none";
      readonly hash: string | null;
    }
  | {
      readonly kind: "report";
      readonly by: string | null;
      readonly status: "executed" | "failed";
      readonly hash: string | null;
    }
  | { readonly kind: "expire" }
  | { readonly kind: "recheck" };

export const askedHash = "sha256:aa";

const targetOf = (source: Named): Target =>
  "role" in source
    ? { type: "role", identifier: roleName(source.role) }
    : { type: "user", identifier: nameOf(source.person) };

/** What the decider has of the request at the moment of a move. */
export interface Shown {
  /** Attempts before this one; absent for a first one. */
  readonly attempts?: readonly Attempt[];
  /** Id of its grant; null for none. */
  readonly grant: string | null;
}

const grantsShown = ({ grant }: Shown) => ({ own: grant, other: "grt_other-1", none: null });

const askOf = (wish: Wish, { attempts }: Shown): Ask =>
  ask({
    ...(attempts === undefined ? {} : { attempts }),
    payloadHash: askedHash,
    action: { type: wish.gated ? gatedAction : "tool_call", tool: "deploy", parameters: {} },
    policy: wish.policy,
    approvers: wish.approvers?.map(targetOf) ?? null,
    expiresIn: typeof wish.expires === "number" ? `${wish.expires}m` : wish.expires,
    context: wish.facts,
    agent: wish.describes === null ? null : { id: wish.describes },
    validation: wish.valid ? null : { is_valid: false, issues: ["wrong"] },
  });

/** The command that the decider gets for a move. */
export const commandOf = (move: Move, shown: Shown): RequestCommand => {
  switch (move.kind) {
    case "ask":
      return { type: "submit", ask: askOf(move.wish, shown) };
    case "approve":
      return { type: "approve", payloadHash: move.hash, level: move.level, notes: null };
    case "deny":
      return {
        type: "deny",
        payloadHash: move.hash,
        level: move.level,
        reason: move.reason,
        notes: null,
      };
    case "cancel":
      return { type: "cancel", reason: null };
    case "modify":
      return {
        type: "modify",
        parameters: { payload: move.to },
        payloadHash: move.from,
        level: move.level,
        notes: null,
        edit: () => ({
          hash: move.to,
          patch: [],
          faults: move.fits ? [] : [{ path: "payload", message: "is wrong" }],
        }),
      };
    case "reassign":
      return {
        type: "reassign",
        from: move.from,
        to: move.to.map(targetOf),
        reason: move.reason,
      };
    case "amend":
      return {
        type: "amend",
        skipLevels: move.skip,
        addApprovers:
          move.add === null
            ? []
            : [
                {
                  level: move.add.level,
                  group: move.add.group === null ? null : `g${move.add.group}`,
                  approvers: move.add.who.map(targetOf),
                },
              ],
        shorten: [],
        reason: move.reason,
      };
    case "withdraw":
      return { type: "withdraw-vote", level: move.level };
    case "extend":
      return {
        type: "extend",
        expiresAt: new Date(move.until).toISOString(),
        reason: move.reason,
      };
    case "glass":
      return { type: "break-glass", reason: move.reason, payloadHash: move.hash };
    case "question":
      return { type: "question", text: "Why?" };
    case "answer": {
      const questionId = move.question === null ? null : `q${move.question}`;
      return { type: "answer", text: move.text, questionId };
    }
    case "consume":
      return { type: "consume", grantId: grantsShown(shown)[move.shows], payloadHash: move.hash };
    case "report":
      return {
        type: "report-execution",
        status: move.status,
        result: null,
        payloadHash: move.hash,
      };
    case "claim":
    case "release":
    case "expire":
    case "recheck":
      return { type: move.kind };
  }
};

export const callerOf = (move: Move): string | null => ("by" in move ? move.by : null);

/** Agents that run what others asked for. */
export const executors: readonly string[] = ["robot"];

/** Who the command's credential proves. */
export const principalOf = (by: string | null): Principal | null => {
  if (by === null) return null;
  const principal: Principal = {
    kind: owners[by] === undefined ? "person" : "agent",
    id: by,
    org: "demo",
  };
  return executors.includes(by) ? { ...principal, scopes: ["execute"] } : principal;
};

export const actorOf = (by: string | null): Actor =>
  by === null
    ? { kind: "system", id: "process" }
    : { kind: isPerson(by) ? "person" : "agent", id: by };
