import { loadFold } from "@countersign/application/execute.ts";
import { requestAggregate } from "@countersign/application/request.ts";
import { requestStream } from "@countersign/application/streams.ts";
import { renderRequest } from "@countersign/domain/request/view/render.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import type { Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";

/**
 * A request as the commander knows it: for a projector that was asked for an id it has not projected yet. Who may see
 * it is the projector's to say; this answers whether it is there.
 */
export const peekRequest = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const stream = requestStream(incoming.org, incoming.target);
  const { engine } = decider;
  // From the store, never from memory: there, what is on its way to the store stands before it is durable.
  const fold = await loadFold(engine.store, stream, requestAggregate);
  if (fold.state.status === "absent")
    return no({ code: "not-found", message: "There is no such approval request." });
  if (fold.basis !== null) await engine.references.reach(incoming.org, fold.basis, engine.clock);
  const reference = engine.references.of(incoming.org);
  return yes("done", renderRequest(fold.state, reference, fold.position.toString()));
};
