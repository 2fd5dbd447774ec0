import { kebabCase } from "../policy/kebab-case.ts";
import type { Policy } from "../policy/policy.ts";
import type { Transition, Workflow } from "../topic/workflow.ts";
import type { DefinitionState } from "./definition.ts";

/** What a policy's name led to; the two noes are refusal codes. `candidates` are policy ids, in the workflow's order. */
export type PolicyFound =
  | { readonly code: "found"; readonly policy: Policy }
  | { readonly code: "unknown-policy" }
  | { readonly code: "ambiguous-policy"; readonly candidates: readonly string[] };

/** The transition between two states, if the workflow has it; there is at most one. */
export const findTransition = (
  workflow: Workflow,
  from: string,
  to: string,
): Transition | undefined =>
  workflow.transitions.find((transition) => transition.from === from && transition.to === to);

/**
 * The active policy of that name: an id, or `workflow/Transition name`, where the name is taken as written and, when
 * none is written so, in kebab-case.
 */
export const findPolicy = (state: DefinitionState, name: string): PolicyFound => {
  const active = state.activePolicies.get(name);
  if (active !== undefined) {
    return { code: "found", policy: active };
  }
  const slash = name.indexOf("/");
  const workflow = slash < 0 ? undefined : state.workflows.get(name.slice(0, slash));
  if (workflow === undefined) {
    return { code: "unknown-policy" };
  }
  const wanted = name.slice(slash + 1);
  const policiesNamed = (named: (transition: string) => boolean): readonly Policy[] =>
    workflow.transitions.flatMap(({ name: transition, policy }) =>
      policy !== null && transition !== null && named(transition) ? [policy] : [],
    );
  const exact = policiesNamed((transition) => transition === wanted);
  const found =
    exact.length > 0 ? exact : policiesNamed((transition) => kebabCase(transition) === wanted);
  const [policy] = found;
  if (policy === undefined) {
    return { code: "unknown-policy" };
  }
  return found.length === 1
    ? { code: "found", policy }
    : { code: "ambiguous-policy", candidates: found.map(({ id }) => id) };
};
