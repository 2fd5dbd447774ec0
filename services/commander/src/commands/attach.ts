import { canonicalJson } from "@countersign/application/canonical.ts";
import type { ExistingCommand } from "@countersign/application/request.ts";
import {
  attachmentView,
  isRequester,
  recommendationView,
} from "@countersign/domain/request/changing/attach.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { KnownRequest } from "@countersign/domain/request/state.ts";
import type { AttachmentView, RecommendationView } from "@countersign/domain/request/view/wire.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { answerWithRequest } from "../answer.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";
import type { ReadBody } from "./reader.ts";

/** What this agent attached with this command: all that it may see of a request that is not its own. */
const attachedBy = (state: KnownRequest, command: ExistingCommand, { id }: Principal): object => {
  const { type, ...content } = command;
  const wanted = canonicalJson(content);
  const views: readonly (AttachmentView | RecommendationView)[] =
    type === "attach-context"
      ? (state.attachments ?? []).map(attachmentView)
      : (state.recommendations ?? []).map(recommendationView);
  const attached = views.findLast(({ by, at: _at, ...rest }) => {
    return by.kind === "agent" && by.id === id && canonicalJson(rest) === wanted;
  });
  return attached ?? {};
};

/** Attaches context or a recommendation: the requester gets its whole request, another agent what it attached. */
export const attach =
  (name: "attach-context" | "attach-recommendation", read: ReadBody) =>
  async (decider: Decider, incoming: Incoming): Promise<Reply> => {
    const body = bodyOf(incoming);
    const envelope = envelopeOf(incoming, decider.ids, name, body);
    const asked = read(body);
    const outcome = await decider.command(envelope, incoming.target, asked);
    if (!outcome.ok) return no(outcome.refusal);
    const { state } = outcome.fold;
    if (state.status === "absent") throw new Error("an attachment left its request absent");
    const { principal } = incoming;
    return principal.kind === "person" || isRequester(state, principal)
      ? answerWithRequest(outcome, () => "done")
      : yes("done", JSON.stringify(attachedBy(state, asked.command, principal)));
  };
