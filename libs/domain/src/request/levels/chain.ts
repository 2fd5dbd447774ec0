import type { DefinitionState } from "../../definition/definition.ts";
import type { GroupPlan, LevelPlan, Policy } from "../../policy/policy.ts";
import { amendedLevels } from "./amended-chain.ts";
import type { PolicyRef, SubmittedFields } from "../events.ts";
import { pausingAfter } from "../asking/pause-after.ts";
import type { Frozen } from "../state.ts";

/** All levels of a request in order, numbered from 1 over all of its policies. */
export interface Chain {
  /** Fallback levels stand last. */
  readonly levels: readonly LevelPlan[];
  /** How many levels come before the fallbacks, which open only when all of these were skipped. */
  readonly regular: number;
  /** Policies of gates that fired for a later payload: their levels stand behind the fallbacks. Absent for none. */
  readonly later?: readonly Policy[];
  /** The policies behind it, in chain order, the later ones last; none for inline approvers. */
  readonly policies: readonly Policy[];
}

const numbered = (levels: readonly LevelPlan[]): readonly LevelPlan[] =>
  levels.map((level, index) => ({ ...level, number: index + 1 }));

/** The chain of several policies: their levels after one another, then their fallbacks. */
export const chainOfPolicies = (policies: readonly Policy[]): Chain => {
  const regular = policies.flatMap((policy) => policy.chain);
  const fallbacks = policies.flatMap((policy) =>
    policy.fallback === null ? [] : [policy.fallback],
  );
  return { levels: numbered([...regular, ...fallbacks]), regular: regular.length, policies };
};

/** Policy versions never change, so a chain is put together once for all requests pinned to the same version. */
const ofPolicy = new WeakMap<Policy, Chain>();
const ofRequest = new WeakMap<SubmittedFields, Chain>();

const pinned = (
  definition: DefinitionState,
  { id, version, pauseAfter }: PolicyRef,
  own: readonly Policy[] | undefined,
): Policy => {
  const active = definition.activePolicies.get(id);
  const policy =
    own?.find((each) => each.id === id) ??
    (active?.version === version ? active : definition.policies.get(`${id}@${version}`));
  if (policy === undefined) {
    throw new Error(`Policy ${id} version ${version} is pinned by a request and not known.`);
  }
  return pauseAfter === undefined ? policy : pausingAfter(policy, pauseAfter);
};

/** With the levels of gates that fired for a later payload: behind everything, because levels are known by number. */
const withLater = ({ levels, regular, policies }: Chain, later: readonly Policy[]): Chain => {
  return {
    levels: numbered([...levels, ...later.flatMap(({ chain }) => chain)]),
    regular,
    later,
    policies: [...policies, ...later],
  };
};

const none: readonly Policy[] = [];

/** The number behind which the levels of later gates begin. */
const laterAfter = ({ levels, later = none }: Chain): number =>
  levels.length - later.reduce((sum, { chain }) => sum + chain.length, 0);

/** True for a level that opens only when every regular one was skipped. */
export const isFallback = (chain: Chain, number: number): boolean =>
  number > chain.regular && number <= laterAfter(chain);

const owner = (
  policies: readonly Policy[],
  from: number,
  number: number,
  count: (policy: Policy) => number,
): string | null => {
  let last = from;
  for (const policy of policies) {
    last += count(policy);
    if (number <= last) return policy.id;
  }
  return null;
};

const levelsIn = ({ chain }: Policy): number => chain.length;
const fallbacksIn = ({ fallback }: Policy): number => (fallback === null ? 0 : 1);

/** The policy that brought a level of this number; null for inline approvers. */
export const policyOfNumber = (chain: Chain, number: number): string | null => {
  const { policies, regular, later = none } = chain;
  const after = laterAfter(chain);
  if (number > after) return owner(later, after, number, levelsIn);
  const asked = later.length === 0 ? policies : policies.slice(0, -later.length);
  return number <= regular
    ? owner(asked, 0, number, levelsIn)
    : owner(asked, regular, number, fallbacksIn);
};

/** The chain of one policy alone. */
export const chainOfPolicy = (policy: Policy): Chain => {
  const known = ofPolicy.get(policy);
  if (known !== undefined) return known;
  const made = chainOfPolicies([policy]);
  ofPolicy.set(policy, made);
  return made;
};

const pinnedChainOf = (submitted: SubmittedFields, definition: DefinitionState): Chain => {
  const { inlineChain, policies, gatePolicies, laterPolicies } = submitted;
  const only = policies[0];
  if (only !== undefined && policies.length === 1 && laterPolicies === undefined) {
    return chainOfPolicy(pinned(definition, only, gatePolicies));
  }
  const known = ofRequest.get(submitted);
  if (known !== undefined) return known;
  const asked: Chain =
    inlineChain === null
      ? chainOfPolicies(policies.map((ref) => pinned(definition, ref, gatePolicies)))
      : { levels: inlineChain, regular: inlineChain.length, policies: [] };
  const made =
    laterPolicies === undefined
      ? asked
      : withLater(
          asked,
          laterPolicies.map((ref) => pinned(definition, ref, gatePolicies)),
        );
  ofRequest.set(submitted, made);
  return made;
};

/**
 * The chain of a request: its inline level, or the levels of its policies at the versions pinned when it was created, with what was amended since.
 * Throws when a pinned version was never imported, because then nothing about the request can be decided.
 */
export const chainOf = (
  { submitted, changes }: Pick<Frozen, "submitted" | "changes">,
  definition: DefinitionState,
): Chain => {
  const chain = pinnedChainOf(submitted, definition);
  const amendment = changes?.amendment ?? null;
  return amendment === null ? chain : { ...chain, levels: amendedLevels(chain.levels, amendment) };
};

/** The level with this number. Throws when there is none: events only name levels of the pinned chain. */
export const levelPlan = (chain: Chain, number: number): LevelPlan => {
  const plan = chain.levels[number - 1];
  if (plan === undefined) throw new Error(`The chain has no level ${number}.`);
  return plan;
};

/** The group at this place. Throws when there is none. */
export const groupPlan = (level: LevelPlan, index: number): GroupPlan => {
  const plan = level.groups[index];
  if (plan === undefined) throw new Error(`Level ${level.number} has no group ${index + 1}.`);
  return plan;
};
