/** Nobody serves the subject. */
export class NoResponders extends Error {
  override readonly name = "NoResponders";
}

/** The answer did not come in time; whether the request had an effect is unknown. */
export class RequestTimeout extends Error {
  override readonly name = "RequestTimeout";
}

/** The broker cannot be reached. */
export class BusUnavailable extends Error {
  override readonly name = "BusUnavailable";
}

/** A subject or a token that is outside the grammar of `subjects.ts`, or that no stream holds: a bug or a forged id. */
export class InvalidSubject extends Error {
  override readonly name = "InvalidSubject";
}

/** A header value with a line break, or a name that is not visible ASCII: it would forge other headers. */
export class InvalidHeader extends Error {
  override readonly name = "InvalidHeader";
}

/** More than the broker takes in one message (1 MiB). Our bodies are limited so that this never happens. */
export class MessageTooLarge extends Error {
  override readonly name = "MessageTooLarge";
}
