import { findPolicy } from "../../definition/find.ts";
import type { Reference } from "../../reference.ts";
import type { Opening } from "../commands.ts";
import { childHolder } from "../people/deciders.ts";
import type { RequestEvent, SlotRecord } from "../events.ts";
import type { Frozen, KnownRequest, RequestStatus } from "../state.ts";
import type { ChildView } from "../view/wire.ts";

/** Children of children at most so deep; a root request is at depth 0. */
export const MAX_DEPTH = 3;

/** A request that answers one slot of its parent. */
export interface ChildState {
  readonly id: string;
  readonly level: number;
  readonly group: string;
  readonly policy: string;
  /** How it ended as the parent was told; null before. */
  readonly ended: Exclude<RequestStatus, "pending"> | null;
}

/** The slot that a child request under this policy answers; null when no such policy is active. */
export const childSlot = (
  policy: string,
  level: number,
  group: string,
  { submitted, payloadVersion }: Frozen,
  { definition }: Reference,
  opening: Opening | undefined,
): SlotRecord | null => {
  const found = findPolicy(definition, policy);
  if (found.code !== "found") return null;
  const { id } = found.policy;
  const approver = childHolder(group, id);
  const slot: SlotRecord = { approver, via: { type: "workflow", identifier: id } };
  if (opening?.childId === undefined) return slot;
  const child = opening.childId(
    submitted.requestId,
    String(payloadVersion),
    String(level),
    group,
    approver,
  );
  return { ...slot, child };
};

/** The request's children after a level opened: those of its slots that are new. */
export const withChildren = <S extends KnownRequest>(
  state: S,
  { data }: Extract<RequestEvent, { type: "LevelOpened" }>,
): S => {
  const known = state.children ?? [];
  const made: ChildState[] = [];
  for (const { group, slots } of data.groups) {
    for (const { child, via } of slots) {
      if (child === undefined || known.some(({ id }) => id === child)) continue;
      made.push({ id: child, level: data.level, group, policy: via.identifier, ended: null });
    }
  }
  return made.length === 0 ? state : { ...state, children: [...known, ...made] };
};

/** The request's children after one of them was heard of. */
export const withChildEnded = <S extends KnownRequest>(
  state: S,
  child: string,
  ended: ChildState["ended"],
): S =>
  state.children === undefined
    ? state
    : {
        ...state,
        children: state.children.map((known) => (known.id === child ? { ...known, ended } : known)),
      };

/** True for a child whose slot is still waiting for it. */
export const isAwaited = (state: KnownRequest, { id, level, ended }: ChildState): boolean => {
  const open = state.levels[level - 1];
  return (
    ended === null &&
    state.status === "pending" &&
    open?.status === "open" &&
    open.groups.some(({ slots, voided }) =>
      slots.some(({ child, approver }) => child === id && !voided.includes(approver)),
    )
  );
};

/** The children on the wire. One that nobody waits for any more is cancelled. */
export const childrenView = (state: KnownRequest): readonly ChildView[] | undefined =>
  state.children?.map((child) => ({
    id: child.id,
    level: child.level,
    group: child.group,
    policy: child.policy,
    status: child.ended ?? (isAwaited(state, child) ? "pending" : "cancelled"),
  }));
