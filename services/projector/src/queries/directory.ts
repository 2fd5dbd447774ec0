import type { JsonObject } from "@countersign/domain/json.ts";
import { rolesOf } from "@countersign/domain/directory/lookups.ts";
import { agentView, personView, roleView } from "@countersign/domain/directory/view.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Asked } from "../asked.ts";
import { requiredText } from "../parameters.ts";
import { notFound, yes } from "../reply.ts";
import type { QueuePart } from "./queue-part.ts";

const entry =
  (view: (directory: DirectoryState, id: string) => JsonObject | null) =>
  ({ references }: QueuePart, { org, parameters }: Asked): Reply => {
    const found = view(references.of(org).directory, requiredText(parameters, "id"));
    if (found === null) throw notFound();
    return yes(JSON.stringify(found));
  };

export const personQuery = entry(personView);
export const roleQuery = entry(roleView);
export const agentQuery = entry(agentView);

/** Whose credential this is. */
export const viewerQuery = ({ references }: QueuePart, { org, viewer }: Asked): Reply => {
  const { principal, standing } = viewer;
  const { directory } = references.of(org);
  const { id, kind } = principal;
  return yes(
    JSON.stringify(
      standing.kind === "person"
        ? {
            id,
            kind,
            org,
            name: directory.people.get(id)?.name ?? null,
            access: standing.access,
            roles: rolesOf(directory, id),
          }
        : { id, kind, org, name: directory.agents.get(id)?.name ?? null, access: null, roles: [] },
    ),
  );
};
