import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";

/** A shop whose orders are carts first. */
export const workflow = (transitions: readonly Transition[]): Workflow => ({
  id: "shop",
  version: 1,
  name: "Shop",
  states: ["cart", "paid"].map((key) => ({ key, label: key, type: null })),
  transitions,
});
