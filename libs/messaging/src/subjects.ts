/**
 * The subject grammar of NATS, built and parsed in one place:
 *
 * ```
 * countersign.v1.<org>.event.<category>.<EventType>   events out
 * countersign.v1.<org>.in.<producer>.<command>        intake from other services
 * countersign.v1.<org>.dead.<producer>.<command>      what could not be taken in
 * countersign.v1.<org>.timer.<kind>                   what the scheduler found due
 * countersign.v1.<org>.command.<name>                 request/reply to the commander
 * countersign.v1.<org>.query.<name>                   request/reply to the projector
 * ```
 *
 * Every token is checked when a subject is built and again when it is parsed: a broker accepts publishes to a
 * literal `*`, and the org and producer of an intake message are taken from its subject, never from its body.
 */
import { InvalidSubject } from "./errors.ts";

/** The first two tokens of every subject; the second is the version of the grammar. */
export const SUBJECT_PREFIX = "countersign.v1";

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/** True for a token that may stand in a subject: an org, agent, category, event type or command name. */
export const isSubjectToken = (text: string): boolean => TOKEN.test(text);

const token = (text: string): string => {
  if (TOKEN.test(text)) return text;
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  throw new InvalidSubject(
    `${JSON.stringify(shown)} may not stand in a subject: 1 to 64 of A–Z a–z 0–9 _ -`,
  );
};

/** A token, or the wildcard where the caller leaves it open. */
const open = (text: string | undefined): string => (text === undefined ? "*" : token(text));

/** Where an event goes out. Throws `InvalidSubject`, as all builders here do. */
export const eventSubject = (org: string, category: string, type: string): string =>
  `${SUBJECT_PREFIX}.${token(org)}.event.${token(category)}.${token(type)}`;

/** Where another service, `producer`, publishes a command for us. */
export const intakeSubject = (org: string, producer: string, command: string): string =>
  `${SUBJECT_PREFIX}.${token(org)}.in.${token(producer)}.${token(command)}`;

/** Where a message of `intakeSubject(org, producer, command)` goes that can never succeed. */
export const deadSubject = (org: string, producer: string, command: string): string =>
  `${SUBJECT_PREFIX}.${token(org)}.dead.${token(producer)}.${token(command)}`;

/** Where the scheduler publishes a timer that is due. */
export const timerSubject = (org: string, kind: string): string =>
  `${SUBJECT_PREFIX}.${token(org)}.timer.${token(kind)}`;

/** Where the commander answers the command `name`. */
export const commandSubject = (org: string, name: string): string =>
  `${SUBJECT_PREFIX}.${token(org)}.command.${token(name)}`;

/** Where the projector answers the query `name`. */
export const querySubject = (org: string, name: string): string =>
  `${SUBJECT_PREFIX}.${token(org)}.query.${token(name)}`;

/** Subjects for `serve`, `consume` and `live`: what is left out matches everything at its place. */
export const eventPattern = (
  only: { org?: string; category?: string; type?: string } = {},
): string => `${SUBJECT_PREFIX}.${open(only.org)}.event.${open(only.category)}.${open(only.type)}`;

export const intakePattern = (
  only: { org?: string; producer?: string; command?: string } = {},
): string => `${SUBJECT_PREFIX}.${open(only.org)}.in.${open(only.producer)}.${open(only.command)}`;

export const deadPattern = (
  only: { org?: string; producer?: string; command?: string } = {},
): string =>
  `${SUBJECT_PREFIX}.${open(only.org)}.dead.${open(only.producer)}.${open(only.command)}`;

export const timerPattern = (only: { org?: string; kind?: string } = {}): string =>
  `${SUBJECT_PREFIX}.${open(only.org)}.timer.${open(only.kind)}`;

export const commandPattern = (only: { org?: string; name?: string } = {}): string =>
  `${SUBJECT_PREFIX}.${open(only.org)}.command.${open(only.name)}`;

export const queryPattern = (only: { org?: string; name?: string } = {}): string =>
  `${SUBJECT_PREFIX}.${open(only.org)}.query.${open(only.name)}`;

/** A subject taken apart. `kind` is the token that stands after the org. */
export type Subject =
  | { kind: "event"; org: string; category: string; type: string }
  | { kind: "in"; org: string; producer: string; command: string }
  | { kind: "dead"; org: string; producer: string; command: string }
  | { kind: "timer"; org: string; timer: string }
  | { kind: "command"; org: string; name: string }
  | { kind: "query"; org: string; name: string };

/** Subjects kept taken apart; beyond this many the memory of them starts again. */
const KEPT = 10_000;
const kept = new Map<string, Subject>();

/**
 * Takes a subject apart; `undefined` for anything that no builder of this file makes. The same few come with every
 * message, so what was found is kept.
 */
export const parseSubject = (text: string): Subject | undefined => {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const subject = takenApart(text);
  if (subject === undefined) return undefined;
  if (kept.size >= KEPT) kept.clear();
  kept.set(text, subject);
  return subject;
};

const takenApart = (text: string): Subject | undefined => {
  // The longest subject has six tokens, of which four are free: anything longer need not be looked at.
  if (text.length > 320) return undefined;
  const [product, grammar, org, kind, first, second, ...rest] = text.split(".");
  if (product !== "countersign" || grammar !== "v1" || rest.length > 0) return undefined;
  if (org === undefined || !TOKEN.test(org)) return undefined;
  if (first === undefined || !TOKEN.test(first)) return undefined;
  if (second === undefined) {
    if (kind === "timer") return { kind, org, timer: first };
    if (kind === "command" || kind === "query") return { kind, org, name: first };
    return undefined;
  }
  if (!TOKEN.test(second)) return undefined;
  if (kind === "event") return { kind, org, category: first, type: second };
  if (kind === "in" || kind === "dead") return { kind, org, producer: first, command: second };
  return undefined;
};

/** True when `subject` is matched by `pattern`, where `*` is one token and a last `>` is one or more. */
export const subjectMatches = (pattern: string, subject: string): boolean => {
  const wanted = pattern.split(".");
  const given = subject.split(".");
  for (let place = 0; place < wanted.length; place += 1) {
    if (wanted[place] === ">") return place === wanted.length - 1 && given.length > place;
    if (place >= given.length) return false;
    if (wanted[place] !== "*" && wanted[place] !== given[place]) return false;
  }
  return wanted.length === given.length;
};
