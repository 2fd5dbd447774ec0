import type {
  ActorView,
  GroupView,
  LevelView,
  SlotView,
  VoteView,
} from "@countersign/domain/request/view/wire.ts";
import { builder } from "./builder.ts";
import { ActorKind, Decision, GroupStatus, LevelStatus, Logic, SlotStatus } from "./enums.ts";

/** Who did something, as it stands on the wire. */
export type WireActor = Omit<ActorView, "kind"> & {
  readonly kind: "person" | "agent" | "timer" | "system";
};

export const Actor = builder.objectRef<ActorView>("Actor").implement({
  description: "Who did something: a person, an agent, a timer or the system itself.",
  fields: (t) => ({
    kind: t.field({ type: ActorKind, resolve: ({ kind }) => kind as WireActor["kind"] }),
    id: t.exposeString("id"),
    onBehalfOf: t.string({ nullable: true, resolve: (actor) => actor.on_behalf_of ?? null }),
  }),
});

export const Via = builder.objectRef<SlotView["via"]>("Via").implement({
  description: "The assignment that a slot comes from.",
  fields: (t) => ({ type: t.exposeString("type"), identifier: t.exposeString("identifier") }),
});

const Vote = builder.objectRef<VoteView>("Vote").implement({
  fields: (t) => ({
    decision: t.expose("decision", { type: Decision }),
    votedBy: t.exposeString("voted_by"),
    onBehalfOf: t.exposeString("on_behalf_of", { nullable: true }),
    delegationId: t.exposeString("delegation_id", { nullable: true }),
    at: t.expose("at", { type: "DateTime" }),
    notes: t.exposeString("notes", { nullable: true }),
    reason: t.exposeString("reason", { nullable: true }),
    payloadHash: t.exposeString("payload_hash"),
    channel: t.exposeString("channel"),
  }),
});

const Slot = builder.objectRef<SlotView>("Slot").implement({
  description: "One eligible person's place in a group.",
  fields: (t) => ({
    approver: t.exposeString("approver", { nullable: true }),
    via: t.expose("via", { type: Via }),
    why: t.exposeString("why"),
    alternate: t.exposeBoolean("alternate"),
    counted: t.exposeBoolean("counted"),
    status: t.expose("status", { type: SlotStatus }),
    vote: t.expose("vote", { type: Vote, nullable: true }),
  }),
});

const Group = builder.objectRef<GroupView>("Group").implement({
  fields: (t) => ({
    group: t.exposeString("group"),
    message: t.exposeString("message", { nullable: true }),
    required: t.string({ resolve: ({ required }) => String(required) }),
    needed: t.exposeInt("needed"),
    status: t.expose("status", { type: GroupStatus }),
    blocked: t.exposeBoolean("blocked"),
    slots: t.expose("slots", { type: [Slot] }),
  }),
});

export const Level = builder.objectRef<LevelView>("Level").implement({
  description: "One step of a request's chain.",
  fields: (t) => ({
    number: t.exposeInt("number"),
    name: t.exposeString("name"),
    message: t.exposeString("message", { nullable: true }),
    status: t.expose("status", { type: LevelStatus }),
    because: t.exposeString("because", { nullable: true }),
    logic: t.expose("logic", { type: Logic }),
    openedAt: t.expose("opened_at", { type: "DateTime", nullable: true }),
    dueAt: t.expose("due_at", { type: "DateTime", nullable: true }),
    overdue: t.exposeBoolean("overdue"),
    resolvedAt: t.expose("resolved_at", { type: "DateTime", nullable: true }),
    resolvedBy: t.expose("resolved_by", { type: Actor, nullable: true }),
    groups: t.expose("groups", { type: [Group], complexity: { field: 1, multiplier: 1 } }),
  }),
});
