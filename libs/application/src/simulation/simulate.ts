import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { DecideContext } from "@countersign/domain/request/commands.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import { absentRequest } from "@countersign/domain/request/evolve.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import type { Frozen } from "@countersign/domain/request/state.ts";
import { freeze } from "@countersign/domain/request/asking/submit.ts";
import type { TimelineEntry } from "@countersign/domain/request/view/wire.ts";
import { decideTransition } from "@countersign/domain/topic/transition.ts";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { authorise } from "../authorise.ts";
import { derivedRequestId } from "../derived-ids.ts";
import { playChain, type PlayedChain, type SimulatedLevel } from "./play-chain.ts";
import { askOf, findPlayed, type Played, type Scene } from "./simulated-ask.ts";
import { timersOf } from "./simulated-timers.ts";

/** Something to know about a simulation that its levels do not say. */
export interface SimulationWarning {
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  readonly details?: JsonObject;
}

/** Who would be asked, when, and why; on the wire as it stands here. */
export interface Simulation {
  readonly levels: readonly SimulatedLevel[];
  /** What would come due if nobody acted, in order. */
  readonly timers: readonly TimelineEntry[];
  /** Null is never, or nobody is asked. */
  readonly expires_at: string | null;
  readonly warnings: readonly SimulationWarning[];
}

const warningOf = ({ code, message, details }: Refusal): SimulationWarning =>
  details === undefined ? { code, message } : { code, message, details };

/** What decisions are told of other streams; left out: nothing. */
export type Surroundings = Pick<DecideContext, "lastAssigned" | "gates">;

/** The decisions' context at the scene's moment, made of nothing that happens. */
const contextAt = ({ at, requester }: Scene, surroundings: Surroundings): DecideContext => ({
  now: at,
  actor: { kind: requester.kind, id: requester.id },
  channel: "system",
  principal: requester,
  ...surroundings,
  childId: (...parts) => derivedRequestId("simulated", requester.org, ...parts),
});

/** What the transition itself says before anybody is asked: `null` when people are asked. */
const moveWarning = (
  scene: Scene,
  { move }: Played,
  frozen: Frozen | null,
  reference: Reference,
): { readonly warning: SimulationWarning; readonly passes: boolean } | null => {
  if (move === null) return null;
  const { workflow, transition, topicId, attributes } = move;
  const { kind, id } = scene.requester;
  const owner = kind === "agent" ? (reference.directory.agents.get(id)?.owner ?? null) : null;
  const answer = decideTransition(
    absentTopic,
    workflow,
    {
      workflowId: workflow.id,
      topicId,
      state: transition.from,
      to: transition.to,
      attributes,
      requester: frozen?.submitted.requester ?? { kind, id, owner },
      agent: frozen?.submitted.agent ?? null,
    },
    reference.evaluateExpression,
  );
  if (answer.kind === "refused") return { warning: warningOf(answer.refusal), passes: false };
  if (answer.kind !== "completed") return null;
  const message =
    transition.policy === null
      ? "The transition asks nobody: no approval is written at it."
      : "The transition passes without anybody being asked: its `when` is false on these facts.";
  return { warning: { code: "no-approval", message }, passes: true };
};

const endWarning = (played: PlayedChain): readonly SimulationWarning[] => {
  if (played.end === null) return [];
  const { approves, reason } = played.end;
  return [
    {
      code: "all-skipped",
      message: approves
        ? "Every level is skipped on these facts, and the policy approves that without a decision."
        : reason,
    },
  ];
};

/**
 * Plays a scene through the decider itself and throws its events away. Later levels are opened as if each earlier one
 * was approved at the moment it opened. Refused where no chain can be found; what would refuse the ask after that is a
 * warning beside the picture.
 */
export const simulate = (
  scene: Scene,
  reference: Reference,
  surroundings: Surroundings = {},
): Simulation | Refusal => {
  const played = findPlayed(scene, reference.definition);
  if ("code" in played) return played;
  if (played.policy === null && played.move !== null) {
    const said = moveWarning(scene, played, null, reference);
    return {
      levels: [],
      timers: [],
      expires_at: null,
      warnings: said === null ? [] : [said.warning],
    };
  }
  const ask = askOf(scene, played);
  const context = contextAt(scene, surroundings);
  const asked = freeze(ask, context, reference);
  if ("refusal" in asked) {
    const { refusal } = asked;
    return refusal.code === "denied-by-rule"
      ? { levels: [], timers: [], expires_at: null, warnings: [warningOf(refusal)] }
      : refusal;
  }
  const { frozen } = asked;
  const said = moveWarning(scene, played, frozen, reference);
  const dry = decide(absentRequest, { type: "submit", ask }, context, reference);
  const chain = playChain(frozen, context, reference, said?.passes === true);
  // The decider leaves standing to the application: a viewer's ask never comes so far.
  const unfit = authorise(scene.requester, "ask", reference);
  const warnings = [
    ...(unfit === null ? [] : [warningOf(unfit)]),
    ...(said === null ? [] : [said.warning]),
    ...(dry.refusal === undefined ? [] : [warningOf(dry.refusal)]),
    ...(said?.passes === true ? [] : endWarning(chain)),
  ];
  // Nobody is asked, or nobody needs to be: then nothing is there that could come due.
  const isOver = said?.passes === true || chain.end?.approves === true;
  return {
    levels: chain.levels,
    timers: isOver ? [] : timersOf(frozen, chain.opened, context, reference),
    expires_at: isOver ? null : frozen.submitted.expiresAt,
    warnings,
  };
};
