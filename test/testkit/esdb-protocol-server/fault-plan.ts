import { Metadata, status } from "@grpc/grpc-js";

/** A call's end as gRPC sees it. */
export interface CallFailure {
  readonly code: status;
  readonly details: string;
  /** Trailers, by which the client tells one failure from another. */
  readonly metadata?: Metadata;
}

/** Faults that a test asks of the server, each used up by as many calls as named, and counts of what it did. */
export class FaultPlan {
  /** Reads, subscriptions and appends that still find the server just started. */
  notReady = 0;
  /** Appends that are still to be written without an answer: the call that carries them ends instead. */
  lostAnswers = 0;
  /** Appends that are still to be dropped unwritten, without an answer. */
  lostAppends = 0;
  /** Port of the node that leads; undefined when this one does. A follower answers reads from what it has, if it may. */
  leader: number | undefined;
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

  /** Whether the server still says that it has just started, as EventStoreDB does for up to 0.4 s. */
  takeNotReady(): boolean {
    if (this.notReady <= 0) return false;
    this.notReady--;
    return true;
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

/** How a read, a subscription or a single append learns that the server has just started; a batch answers in its stream. */
export const serverNotReady: CallFailure = {
  code: status.UNAVAILABLE,
  details: "Server Is Not Ready",
};

const withTrailers = (
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>>,
): CallFailure => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code, details, metadata };
};

export const streamDeleted = (stream: string): CallFailure =>
  withTrailers(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: "stream-deleted",
    "stream-name": stream,
  });

export const appendTooLarge = (limit: number): CallFailure =>
  withTrailers(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: "maximum-append-size-exceeded",
    "maximum-append-size": String(limit),
  });

/** How a follower answers whoever wants the leader. */
export const notLeader = (leader: number): CallFailure =>
  withTrailers(status.NOT_FOUND, "Leader info available", {
    exception: "not-leader",
    "leader-endpoint-host": "127.0.0.1",
    "leader-endpoint-port": String(leader),
  });
