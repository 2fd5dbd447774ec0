import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import type { DecideContext } from "../commands.ts";
import { openPools } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import type { PendingRequest } from "../state.ts";
import { approvalFence } from "./fence.ts";
import { onTimeoutOf } from "./ladders.ts";
import { openTimers, refOf, type OpenTimer } from "./open.ts";
import { autoApprove, autoDeny, suppressed, takeStep } from "./steps.ts";
import { timersOf } from "./timers.ts";

/** What the passing of a level's due mark does, as its policy wants. */
export const onTimeout = (
  state: PendingRequest,
  { plan }: OpenTimer,
  { definition }: Reference,
): ReturnType<typeof onTimeoutOf> => {
  const chain = chainOf(state, definition);
  return onTimeoutOf(levelPlan(chain, plan.level ?? 0), timersOf(state).plans, chain);
};

/** A level's due mark passes: that is recorded, and what its policy wants follows. */
export const passMark = (
  state: PendingRequest,
  timer: OpenTimer,
  context: DecideContext,
  reference: Reference,
): readonly RequestEvent[] => {
  const wanted = onTimeout(state, timer, reference);
  const ref = refOf(timer);
  const overdue: RequestEvent = { type: "LevelOverdue", data: { ...ref, onTimeout: wanted } };
  switch (wanted) {
    case null:
      return [overdue];
    case "expire": {
      const data = { dueAt: ref.dueAt, pools: openPools(state, reference), timer: ref };
      return [overdue, { type: "RequestExpired", data }];
    }
    case "deny": {
      const reason = `Level ${ref.level} passed its due mark.`;
      return [overdue, ...autoDeny(state, timer, reason, reference)];
    }
    case "approve": {
      const fence = approvalFence(state, timer, reference);
      return fence === null
        ? [overdue, ...autoApprove(state, timer, context, reference)]
        : [overdue, suppressed(timer, "on_timeout", fence)];
    }
    case "pause_caller":
      return [overdue, { type: "CallerPaused", data: ref }];
    case "escalate": {
      const steps = openTimers(state).filter(({ kind }) => kind === "escalate");
      const next = steps.find(({ plan }) => plan.level === ref.level) ?? steps[0];
      return next === undefined
        ? [overdue]
        : [overdue, ...takeStep(state, next, context, reference)];
    }
  }
};
