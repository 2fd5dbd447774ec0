import { status } from "@grpc/grpc-js";

/** A call's end as gRPC sees it. */
export interface CallFailure {
  readonly code: status;
  readonly details: string;
}

/** Faults that a test asks of the server, each used up by as many calls as named, and counts of what it did. */
export class FaultPlan {
  /** Calls of any kind that still find the server just started. */
  notReady = 0;
  /** Appends that are still to be written without an answer: the call that carries them ends instead. */
  lostAnswers = 0;
  /** Appends that are still to be dropped unwritten, without an answer. */
  lostAppends = 0;
  /** Milliseconds by which the server's clock is ahead of the client's. */
  clockAhead = 0;
  /** Live events that the server keeps for a subscriber before it ends the subscription. */
  liveBuffer = 32;
  /** Off: the server never says that a subscription has caught up. */
  tellsCaughtUp = true;
  /** How often a subscription was ended because more came at once than the server keeps. */
  tooSlow = 0;
  /** Events that left the server in subscriptions. */
  eventsSent = 0;

  /** Set while the server has just started: an unknown error, as EventStoreDB gives for up to 0.4 s. */
  takeNotReady(): CallFailure | undefined {
    if (this.notReady <= 0) return undefined;
    this.notReady--;
    return { code: status.UNKNOWN, details: "Server Is Not Ready" };
  }

  /** Whether the next append loses its way, and on which side of the disk. */
  takeLoss(): "answer" | "append" | undefined {
    if (this.lostAppends > 0) {
      this.lostAppends--;
      return "append";
    }
    if (this.lostAnswers > 0) {
      this.lostAnswers--;
      return "answer";
    }
    return undefined;
  }
}

export const connectionLost: CallFailure = {
  code: status.UNAVAILABLE,
  details: "Connection dropped",
};

/** How EventStoreDB ends the subscription of a consumer that has fallen behind. */
export const consumerTooSlow: CallFailure = {
  code: status.ABORTED,
  details:
    "Operation timed out: Consumer too slow to handle event while live. Client resubscription required.",
};
