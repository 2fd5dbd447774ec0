import type { Reference } from "../../reference.ts";
import { chainOf } from "../levels/chain.ts";
import type { ChangeCommandOf } from "../change-commands.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { inTime, openLevelOf, openPools } from "../ending/ending.ts";
import { approval } from "../levels/open-levels.ts";
import { payloadChanged } from "../voting/payload-changed.ts";
import { refuse } from "../refusals.ts";
import { askerRefused, isAsker, mayBreakGlass, reasonRefused } from "../people/standing-rights.ts";
import type { KnownRequest } from "../state.ts";

/**
 * Approves without quorum, by the named right of the directory role `break_glass`, and says so in an event of its own.
 * Never for who asked, owns the asking agent, or edited the payload.
 */
export const breakGlass = (
  state: KnownRequest,
  { reason, payloadHash }: ChangeCommandOf<"break-glass">,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const { principal, now, actor } = context;
  if (principal === null || !mayBreakGlass(principal, reference)) {
    return {
      events: [],
      refusal: refuse("forbidden", "Only members of the role break_glass may break the glass."),
    };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const pending = timely.inTime;
  const unreasoned = reasonRefused(reason, "Breaking the glass");
  if (unreasoned !== null) return { events: [], refusal: unreasoned };
  if (isAsker(state, principal)) return { events: [], refusal: askerRefused("breaks glass for") };
  if (state.changes?.edit?.editor === principal.id) {
    return {
      events: [],
      refusal: refuse(
        "separation-of-duties",
        "Whoever edited the payload does not break the glass for it.",
      ),
    };
  }
  if (payloadHash !== null && payloadHash !== state.payloadHash) {
    return { events: [], refusal: payloadChanged(state) };
  }
  const broken = {
    level: openLevelOf(state)?.number ?? null,
    payloadHash: state.payloadHash,
    reason: reason ?? "",
    pools: openPools(pending, reference),
  };
  const chain = chainOf(state, reference.definition);
  return {
    events: [{ type: "GlassBroken", data: broken }, approval(pending, chain, actor, reason, now)],
  };
};
