import { findPolicy } from "../../definition/find.ts";
import type { Assignment, Policy } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf } from "../levels/chain.ts";
import { MAX_DEPTH } from "../voting/children.ts";
import { policyRefs } from "./policy-refs.ts";
import { verdictOn } from "../levels/open-levels.ts";
import { resolveIdentifier } from "../people/people.ts";
import { refuse, type Refusal } from "../refusals.ts";
import type { Frozen } from "../state.ts";

/** The policies that a request stands under, its parents' first. */
export const pathOf = ({ submitted }: Frozen): readonly string[] => [
  ...(submitted.parent?.path ?? []),
  ...policyRefs(submitted).map(({ id }) => id),
];

/** The request that a child under this policy would be, as far as its chain and facts go. */
const asChild = (frozen: Frozen, { id, version }: Policy): Frozen => ({
  ...frozen,
  submitted: {
    ...frozen.submitted,
    policies: [{ id, version, gate: null }],
    laterPolicies: [],
    inlineChain: null,
    parent: {
      id: frozen.submitted.requestId,
      level: 0,
      group: "",
      depth: (frozen.submitted.parent?.depth ?? 0) + 1,
      path: pathOf(frozen),
    },
  },
});

/** True for what a child request answers. */
const isChilds = ({ type }: Assignment): boolean => type === "workflow";

/**
 * Looks through the child requests that a request may come to need, on its frozen facts. Refused `policy-cycle` for a
 * policy that leads back to itself and for children too deep, `unknown-policy` for one that is not active, and with
 * whatever `check` says about a child.
 */
export const checkChildren = (
  frozen: Frozen,
  reference: Reference,
  check: (child: Frozen) => Refusal | null,
): Refusal | null => {
  for (const plan of chainOf(frozen, reference.definition).levels) {
    if (!plan.groups.some(({ assignments }) => assignments.some(isChilds))) continue;
    if (verdictOn(plan, frozen, reference)?.value === false) continue;
    const path = pathOf(frozen);
    const depth = frozen.submitted.parent?.depth ?? 0;
    const children = plan.groups.flatMap(({ assignments, group }) =>
      assignments.filter(isChilds).map(({ identifier }) => ({ group, identifier })),
    );
    for (const { group, identifier } of children) {
      const name = resolveIdentifier(identifier, frozen) ?? identifier;
      const where = { level: plan.number, group };
      const found = findPolicy(reference.definition, name);
      if (found.code !== "found") {
        return refuse("unknown-policy", `There is no active policy ${name}.`, {
          ...where,
          policy: name,
        });
      }
      const { policy } = found;
      if (path.includes(policy.id)) {
        const circle = [...path, policy.id];
        return refuse("policy-cycle", `A policy asks for itself: ${circle.join(" → ")}.`, {
          ...where,
          path: circle,
        });
      }
      if (depth >= MAX_DEPTH) {
        return refuse(
          "policy-cycle",
          `Child requests may be ${MAX_DEPTH} deep, and ${policy.id} would be one more.`,
          { ...where, path: [...path, policy.id] },
        );
      }
      const child = asChild(frozen, policy);
      const refusal = check(child) ?? checkChildren(child, reference, check);
      if (refusal !== null) return refusal;
    }
  }
  return null;
};
