import {
  decideDelegation,
  type DelegationDecision,
} from "@countersign/domain/delegation/decide.ts";
import type {
  Delegation,
  DelegationCommand,
  DelegationState,
} from "@countersign/domain/delegation/delegation.ts";
import { delegationsOf, handsOver } from "../../testkit/examples/delegations.ts";
import { qaOnly } from "../../testkit/examples/policies.ts";
import { referenceOf, world } from "../../testkit/world.ts";

/** The first morning of the examples' delegations. */
export const now = "2026-01-05T09:00:00.000Z";

const reference = referenceOf(world(qaOnly));

/** What a person is answered, or an agent (`agent:…`); the system itself where nobody is named. */
export const decides = (
  state: DelegationState,
  by: string | null,
  command: DelegationCommand,
): DelegationDecision => {
  const kind = by?.startsWith("agent:") === true ? "agent" : "person";
  const principal =
    by === null ? null : ({ kind, id: by.replace("agent:", ""), org: "demo" } as const);
  return decideDelegation(state, command, { now, principal }, reference);
};

/** What is answered to one more delegation, made by whose slots it is unless told otherwise. */
export const delegates = (
  before: readonly Delegation[],
  link: Delegation,
  by: string | null = link.from,
): DelegationDecision => decides(delegationsOf(before), by, { type: "delegate", delegation: link });

/** The refusal's code, or the types of the events. */
export const outcome = ({ events, refusal }: DelegationDecision): unknown =>
  refusal?.code ?? events.map(({ type }) => type);

/** A delegation that may be redelegated. */
export const passesOn = (from: string, to: string, over: Partial<Delegation> = {}): Delegation =>
  handsOver(from, to, { redelegate: true, ...over });
