import { topicView } from "@countersign/domain/topic/view.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Asked } from "../asked.ts";
import { requiredText } from "../parameters.ts";
import { notFound, yes } from "../reply.ts";
import { reachMinPosition, type QueuePart } from "./queue-part.ts";

/** What a workflow moves, as it stands. */
export const topicQuery = async (part: QueuePart, asked: Asked): Promise<Reply> => {
  const workflow = requiredText(asked.parameters, "workflow");
  const id = requiredText(asked.parameters, "id");
  await reachMinPosition(part, asked.parameters);
  const state = part.projection.topics.find(asked.org, workflow, id);
  if (state.status === "absent") throw notFound();
  return yes(JSON.stringify(topicView(state)));
};
