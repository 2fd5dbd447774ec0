import {
  attachmentView,
  isRequester,
  recommendationView,
} from "@countersign/domain/request/changing/attach.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { KnownRequest } from "@countersign/domain/request/state.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { answerWithRequest } from "../answer.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";
import type { ReadBody } from "./reader.ts";

/** What this agent attached last: all that it may see of a request that is not its own. */
const lastBy = (state: KnownRequest, name: string, { id }: Principal): object => {
  const isTheirs = ({ by }: { readonly by: { readonly kind: string; readonly id: string } }) =>
    by.kind === "agent" && by.id === id;
  if (name === "attach-context") {
    const last = state.attachments?.findLast(isTheirs);
    return last === undefined ? {} : attachmentView(last);
  }
  const last = state.recommendations?.findLast(isTheirs);
  return last === undefined ? {} : recommendationView(last);
};

/** Attaches context or a recommendation: the requester gets its whole request, another agent what it attached. */
export const attach =
  (name: "attach-context" | "attach-recommendation", read: ReadBody) =>
  async (decider: Decider, incoming: Incoming): Promise<Reply> => {
    const body = bodyOf(incoming);
    const envelope = envelopeOf(incoming, decider.ids, name, body);
    const outcome = await decider.command(envelope, incoming.target, read(body));
    if (!outcome.ok) return no(outcome.refusal);
    const { state } = outcome.fold;
    if (state.status === "absent") throw new Error("an attachment left its request absent");
    const { principal } = incoming;
    return principal.kind === "person" || isRequester(state, principal)
      ? answerWithRequest(outcome, () => "done")
      : yes("done", JSON.stringify(lastBy(state, name, principal)));
  };
