import type { Reference } from "../reference.ts";
import { amend } from "./changing/amend.ts";
import { breakGlass } from "./changing/break-glass.ts";
import type { ChangeCommand } from "./change-commands.ts";
import { claim, release } from "./changing/claim.ts";
import type { DecideContext, Decision } from "./commands.ts";
import { extend, extendWithParent } from "./changing/extend.ts";
import { modify } from "./changing/modify.ts";
import { answer, question } from "./changing/questions.ts";
import { reassign } from "./changing/reassign.ts";
import type { KnownRequest } from "./state.ts";
import { withdrawVote } from "./voting/withdraw-vote.ts";

/** What follows from a command that changes a request. */
export const decideChange = (
  state: KnownRequest,
  command: ChangeCommand,
  context: DecideContext,
  reference: Reference,
): Decision => {
  switch (command.type) {
    case "modify":
      return modify(state, command, context, reference);
    case "withdraw-vote":
      return withdrawVote(state, command.level, context, reference);
    case "question":
      return question(state, command.text, context, reference);
    case "answer":
      return answer(state, command, context, reference);
    case "claim":
      return claim(state, context, reference);
    case "release":
      return release(state, context, reference);
    case "reassign":
      return reassign(state, command, context, reference);
    case "extend":
      return extend(state, command, context, reference);
    case "extend-with-parent":
      return extendWithParent(state, command, context, reference);
    case "amend":
      return amend(state, command, context, reference);
    case "break-glass":
      return breakGlass(state, command, context, reference);
  }
};
