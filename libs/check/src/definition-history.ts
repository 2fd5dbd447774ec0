import type { Defaults, DefinitionEvent } from "@countersign/domain/definition/definition.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Workflow } from "@countersign/domain/topic/workflow.ts";
import { gateHistory, type StandingGates } from "./gate-history.ts";
import type { LogEntry } from "./log-entry.ts";

/** What an org that imported no defaults falls back to, as far as approvals depend on it. */
export type Fallbacks = Pick<Defaults, "selfApproval" | "autoApprove" | "agentDeciders">;

const unwritten: Fallbacks = {
  selfApproval: "forbid",
  autoApprove: "forbid",
  agentDeciders: "allow",
};

/** An org's definitions over time. */
export interface DefinitionHistory {
  /** The policy as it was imported; a version never changes. */
  policy(id: string, version: number): Policy | undefined;
  defaultsAt(revision: number): Fallbacks;
  workflowAt(id: string, revision: number): Workflow | undefined;
  gatesAt(revision: number): StandingGates;
  positionOf(revision: number): bigint | undefined;
}

/** Folds the entries of one definition stream. */
export const definitionHistory = (entries: readonly LogEntry[]): DefinitionHistory => {
  const policies = new Map<string, Policy>();
  const defaults: { readonly revision: number; readonly value: Fallbacks }[] = [];
  const workflows: {
    readonly revision: number;
    readonly id: string;
    /** Undefined from where it was retired. */
    readonly value: Workflow | undefined;
  }[] = [];
  entries.forEach((entry, revision) => {
    const event = { type: entry.type, data: entry.data } as DefinitionEvent;
    if (event.type === "PolicyImported") {
      policies.set(`${event.data.id}@${event.data.version}`, event.data.content);
    } else if (event.type === "DefaultsImported") {
      defaults.push({ revision, value: event.data.content });
    } else if (event.type === "DefaultsRetired") {
      defaults.push({ revision, value: unwritten });
    } else if (event.type === "WorkflowRetired") {
      workflows.push({ revision, id: event.data.id, value: undefined });
    } else if (event.type === "WorkflowImported") {
      const { content, version } = event.data;
      workflows.push({ revision, id: content.id, value: content });
      for (const { policy } of content.transitions) {
        if (policy !== null) {
          policies.set(`${policy.id}@${version}`, policy);
        }
      }
    }
  });
  return {
    policy: (id, version) => policies.get(`${id}@${version}`),
    defaultsAt: (revision) =>
      defaults.findLast((change) => change.revision <= revision)?.value ?? unwritten,
    workflowAt: (id, revision) =>
      workflows.findLast((change) => change.revision <= revision && change.id === id)?.value,
    gatesAt: gateHistory(entries),
    positionOf: (revision) => entries[revision]?.position,
  };
};
