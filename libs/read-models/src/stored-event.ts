/** An event as the event store's subscriptions hand it over: the port's `RecordedEvent` is one. */
export interface StoredEvent {
  /** `<category>-<org>.<id>`. */
  readonly stream: string;
  /** Zero-based, without gaps. */
  readonly revision: bigint;
  readonly position: bigint;
  readonly eventId: string;
  readonly type: string;
  /** JSON texts. */
  readonly data: string;
  readonly metadata: string;
}

/** What stands before a stream's first dash: `request`. */
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf("-"));

/** The org of a stream: between the first dash and the first dot after it. An org has no dot. */
export const orgOf = (stream: string): string => {
  const dash = stream.indexOf("-") + 1;
  return stream.slice(dash, stream.indexOf(".", dash));
};

/** What stands after the org's dot. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf(".") + 1);
