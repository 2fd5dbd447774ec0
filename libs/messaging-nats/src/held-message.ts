import type { Msg } from "nats";

/** Where a message stands in its stream, from the subject that answers it. */
export interface Place {
  readonly stream: string;
  readonly sequence: string;
  /** Nanoseconds since the epoch at which it was stored. */
  readonly storedAt: string;
  /** 1 at the first delivery. */
  readonly deliveries: number;
}

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<pending>`; newer servers
 * put `<domain>.<account>` after `ACK` and may add tokens at the end (NATS ADR-15).
 */
const placeOf = (reply: string): Place => {
  const tokens = reply.split(".");
  const [stream, , deliveries, sequence, , storedAt] = tokens.slice(tokens.length === 9 ? 2 : 4);
  if (stream === undefined || sequence === undefined || storedAt === undefined)
    throw new Error(`the broker delivered a message that cannot be answered: ${reply}`);
  return { stream, sequence, storedAt, deliveries: Number(deliveries) };
};

/** Takes nothing that is no UTF-8, and leaves a byte order mark where it stands: JSON has none. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A message that a durable consumer was given and that the broker waits to hear of. */
export class HeldMessage {
  readonly message: Msg;
  readonly place: Place;

  constructor(message: Msg) {
    this.message = message;
    this.place = placeOf(message.reply ?? "");
  }

  /** What it says; the bytes stand beside it where they are no UTF-8. */
  text(): { readonly body: string; readonly bytes?: Uint8Array } {
    const { data } = this.message;
    try {
      return { body: utf8.decode(data) };
    } catch {
      return { body: this.message.string(), bytes: data };
    }
  }

  /** Done. */
  ack(): void {
    this.message.respond("+ACK");
  }

  /** Deliver it again after so many milliseconds. */
  nak(delayMs: number): void {
    this.message.respond(
      delayMs > 0 ? `-NAK {"delay":${Math.round(delayMs * 1_000_000)}}` : "-NAK",
    );
  }

  /** Never deliver it again. */
  term(): void {
    this.message.respond("+TERM");
  }

  /** Still at it: wait once more as long. */
  working(): void {
    this.message.respond("+WPI");
  }
}
