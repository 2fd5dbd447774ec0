import { builder } from "./builder.ts";
import { ask, command } from "./context.ts";
import { DelegationStatus } from "./enums.ts";
import { Refusal, settle } from "./results.ts";

interface WireDelegation {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly policies: readonly string[] | null;
  readonly roles: readonly string[] | null;
  readonly exclusive: boolean;
  readonly redelegate: boolean;
  readonly reason: string | null;
  readonly status: "scheduled" | "active" | "ended" | "revoked";
  readonly revoked_at: string | null;
}

const Delegation = builder.objectRef<WireDelegation>("Delegation").implement({
  description: "One person's right to act on another's slots for a time; endsAt is not inside it.",
  fields: (t) => ({
    id: t.exposeID("id"),
    from: t.exposeString("from"),
    to: t.exposeString("to"),
    startsAt: t.expose("starts_at", { type: "DateTime" }),
    endsAt: t.expose("ends_at", { type: "DateTime" }),
    policies: t.expose("policies", { type: ["String"], nullable: true }),
    roles: t.expose("roles", { type: ["String"], nullable: true }),
    exclusive: t.exposeBoolean("exclusive"),
    redelegate: t.exposeBoolean("redelegate"),
    reason: t.exposeString("reason", { nullable: true }),
    status: t.expose("status", { type: DelegationStatus }),
    revokedAt: t.expose("revoked_at", { type: "DateTime", nullable: true }),
  }),
});

const DelegateInput = builder.inputType("DelegateInput", {
  description: "from is the caller; an admin may name another. Without startsAt it starts now.",
  fields: (t) => ({
    to: t.id({ required: true }),
    from: t.id(),
    startsAt: t.field({ type: "DateTime" }),
    endsAt: t.field({ type: "DateTime", required: true }),
    policies: t.idList(),
    roles: t.idList(),
    exclusive: t.boolean(),
    redelegate: t.boolean(),
    reason: t.string(),
    idempotencyKey: t.string(),
  }),
});

const RevokeDelegationInput = builder.inputType("RevokeDelegationInput", {
  fields: (t) => ({ id: t.id({ required: true }), idempotencyKey: t.string() }),
});

interface Success<K extends string> {
  readonly kind: K;
  readonly delegation: WireDelegation;
}

const delegationResult = <const K extends string>(name: K) => {
  const success = builder.objectRef<Success<`${K}Success`>>(`${name}Success`).implement({
    fields: (t) => ({
      delegation: t.field({ type: Delegation, resolve: ({ delegation }) => delegation }),
    }),
  });
  return builder.unionType(`${name}Result`, {
    types: [success, Refusal],
    resolveType: ({ kind }) => kind,
  });
};

const DelegateResult = delegationResult("Delegate");
const RevokeDelegationResult = delegationResult("RevokeDelegation");

builder.queryField("delegations", (t) =>
  t.field({
    type: [Delegation],
    description: "One's own and those to oneself, newest first; an admin sees all.",
    complexity: { field: 1, multiplier: 20 },
    resolve: async (_root, _args, context) =>
      (await ask<{ items: WireDelegation[] }>(context, "delegations", {})).items,
  }),
);

builder.mutationFields((t) => ({
  delegate: t.field({
    type: DelegateResult,
    args: { input: t.arg({ type: DelegateInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { idempotencyKey, startsAt, endsAt, ...rest } = input;
      const body = JSON.stringify({ ...rest, starts_at: startsAt, ends_at: endsAt });
      return settle(
        await command<WireDelegation>(context, "delegate", { idempotencyKey, body }),
        (delegation) => ({ kind: "DelegateSuccess" as const, delegation }),
      );
    },
  }),
  revokeDelegation: t.field({
    type: RevokeDelegationResult,
    args: { input: t.arg({ type: RevokeDelegationInput, required: true }) },
    resolve: async (_root, { input: { id, idempotencyKey } }, context) =>
      settle(
        await command<WireDelegation>(context, "revoke-delegation", {
          target: id,
          idempotencyKey,
          body: "",
        }),
        (delegation) => ({ kind: "RevokeDelegationSuccess" as const, delegation }),
      ),
  }),
}));
