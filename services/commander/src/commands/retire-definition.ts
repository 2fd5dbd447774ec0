import { changeDefinitions } from "@countersign/application/definition.ts";
import { definitionKinds } from "@countersign/domain/definition/definition.ts";
import { decideRetire } from "@countersign/domain/definition/retire.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { envelopeOf, type Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";

/** Takes `<kind>/<id>`, the message's target, out of use. */
export const retireDefinition = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const slash = incoming.target.indexOf("/");
  const kind = definitionKinds.find((each) => each === incoming.target.slice(0, slash));
  if (kind === undefined)
    return no({ code: "not-found", message: `There is no definition ${incoming.target}.` });
  const id = incoming.target.slice(slash + 1);
  const outcome = await changeDefinitions(
    decider.engine,
    decider.definition,
    envelopeOf(incoming, decider.ids, "retire-definition", {}),
    (state) => decideRetire(state, { kind, id }),
  );
  if (!outcome.ok) return no(outcome.refusal);
  const { version = 0, active = false } =
    outcome.fold.state.entries.get(`${kind}/${id}`)?.at(-1) ?? {};
  return yes("done", JSON.stringify({ kind, id, version, active }));
};
