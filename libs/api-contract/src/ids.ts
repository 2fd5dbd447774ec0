import { z } from "zod";

/** Org, agent, role, policy and workflow ids: safe in stream names, subjects and paths. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/;
/** Person ids: what identity providers use as subjects, printable ASCII without space. */
export const PERSON_ID = /^[\x21-\x7e]{1,128}$/;
export const TOPIC_ID = /^[A-Za-z0-9_\-./:#]{1,128}$/;
/** The server makes these: `apr_` and a ULID. */
export const REQUEST_ID = /^apr_[0-9A-Za-z]{26}$/;
/** A stored event's place, a decimal number of at most 19 digits. */
export const POSITION = /^\d{1,19}$/;

/** Control, format (bidi, zero width), unassigned-surrogate, line and paragraph separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** True for text with characters that a reader would not see, or that turn what is beside them around. */
export const hasInvisible = (text: string): boolean => INVISIBLE.test(text);

export const id = z.string().regex(ID, "must be 1 to 64 of the characters A-Z a-z 0-9 _ - (an id)");
export const personId = z
  .string()
  .regex(PERSON_ID, "must be 1 to 128 printable ASCII characters without space (a person's id)");
export const topicId = z
  .string()
  .regex(TOPIC_ID, "must be 1 to 128 of the characters A-Z a-z 0-9 _ - . / : # (a topic's id)");
export const requestId = z
  .string()
  .regex(REQUEST_ID, "must be apr_ and 26 characters (an approval request's id)");

/** A short name that people write: no control, bidi or invisible characters. */
export const name = (max: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !hasInvisible(text), "must not hold control, bidi or invisible characters");
