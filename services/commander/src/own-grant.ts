import type { GrantKeys } from "@countersign/identity/grant-keys.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";

/**
 * The signed grant of an approved request for the one who asked, until it is spent; null for everybody else. The text
 * is made when it is read: the same grant always gives the same one, so nothing is kept, and deciding waits for nothing.
 */
export const ownGrant = (
  state: RequestState,
  { kind, id }: Principal,
  grants: GrantKeys,
): Promise<string> | null => {
  if (state.status !== "approved" || state.grant === null) return null;
  const { submitted, grant, execution, org, resolvedAt, payloadHash, payloadVersion } = state;
  const { requester, requestId, policies } = submitted;
  if (execution?.status !== "granted" || requester.kind !== kind || requester.id !== id)
    return null;
  return grants.sign({
    id: grant.id,
    org,
    request: requestId,
    payloadHash,
    payloadVersion,
    policies,
    approvedAt: resolvedAt,
    validUntil: grant.validUntil,
  });
};
