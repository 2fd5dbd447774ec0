import { builder } from "./builder.ts";
import { ask, command } from "./context.ts";
import { StandingGrantStatus } from "./enums.ts";
import { Refusal, settle } from "./results.ts";

interface WireStandingGrant {
  readonly id: string;
  readonly actions: readonly string[];
  readonly agent: string | null;
  readonly when: unknown;
  readonly ends_at: string;
  readonly reason: string;
  readonly status: "active" | "ended" | "revoked";
  readonly created_at: string;
  readonly created_by: string;
  readonly revoked_at: string | null;
}

const StandingGrant = builder.objectRef<WireStandingGrant>("StandingGrant").implement({
  description:
    "What an admin allows beforehand, until endsAt: it lifts gates that are marked liftable.",
  fields: (t) => ({
    id: t.exposeID("id"),
    actions: t.exposeStringList("actions"),
    agent: t.exposeID("agent", { nullable: true }),
    when: t.field({ type: "JSON", nullable: true, resolve: ({ when }) => when ?? null }),
    endsAt: t.expose("ends_at", { type: "DateTime" }),
    reason: t.exposeString("reason"),
    status: t.expose("status", { type: StandingGrantStatus }),
    createdAt: t.expose("created_at", { type: "DateTime" }),
    createdBy: t.exposeID("created_by"),
    revokedAt: t.expose("revoked_at", { type: "DateTime", nullable: true }),
  }),
});

const CreateStandingGrantInput = builder.inputType("CreateStandingGrantInput", {
  description:
    "actions are globs on action.type; when is a guard expression or conditions as in a file.",
  fields: (t) => ({
    actions: t.stringList({ required: true }),
    agent: t.id(),
    when: t.field({ type: "JSON" }),
    endsAt: t.field({ type: "DateTime", required: true }),
    reason: t.string({ required: true }),
    idempotencyKey: t.string(),
  }),
});

const RevokeStandingGrantInput = builder.inputType("RevokeStandingGrantInput", {
  fields: (t) => ({ id: t.id({ required: true }), idempotencyKey: t.string() }),
});

interface Success<K extends string> {
  readonly kind: K;
  readonly standingGrant: WireStandingGrant;
}

const standingGrantResult = <const K extends string>(name: K) => {
  const success = builder.objectRef<Success<`${K}Success`>>(`${name}Success`).implement({
    fields: (t) => ({
      standingGrant: t.field({
        type: StandingGrant,
        resolve: ({ standingGrant }) => standingGrant,
      }),
    }),
  });
  return builder.unionType(`${name}Result`, {
    types: [success, Refusal],
    resolveType: ({ kind }) => kind,
  });
};

const CreateStandingGrantResult = standingGrantResult("CreateStandingGrant");
const RevokeStandingGrantResult = standingGrantResult("RevokeStandingGrant");

builder.queryField("standingGrants", (t) =>
  t.field({
    type: [StandingGrant],
    description: "Every standing grant, newest first; for admins.",
    complexity: { field: 1, multiplier: 20 },
    resolve: async (_root, _args, context) =>
      (await ask<{ items: WireStandingGrant[] }>(context, "standing-grants", {})).items,
  }),
);

builder.mutationFields((t) => ({
  createStandingGrant: t.field({
    type: CreateStandingGrantResult,
    args: { input: t.arg({ type: CreateStandingGrantInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { idempotencyKey, endsAt, ...rest } = input;
      const body = JSON.stringify({ ...rest, ends_at: endsAt });
      return settle(
        await command<WireStandingGrant>(context, "create-standing-grant", {
          idempotencyKey,
          body,
        }),
        (standingGrant) => ({ kind: "CreateStandingGrantSuccess" as const, standingGrant }),
      );
    },
  }),
  revokeStandingGrant: t.field({
    type: RevokeStandingGrantResult,
    args: { input: t.arg({ type: RevokeStandingGrantInput, required: true }) },
    resolve: async (_root, { input: { id, idempotencyKey } }, context) =>
      settle(
        await command<WireStandingGrant>(context, "revoke-standing-grant", {
          target: id,
          idempotencyKey,
          body: "",
        }),
        (standingGrant) => ({ kind: "RevokeStandingGrantSuccess" as const, standingGrant }),
      ),
  }),
}));
