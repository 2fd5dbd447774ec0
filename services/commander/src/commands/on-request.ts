import type { Reply } from "@countersign/messaging/bus.ts";
import { answerWithRequest } from "../answer.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { ownGrant } from "../own-grant.ts";
import type { ReadBody } from "./reader.ts";

/** A command on the request that is its target: approve, deny, cancel, … */
export const onRequest =
  (name: string, read: ReadBody) =>
  async (decider: Decider, incoming: Incoming): Promise<Reply> => {
    const body = bodyOf(incoming);
    const envelope = envelopeOf(incoming, decider.ids, name, body);
    const outcome = await decider.command(envelope, incoming.target, read(body));
    const grant = ownGrant(outcome.fold.state, incoming.principal, decider.grants);
    return answerWithRequest(outcome, () => "done", grant === null ? null : await grant);
  };
