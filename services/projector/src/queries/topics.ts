import type { Reply } from "@countersign/messaging/bus.ts";
import { optionalText, parametersOf } from "../parameters.ts";
import { yes } from "../reply.ts";
import type { QueuePart } from "./queue-part.ts";

/** Topics answered at once. */
const PAGE = 200;

/**
 * The states of an org's topics, page by page: for the commander's scheduled recipes, which ask for no viewer. No edge
 * passes this query on.
 */
export const topicsQuery = (part: QueuePart, org: string, body: string): Reply => {
  const parameters = parametersOf(body);
  const workflow = optionalText(parameters, "workflow") ?? "";
  const id = optionalText(parameters, "id") ?? "";
  const topics = part.projection.topics.page(org, { workflow, id }, PAGE);
  return yes(JSON.stringify({ topics, more: topics.length === PAGE }));
};
