import type { PolicyRef, SubmittedFields } from "../events.ts";

/** The policies of a request in the order of its chain, those of gates that fired for an edited payload last. */
export const policyRefs = ({
  policies,
  laterPolicies,
}: Pick<SubmittedFields, "policies" | "laterPolicies">): readonly PolicyRef[] =>
  laterPolicies === undefined ? policies : [...policies, ...laterPolicies];
