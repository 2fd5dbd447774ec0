import { hasScope } from "@countersign/application/authorise.ts";
import type { Scope } from "@countersign/domain/directory/api-key.ts";
import { apiKeyViews } from "@countersign/domain/directory/api-keys.ts";
import { standingGrantViews } from "@countersign/domain/standing-grant/view.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Asked, Viewer } from "../asked.ts";
import { Refused, yes } from "../reply.ts";
import type { QueuePart } from "./queue-part.ts";

const adminsOnly = ({ principal, standing }: Viewer, scope: Scope): void => {
  const isAdmin = standing.kind === "person" && standing.access === "admin";
  if (isAdmin || (standing.kind === "agent" && hasScope(principal, scope))) return;
  throw new Refused({
    code: "forbidden",
    message: "Only an admin of the organisation may do this.",
  });
};

/** Every API key, newest first, without what would be of use to a thief. */
export const apiKeysQuery = ({ references, clock }: QueuePart, { org, viewer }: Asked): Reply => {
  adminsOnly(viewer, "api-keys:write");
  const { apiKeys } = references.of(org).directory;
  return yes(JSON.stringify({ items: apiKeyViews(apiKeys, toIso(clock.now())) }));
};

/** Every standing grant, newest first. */
export const standingGrantsQuery = (
  { references, clock }: QueuePart,
  { org, viewer }: Asked,
): Reply => {
  adminsOnly(viewer, "standing-grants:write");
  const { standingGrants } = references.of(org).definition;
  return yes(JSON.stringify({ items: standingGrantViews(standingGrants, toIso(clock.now())) }));
};
