import type { Json, JsonObject } from "../json.ts";
import { refuse, type Refusal } from "../request/refusals.ts";
import type { Agent, DirectoryState, Person } from "./directory.ts";
import { isPersonId, isPlainId } from "./ids.ts";
import { findPersonByEmail } from "./lookups.ts";

/** One thing wrong with a command's body: where and what, a sentence. */
interface Fault extends JsonObject {
  readonly path: string;
  readonly message: string;
}

/** Members of one role, at most: a slot is made for each. */
export const MAX_ROLE_MEMBERS = 1_000;
const MAX_NAME = 200;
/** The longest address that SMTP carries (RFC 5321, 4.5.3.1.3, without the angle brackets). */
const MAX_EMAIL = 254;
const MAX_FAULTS = 50;

const address = /^[^\s@]+@[^\s@]+$/;
/** Control, bidirectional and invisible characters make one address look like another. Names are prose, kept as sent. */
const deceptive = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const personIdRule = "A person id has 1 to 128 printable ASCII characters without space.";
const plainIdRule = "An id has 1 to 64 letters, digits, _ or -.";

/** Null when nothing is wrong, otherwise the refusal that lists the faults in their order (at most 50). */
const refusalFor = (faults: readonly Fault[]): Refusal | null => {
  const first = faults[0];
  if (first === undefined) {
    return null;
  }
  const listed: readonly Json[] = faults.slice(0, MAX_FAULTS);
  return refuse("unprocessable", `${first.path}: ${first.message}`, { faults: listed });
};

const nameFaults = (path: string, name: string): Fault[] => {
  if (name.trim() === "" || name.length > MAX_NAME) {
    return [{ path, message: `A name has 1 to ${MAX_NAME} characters.` }];
  }
  return [];
};

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** What is wrong with a person as handed in, or null. */
export const personRefusal = (state: DirectoryState, person: Person): Refusal | null => {
  const faults: Fault[] = [];
  if (!isPersonId(person.id)) {
    faults.push({ path: "id", message: personIdRule });
  }
  faults.push(...nameFaults("name", person.name));
  if (person.email !== null) {
    const holder = findPersonByEmail(state, person.email);
    if (person.email.length > MAX_EMAIL || !address.test(person.email)) {
      faults.push({ path: "email", message: "This is no mail address." });
    } else if (deceptive.test(person.email)) {
      faults.push({ path: "email", message: "An address has no control or invisible characters." });
    } else if (holder !== undefined && holder.id !== person.id) {
      faults.push({ path: "email", message: `This is already the address of ${holder.id}.` });
    }
  }
  if (person.zone !== null && !isZone(person.zone)) {
    faults.push({ path: "zone", message: "This is no time zone; one looks like Europe/Berlin." });
  }
  return refusalFor(faults);
};

/** What is wrong with a role as handed in, or null. */
export const roleRefusal = (
  state: DirectoryState,
  role: string,
  members: readonly string[],
): Refusal | null => {
  const faults: Fault[] = [];
  if (!isPlainId(role)) {
    faults.push({ path: "role", message: plainIdRule });
  }
  if (members.length > MAX_ROLE_MEMBERS) {
    faults.push({ path: "members", message: `A role has at most ${MAX_ROLE_MEMBERS} members.` });
    return refusalFor(faults);
  }
  const seen = new Set<string>();
  members.forEach((member, index) => {
    const path = `members[${index}]`;
    if (!isPersonId(member)) {
      faults.push({ path, message: personIdRule });
    } else if (!state.people.has(member)) {
      faults.push({ path, message: `Nobody in the directory is called ${member}.` });
    } else if (seen.has(member)) {
      faults.push({ path, message: `${member} is listed twice.` });
    }
    seen.add(member);
  });
  return refusalFor(faults);
};

/** What is wrong with an agent as handed in, or null. */
export const agentRefusal = (state: DirectoryState, agent: Agent): Refusal | null => {
  const faults: Fault[] = [];
  if (!isPlainId(agent.id)) {
    faults.push({ path: "id", message: plainIdRule });
  }
  faults.push(...nameFaults("name", agent.name));
  if (!isPersonId(agent.owner)) {
    faults.push({ path: "owner", message: personIdRule });
  } else if (!state.people.has(agent.owner)) {
    faults.push({ path: "owner", message: `Nobody in the directory is called ${agent.owner}.` });
  }
  if (agent.version !== null) {
    faults.push(...nameFaults("version", agent.version));
  }
  return refusalFor(faults);
};
