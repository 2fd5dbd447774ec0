import type { AskedTransition, LikelyMove } from "@countersign/application/topic.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import type { Counsel } from "@countersign/domain/topic/counsel.ts";
import { guardsOf } from "@countersign/domain/topic/workflow-guard.ts";
import { askGuards } from "./guards.ts";
import type { Outside } from "./outside.ts";
import { adviseOnMove } from "./risk-advisor.ts";

/** Asks the guards of a move and, where people will be asked about it, the advisor. */
export const counselFor = async (
  outside: Outside,
  definition: DefinitionState,
  org: string,
  move: LikelyMove,
  asked: AskedTransition,
  isAdvised: boolean,
): Promise<Counsel | null> => {
  const guards = guardsOf(definition, asked.workflowId, move.from, asked.to);
  const nobody: Counsel = {
    revision: move.revision,
    refusal: null,
    needed: false,
    policy: null,
    attachments: [],
  };
  const counsel = guards.length === 0 ? nobody : await askGuards(outside, guards, org, move, asked);
  const asks = move.asks || counsel.needed;
  if (!isAdvised || !asks || counsel.refusal !== null) return guards.length === 0 ? null : counsel;
  return { ...counsel, advisorScore: await adviseOnMove(outside, org, asked, move) };
};
