/** What becomes of a message that cannot be taken in: its bytes with the reason, where somebody can look. */
import type { Bus, Delivery, Headers, Verdict } from "./bus.ts";
import { MessageTooLarge } from "./errors.ts";
import { MAX_DELIVERIES } from "./streams.ts";
import { deadSubject, isSubjectToken, parseSubject, SUBJECT_PREFIX } from "./subjects.ts";

/** Headers of a dead letter. */
const REASON_HEADER = "Countersign-Reason";
const MESSAGE_HEADER = "Countersign-Message";
const DELIVERIES_HEADER = "Countersign-Deliveries";
/** The number of characters it had, on a letter that had to be cut. */
const CUT_HEADER = "Countersign-Cut-From";

/** The subject that it came on, where a token of it may not stand in a subject of ours. */
const SUBJECT_HEADER = "Countersign-Subject";

/** Why a message is dead: a stable code, and a sentence. */
export interface DeadReason {
  readonly code: string;
  readonly message: string;
}

/** What the consumer of the intake says of a delivery: done, try again, or never (and why). */
export type IntakeVerdict = "ack" | "retry" | DeadReason;

/** A sentence fit for a header: one line, 1,000 characters. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 1_000);

/** A message too large for its dead letter is cut to this many characters, at most three bytes each. */
const CUT = 256 * 1024;

/**
 * Where the dead letter of an intake goes; undefined for any other subject. A broker also takes tokens that we never
 * make: `_` stands in place of each, and a header says what it was.
 */
const placeOf = (
  subject: string,
): { readonly subject: string; readonly headers: Headers } | undefined => {
  const tokens = subject.split(".");
  const [product, grammar, org = "", kind, producer = "", command = ""] = tokens;
  if (tokens.length !== 6 || `${product}.${grammar}` !== SUBJECT_PREFIX || kind !== "in")
    return undefined;
  const known = (token: string): string => (isSubjectToken(token) ? token : "_");
  return {
    subject: deadSubject(known(org), known(producer), known(command)),
    headers: parseSubject(subject) === undefined ? { [SUBJECT_HEADER]: oneLine(subject) } : {},
  };
};

/**
 * Publishes the dead letter of an intake delivery, once however often it is called for that delivery.
 * Resolves when it is stored. Throws as `Bus.publish`, and an `Error` for a delivery that is no intake.
 */
export const publishDeadLetter = async (
  bus: Bus,
  delivery: Delivery,
  reason: DeadReason,
): Promise<void> => {
  const place = placeOf(delivery.subject);
  if (place === undefined) throw new Error(`${delivery.subject} is no intake: no dead letter`);
  const { body, bytes } = delivery;
  const why = {
    ...place.headers,
    [REASON_HEADER]: oneLine(reason.code),
    [MESSAGE_HEADER]: oneLine(reason.message),
    [DELIVERIES_HEADER]: String(delivery.deliveries),
  };
  const letter = {
    subject: place.subject,
    id: `dead:${delivery.id}`,
    headers: { ...delivery.headers, ...why },
    body,
    ...(bytes === undefined ? {} : { bytes }),
  };
  try {
    await bus.publish(letter);
  } catch (failure) {
    if (!(failure instanceof MessageTooLarge)) throw failure;
    // It fitted until the reason was added. Left alone it would be delivered without end.
    const headers = { ...why, [CUT_HEADER]: String(body.length) };
    const cut = bytes === undefined ? {} : { bytes: bytes.slice(0, CUT) };
    await bus.publish({ ...letter, headers, body: body.slice(0, CUT), ...cut });
  }
};

/**
 * Makes a handler for `Bus.consume` on the intake. What can never succeed is dead-lettered at once; what fails or
 * asks for `retry` is dead-lettered at its fifth delivery. A delivery past the fifth (the process died while it
 * had it) is not tried again. Should the dead letter itself fail, the message stays where it is.
 */
export const withDeadLetters =
  (bus: Bus, handle: (delivery: Delivery) => Promise<IntakeVerdict>) =>
  async (delivery: Delivery): Promise<Verdict> => {
    const bury = async (reason: DeadReason): Promise<Verdict> => {
      await publishDeadLetter(bus, delivery, reason);
      return "dead";
    };
    if (delivery.deliveries > MAX_DELIVERIES)
      return bury({
        code: "unavailable",
        message: "no delivery of this message was ever finished",
      });
    let verdict: IntakeVerdict;
    try {
      verdict = await handle(delivery);
    } catch (failure) {
      if (delivery.deliveries < MAX_DELIVERIES) throw failure;
      // Not the failure's own words: they may show a query or an address, and the letter is read by others.
      return bury({
        code: "unavailable",
        message: "taking it in failed at each of five deliveries",
      });
    }
    if (verdict === "ack") return "ack";
    if (verdict !== "retry") return bury(verdict);
    if (delivery.deliveries < MAX_DELIVERIES) return "retry";
    return bury({
      code: "unavailable",
      message: "it could not be taken in and was tried five times",
    });
  };
