import type { Clock } from "@countersign/runtime/clock.ts";

/** What the operator sees of a subscription that had to be taken up again. None of these is an error by itself. */
export type SubscriptionBreak = "too-slow" | "outage";

/** Counters to be wired to the metrics of the service. Called often: keep them cheap, they must not throw. */
export interface EsdbMetrics {
  /** The server took a subscription up: it answers. */
  subscribed?(): void;
  /** A subscription ended at the server and was taken up again from where it stood. */
  resubscribed?(reason: SubscriptionBreak): void;
  /** An append had no answer and was sent again with the same ids and revision. */
  appendRetried?(): void;
}

export interface EsdbSettings {
  /**
   * `esdb://[user:password@]host:port?tls=false`. Credentials belong in here: given with each call they would halve
   * the append rate. Keep-alive is added when absent, so that a half-open link fails within 15 s.
   */
  readonly connectionString: string;
  readonly clock?: Clock;
  readonly metrics?: EsdbMetrics;
  /** Milliseconds after which an unanswered append is given up as `StoreUnavailable`. Default 15,000. */
  readonly appendTimeout?: number;
  /** Milliseconds without any news after which a confirmed subscription counts as live. Default 1,000. */
  readonly quietMoment?: number;
  /** Longest wait between two attempts to reach a store that is away, in milliseconds. Default 5,000. */
  readonly longestBackOff?: number;
}
