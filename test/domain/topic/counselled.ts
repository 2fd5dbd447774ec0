import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import type { WorkflowGuard } from "@countersign/domain/topic/workflow-guard.ts";
import { metadata } from "./release.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";

/** A shop whose orders are carts first. */
export const workflow = (transitions: readonly Transition[]): Workflow => ({
  id: "shop",
  version: 1,
  name: "Shop",
  states: ["cart", "paid"].map((key) => ({ key, label: key, type: null })),
  transitions,
});

/** A guard of every move of the shop, unless told otherwise. */
export const guard = (id: string, over: Partial<WorkflowGuard> = {}): WorkflowGuard => ({
  id,
  workflow: "shop",
  from: null,
  to: null,
  url: `https://guards.example/${id}`,
  timeout: "3s",
  policy: null,
  ...over,
});

type GuardImported = Extract<DefinitionEvent, { type: "GuardImported" }>;

/** A guard as an import records it. */
export const imported = (content: WorkflowGuard, version = 1): GuardImported => ({
  type: "GuardImported",
  data: {
    kind: "guard",
    id: content.id,
    version,
    label: null,
    hash: `sha256:${version}`,
    file: "guards.yaml",
    source: "",
    content,
  },
});

/** What an org has defined after these events. */
export const defined = (...events: readonly DefinitionEvent[]): DefinitionState =>
  events.reduce((state, event) => evolveDefinition(state, { event, metadata }), emptyDefinition);
