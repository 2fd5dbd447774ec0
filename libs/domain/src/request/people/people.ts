import type { DirectoryState } from "../../directory/directory.ts";
import { findPersonByEmail, mayApprove, rolesOf } from "../../directory/lookups.ts";
import { lookup } from "../../policy/evaluate-condition.ts";
import type { Reference } from "../../reference.ts";
import { isNoPerson } from "./deciders.ts";
import type { SlotRecord, SubmittedFields } from "../events.ts";
import { factsOf } from "../asking/facts.ts";
import type { Frozen } from "../state.ts";

/**
 * Separation of duties: nobody decides about what they asked for themselves, or what an agent of theirs asked for,
 * unless `self_approval` was allowed for this request when it was created.
 */
export const isSeparated = (submitted: SubmittedFields, person: string): boolean => {
  if (submitted.selfApproval) return false;
  const { requester } = submitted;
  return requester.owner === person || (requester.kind === "person" && requester.id === person);
};

/** True for an active person who is no viewer and not kept out by separation of duties. */
export const mayHold = (
  submitted: SubmittedFields,
  directory: DirectoryState,
  person: string,
): boolean => !isSeparated(submitted, person) && mayApprove(directory, person);

/** True while a recorded person is who they were recorded as: still in the directory, and still in the role. */
export const stillHolds = (
  submitted: SubmittedFields,
  directory: DirectoryState,
  { approver, via }: SlotRecord,
): boolean =>
  // A child request stays; agents are judged by `mayDecide`, which the org's defaults decide too.
  isNoPerson(approver) ||
  (mayHold(submitted, directory, approver) &&
    ((via.type !== "role" && via.type !== "round_robin") ||
      rolesOf(directory, approver).includes(via.identifier)));

const template = /\$\{([^}]*)\}/g;

/** True when an identifier is made from the facts: who it names is the asker's doing, not the policy author's. */
export const isTemplate = (identifier: string): boolean => identifier.includes("${");

/** The identifier with each `${field}` replaced by its fact; null when one is missing or neither text nor number. */
export const resolveIdentifier = (identifier: string, frozen: Frozen): string | null => {
  if (!isTemplate(identifier)) return identifier;
  let missing = false;
  const resolved = identifier.replaceAll(template, (_, field: string) => {
    const value = lookup(factsOf(frozen), field.trim());
    if (typeof value === "string" || typeof value === "number") return String(value);
    missing = true;
    return "";
  });
  return missing ? null : resolved;
};

/** The person whom an identifier (a person's id or email, or a template of one) names; null when there is none. */
export const resolvePerson = (
  identifier: string,
  frozen: Frozen,
  { directory }: Reference,
): string | null => {
  const resolved = resolveIdentifier(identifier, frozen);
  if (resolved === null) return null;
  if (directory.people.has(resolved)) return resolved;
  return findPersonByEmail(directory, resolved)?.id ?? null;
};
