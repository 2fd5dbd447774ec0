import { delegationViews } from "@countersign/domain/delegation/view.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Asked } from "../asked.ts";
import { yes } from "../reply.ts";
import type { QueuePart } from "./queue-part.ts";

/** Delegations of one's own slots and to oneself, newest first; an admin sees all. An agent has none. */
export const delegationsQuery = (part: QueuePart, { org, viewer }: Asked): Reply => {
  const { principal, standing } = viewer;
  if (standing.kind === "agent") return yes('{"items":[]}');
  const person = standing.access === "admin" ? null : principal.id;
  const { delegation } = part.references.of(org);
  return yes(
    JSON.stringify({ items: delegationViews(delegation, person, toIso(part.clock.now())) }),
  );
};
