import type { Reference } from "../reference.ts";
import { answerChild } from "./voting/answer-child.ts";
import { attach } from "./changing/attach.ts";
import { automate } from "./changing/automate.ts";
import { cancel } from "./ending/cancel.ts";
import { isChangeCommand } from "./change-commands.ts";
import type { DecideContext, Decision, RequestCommand } from "./commands.ts";
import { decideChange } from "./decide-change.ts";
import { expire } from "./ending/expire.ts";
import { consume, markStuck, reportExecution } from "./ending/grant.ts";
import { recheck } from "./people/recheck.ts";
import { refuse } from "./refusals.ts";
import { reportTransition } from "./ending/report-transition.ts";
import type { RequestState } from "./state.ts";
import { submit } from "./asking/submit.ts";
import { fireTimer } from "./timers/fire.ts";
import { withTimers } from "./timers/with-timers.ts";
import { castVote } from "./voting/vote.ts";

const decideCommand = (
  state: RequestState,
  command: RequestCommand,
  context: DecideContext,
  reference: Reference,
): Decision => {
  if (command.type === "submit") return submit(state, command.ask, context, reference);
  if (state.status === "absent") {
    return { events: [], refusal: refuse("not-found", "There is no such approval request.") };
  }
  if (isChangeCommand(command)) return decideChange(state, command, context, reference);
  switch (command.type) {
    case "approve":
    case "deny":
      return castVote(state, command, context, reference);
    case "cancel":
      return cancel(state, command.reason, context, reference);
    case "attach-context":
    case "attach-recommendation":
      return attach(state, command, context, reference);
    case "consume":
      return consume(state, command, context, reference);
    case "report-execution":
      return reportExecution(state, command, context, reference);
    case "mark-stuck":
      return markStuck(state, command.afterMs, context);
    case "answer-child":
      return answerChild(state, command, context, reference);
    case "expire":
      return expire(state, context, reference);
    case "automate":
      return automate(state, command, context, reference);
    case "fire-timer":
      return fireTimer(state, command, context, reference);
    case "recheck":
      return recheck(state, context, reference);
    case "report-transition":
      return reportTransition(state, command.completed, command.reason);
  }
};

/**
 * What follows from a command on a request: events to append, a refusal, both (a late command expires the request and
 * is refused) or neither (a repeat). Pure: time, people and definitions come in with `context` and `reference`.
 */
export const decide = (
  state: RequestState,
  command: RequestCommand,
  context: DecideContext,
  reference: Reference,
): Decision =>
  withTimers(state, decideCommand(state, command, context, reference), context, reference);
