import type { Reference } from "@countersign/domain/reference.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import type { AuditRow } from "@countersign/read-models/audit/audit-row.ts";

/** True for an agent that a pinned policy of the request names as decider, by the first entry of its trail. */
export const isNamedInTrail = (
  first: AuditRow | undefined,
  agent: string,
  { definition }: Reference,
): boolean => {
  if (first?.type !== "RequestSubmitted") return false;
  const { policies } = JSON.parse(first.data) as Pick<SubmittedFields, "policies">;
  return policies.some(({ id, version }) => {
    const policy = definition.policies.get(`${id}@${version}`);
    if (policy === undefined) return false;
    const { chain, fallback } = policy;
    return (fallback === null ? chain : [...chain, fallback]).some(({ deciders }) =>
      deciders.includes(agent),
    );
  });
};
