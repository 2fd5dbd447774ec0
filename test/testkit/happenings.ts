import type { Actor } from "@countersign/domain/actor.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Ask, Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import { ask } from "./examples/asks.ts";
import { demoDirectory } from "./examples/directory.ts";
import type { World } from "./world.ts";

/** One thing that happens: a command at a time of day, or a change of the world around the request. */
export type Happening =
  | {
      readonly kind: "command";
      readonly command: RequestCommand;
      readonly principal: Principal | null;
      readonly actor: Actor;
    }
  | { readonly kind: "world"; readonly change: (world: World) => World }
  | { readonly kind: "clock"; readonly at: string };

/** Somebody says something; `null` is a process of ours. */
export const command = (by: string | null, said: RequestCommand): Happening => {
  if (by === null) {
    const actor: Actor = { kind: "system", id: "process" };
    return { kind: "command", command: said, principal: null, actor };
  }
  const kind = demoDirectory.agents.has(by) ? "agent" : "person";
  return {
    kind: "command",
    command: said,
    principal: { kind, id: by, org: "demo" },
    actor: { kind, id: by },
  };
};

/** Somebody asks; the deployment bot (owner ana) unless `by` says otherwise. */
export const asked = (fields: Partial<Ask> = {}, by = "deployment-bot"): Happening =>
  command(by, { type: "submit", ask: ask(fields) });

interface Named {
  readonly level?: number;
  readonly hash?: string;
  readonly notes?: string;
}

export const approves = (by: string, { level, hash, notes }: Named = {}): Happening =>
  command(by, {
    type: "approve",
    payloadHash: hash ?? null,
    level: level ?? null,
    notes: notes ?? null,
  });

export const denies = (
  by: string,
  { level, hash, notes, reason = "no" }: Named & { readonly reason?: string | null } = {},
): Happening =>
  command(by, {
    type: "deny",
    payloadHash: hash ?? null,
    level: level ?? null,
    reason,
    notes: notes ?? null,
  });

export const cancels = (by: string, reason: string | null = null): Happening =>
  command(by, { type: "cancel", reason });
export const timerFires: Happening = command(null, { type: "expire" });
export const rechecked: Happening = command(null, { type: "recheck" });
export const transitionReported = (completed: boolean, reason: string | null = null): Happening =>
  command(null, { type: "report-transition", completed, reason });

/** A child request ended as this, or could never be made. */
export const childEnds = (
  child: string,
  outcome: "approved" | "denied" | "expired" | "cancelled" | "refused",
  reason: string | null = null,
): Happening => command(null, { type: "answer-child", child, outcome, reason, notes: null });

export const attachesContext = (by: string, context: JsonObject = { logs: "green" }): Happening =>
  command(by, { type: "attach-context", context });

export const recommends = (
  by: string,
  recommendation: "approve" | "deny" | "modify" = "approve",
): Happening =>
  command(by, {
    type: "attach-recommendation",
    recommendation,
    confidence: 0.9,
    summary: "Looks like the last ten.",
    payload: null,
  });

/** People change; nobody has told the request yet. */
export const people = (
  ...changes: readonly ((directory: DirectoryState) => DirectoryState)[]
): Happening => ({
  kind: "world",
  change: (from) => ({
    ...from,
    directory: changes.reduce((directory, change) => change(directory), from.directory),
  }),
});

/** Another version of a policy is imported and active; older ones stay known. */
export const imported = (policy: Policy): Happening => ({
  kind: "world",
  change: (from) => ({ ...from, policies: [...from.policies, policy] }),
});

/** The clock shows this ISO time from here on. The day of an example begins at 2026-01-05T09:00:00.000Z. */
export const clockShows = (at: string): Happening => ({ kind: "clock", at });

export const morning = "2026-01-05T09:00:00.000Z";
