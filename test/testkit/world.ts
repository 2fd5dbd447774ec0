import type { BusinessTime } from "@countersign/domain/business-time.ts";
import type { Defaults } from "@countersign/domain/definition/definition.ts";
import type { DelegationState } from "@countersign/domain/delegation/delegation.ts";
import { emptyDelegations } from "@countersign/domain/delegation/evolve.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import { noGates, type ActiveGates } from "@countersign/domain/gate/active-gates.ts";
import type { EvaluateExpression, Reference } from "@countersign/domain/reference.ts";
import { demoDirectory } from "./examples/directory.ts";

/** What a request lives among: people, policies and the org's defaults. */
export interface World {
  readonly directory: DirectoryState;
  readonly policies: readonly Policy[];
  readonly defaults: Partial<Defaults>;
  readonly delegation: DelegationState;
  /** Left out: none. */
  readonly gates?: ActiveGates;
  readonly evaluateExpression: EvaluateExpression;
  /** When members were last given a slot in turn, by `<role> <person>`. */
  readonly lastAssigned?: ReadonlyMap<string, string>;
  /** Left out where the org has no calendar. */
  readonly businessTime?: BusinessTime;
}

/** The demo org with these policies active. */
export const world = (...policies: readonly Policy[]): World => ({
  directory: demoDirectory,
  policies,
  defaults: {},
  delegation: emptyDelegations,
  evaluateExpression: () => ({ value: null, why: "no expressions here" }),
});

const references = new WeakMap<World, Reference>();

/** The reference that decisions in this world read. */
export const referenceOf = (from: World): Reference => {
  const known = references.get(from);
  if (known !== undefined) return known;
  const { directory, policies, defaults, delegation, evaluateExpression, businessTime } = from;
  const made: Reference = {
    directory,
    definition: {
      revision: 1,
      entries: new Map(),
      policies: new Map(policies.map((policy) => [`${policy.id}@${policy.version}`, policy])),
      activePolicies: new Map(policies.map((policy) => [policy.id, policy])),
      standingGrants: new Map(),
      workflows: new Map(),
      calendars: new Map(),
      gates: from.gates ?? noGates,
      defaults: {
        policy: null,
        expiresIn: null,
        routing: null,
        autoApprove: "forbid",
        agentDeciders: "forbid",
        selfApproval: "forbid",
        calendar: null,
        ...defaults,
      },
    },
    delegation,
    evaluateExpression,
    ...(businessTime === undefined ? {} : { businessTime }),
  };
  references.set(from, made);
  return made;
};
