import type { Reply } from "@countersign/messaging/bus.ts";
import { optionalTexts, parametersOf } from "../parameters.ts";
import { yes } from "../reply.ts";
import { reachMinPosition, type QueuePart } from "./queue-part.ts";

/**
 * Pending requests whose chain names a role or person: for the commander's process managers, who ask for no viewer.
 * No edge passes this query on.
 */
export const openRequestsQuery = async (
  part: QueuePart,
  org: string,
  body: string,
): Promise<Reply> => {
  const parameters = parametersOf(body);
  await reachMinPosition(part, parameters);
  const roles = optionalTexts(parameters, "roles") ?? [];
  const people = optionalTexts(parameters, "people") ?? [];
  return yes(JSON.stringify({ ids: part.reader.openRequests(org, roles, people) }));
};
