import type { JsonObject } from "@countersign/domain/json.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { FiredLater } from "@countersign/domain/request/change-events.ts";
import type { PolicyRef, SubmittedFields } from "@countersign/domain/request/events.ts";
import { factNamed } from "./conditions.ts";
import type { StandingGate, StandingGates } from "./gate-history.ts";
import type { History } from "./history.ts";
import { basisOf, violation, type Violation } from "./log-entry.ts";
import { requestEvent, tellRequests } from "./request-story.ts";

/** `*` is any signs, everything else itself. */
const named = (globs: readonly string[], type: string): boolean =>
  globs.some((glob) =>
    new RegExp(
      `^${glob
        .split("*")
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*")}$`,
      "s",
    ).test(type),
  );

/** True for a gate that fires on this action whatever anybody else says: nothing about it is left to judge. */
const surelyFires = (gate: StandingGate, action: SubmittedFields["action"]): boolean => {
  const { subject, actions, when, liftable } = gate;
  if (when !== null || liftable || (actions.length > 0 && !named(actions, action.type))) {
    return false;
  }
  if (subject.type === "amount_threshold") {
    const facts: JsonObject = { action: { ...action } };
    const value = factNamed(facts, `action.${subject.field}`);
    return typeof value === "number" && value > subject.above;
  }
  return subject.type === "require_approval" || subject.type === "deny";
};

/** The policy that a gate brings, as its id; null where it is the org's to say. */
const broughtBy = ({ id, policy, approvers, routing }: StandingGate): string | null => {
  if (policy !== null) {
    return policy.includes("/") ? null : policy;
  }
  return approvers.length > 0 || routing !== null ? `gate:${id}` : null;
};

const people = (assignments: readonly { readonly type: string; readonly identifier: string }[]) =>
  assignments.map(({ type, identifier }) => `${type} ${identifier}`).join(", ");

/** Whether a request keeps a gate's own people as the gate names them. */
const keepsPeople = (gate: StandingGate, policy: Policy | undefined): boolean => {
  const asked = policy?.chain.flatMap(({ groups }) =>
    groups.flatMap(({ assignments }) => assignments),
  );
  const wanted =
    gate.approvers.length > 0
      ? gate.approvers
      : gate.routing === null
        ? null
        : [{ type: "role", identifier: gate.routing.role }];
  return asked !== undefined && (wanted === null || people(asked) === people(wanted));
};

const refFault = (
  { id, version, gate: name }: PolicyRef,
  standing: StandingGates,
  own: readonly Policy[],
): string | null => {
  if (name === null) {
    return id.startsWith("gate:") ? `${id} is pinned without a gate.` : null;
  }
  const gate = standing.gates.find((each) => each.id === name);
  if (gate === undefined) {
    return standing.rules.has(name) || (name === "levels" && standing.hasLevels)
      ? null
      : `the gate ${name} is named, which did not stand.`;
  }
  const brought = broughtBy(gate);
  if (brought !== null && brought !== id) {
    return `the gate ${name} brings ${id}, although it names ${brought}.`;
  }
  if (id !== `gate:${name}`) {
    return null;
  }
  const policy = own.find((each) => each.id === id);
  return version === gate.version && keepsPeople(gate, policy)
    ? null
    : `the gate ${name} is pinned with other people than it names.`;
};

const firstFault = (
  refs: readonly PolicyRef[],
  standing: StandingGates,
  own: readonly Policy[],
): string | null => {
  for (const ref of refs) {
    const fault = refFault(ref, standing, own);
    if (fault !== null) {
      return fault;
    }
  }
  return null;
};

/** What is wrong with the gates of an ask: those it names, and those that it should have met. */
const askFault = (submitted: SubmittedFields, standing: StandingGates): string | null => {
  const { policies, escalated, inlineChain, action, gateType } = submitted;
  const fault = firstFault(policies, standing, submitted.gatePolicies ?? []);
  if (fault !== null) {
    return fault;
  }
  const fired = policies.some(({ gate }) => gate !== null);
  if (fired !== escalated || escalated !== (gateType !== null)) {
    return escalated
      ? "it is marked as one that a gate asked for, and names none."
      : "it names a gate, and is not marked as one that a gate asked for.";
  }
  if (escalated && inlineChain !== null) {
    return "approvers whom the asker named decide on what a gate asked for.";
  }
  const met = standing.gates.filter((gate) => surelyFires(gate, action));
  const denying = met.find(({ subject }) => subject.type === "deny");
  if (denying !== undefined) {
    return `it stands although the gate ${denying.id} denies it.`;
  }
  const missed = met.find((gate) => {
    const brought = broughtBy(gate);
    return !escalated || (brought !== null && !policies.some(({ id }) => id === brought));
  });
  return missed === undefined ? null : `it passes the gate ${missed.id}, which asks for approval.`;
};

/** What is wrong with the gates that an edit met. */
const editFault = (later: FiredLater, standing: StandingGates): string | null =>
  later.policies.some(({ gate }) => gate === null)
    ? "an edit adds a policy that no gate brings."
    : firstFault(later.policies, standing, later.gatePolicies);

/**
 * I16: gates are the server's. A request names the gates that stood and what they bring, is marked when one fired, and
 * passes none that asks or denies whatever the facts are. Gates that rest on guards, on what was lifted, or on other
 * streams are believed.
 */
export const gatesHold = (history: History): Violation[] => {
  const found: Violation[] = [];
  tellRequests(history, (entry, { org }) => {
    const event = requestEvent(entry);
    const standing = () => org.definitions.gatesAt(basisOf(entry)?.definition ?? -1);
    const add = (message: string | null): void => {
      if (message !== null) {
        found.push(violation("I16", entry, message));
      }
    };
    if (event.type === "RequestSubmitted" && event.data.parent === undefined) {
      add(askFault(event.data, standing()));
    } else if (event.type === "PayloadModified" && event.data.gates !== undefined) {
      add(editFault(event.data.gates, standing()));
    }
  });
  return found;
};
