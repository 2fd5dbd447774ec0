import { builder } from "./builder.ts";
import { ask, command } from "./context.ts";
import { ApiKeyStatus } from "./enums.ts";
import { Refusal, settle } from "./results.ts";

interface WireApiKey {
  readonly id: string;
  readonly agent: string;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
  readonly status: "active" | "expired" | "revoked";
}

interface WireIssued extends WireApiKey {
  readonly key: string | null;
}

const ApiKey = builder.objectRef<WireApiKey>("ApiKey").implement({
  description: "A credential of an agent. The key itself is told once, when it is issued.",
  fields: (t) => ({
    id: t.exposeID("id"),
    agent: t.exposeID("agent"),
    scopes: t.exposeStringList("scopes"),
    expiresAt: t.expose("expires_at", { type: "DateTime", nullable: true }),
    status: t.expose("status", { type: ApiKeyStatus }),
  }),
});

const IssueApiKeyInput = builder.inputType("IssueApiKeyInput", {
  description: "Without expiresAt the key counts until it is revoked.",
  fields: (t) => ({
    agent: t.id({ required: true }),
    scopes: t.stringList(),
    expiresAt: t.field({ type: "DateTime" }),
    idempotencyKey: t.string(),
  }),
});

const RevokeApiKeyInput = builder.inputType("RevokeApiKeyInput", {
  fields: (t) => ({ id: t.id({ required: true }), idempotencyKey: t.string() }),
});

const IssueApiKeySuccess = builder
  .objectRef<{ readonly kind: "IssueApiKeySuccess"; readonly issued: WireIssued }>(
    "IssueApiKeySuccess",
  )
  .implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, resolve: ({ issued }) => issued }),
      key: t.string({
        nullable: true,
        description: "Shown here and never again; null when the command is a repeat.",
        resolve: ({ issued }) => issued.key,
      }),
    }),
  });

const RevokeApiKeySuccess = builder
  .objectRef<{ readonly kind: "RevokeApiKeySuccess"; readonly apiKey: WireApiKey }>(
    "RevokeApiKeySuccess",
  )
  .implement({
    fields: (t) => ({ apiKey: t.field({ type: ApiKey, resolve: ({ apiKey }) => apiKey }) }),
  });

const IssueApiKeyResult = builder.unionType("IssueApiKeyResult", {
  types: [IssueApiKeySuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

const RevokeApiKeyResult = builder.unionType("RevokeApiKeyResult", {
  types: [RevokeApiKeySuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

builder.queryField("apiKeys", (t) =>
  t.field({
    type: [ApiKey],
    description: "Every API key, newest first; for admins.",
    complexity: { field: 1, multiplier: 20 },
    resolve: async (_root, _args, context) =>
      (await ask<{ items: WireApiKey[] }>(context, "api-keys", {})).items,
  }),
);

builder.mutationFields((t) => ({
  issueApiKey: t.field({
    type: IssueApiKeyResult,
    args: { input: t.arg({ type: IssueApiKeyInput, required: true }) },
    resolve: async (_root, { input: { idempotencyKey, expiresAt, ...rest } }, context) => {
      const body = JSON.stringify({ ...rest, expires_at: expiresAt });
      return settle(
        await command<WireIssued>(context, "issue-api-key", { idempotencyKey, body }),
        (issued) => ({ kind: "IssueApiKeySuccess" as const, issued }),
      );
    },
  }),
  revokeApiKey: t.field({
    type: RevokeApiKeyResult,
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true }) },
    resolve: async (_root, { input: { id, idempotencyKey } }, context) =>
      settle(
        await command<WireApiKey>(context, "revoke-api-key", {
          target: id,
          idempotencyKey,
          body: "",
        }),
        (apiKey) => ({ kind: "RevokeApiKeySuccess" as const, apiKey }),
      ),
  }),
}));
