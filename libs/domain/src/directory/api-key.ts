/** Rights that a credential may have beyond those of its agent; keys name them, and tokens may. */
export const scopes = [
  /** Spend grants of others' requests, and report on them. */
  "execute",
  /** Loosen a task's approval level (`context.approval`). */
  "approval-level",
  "definitions:write",
  "directory:write",
  "api-keys:write",
  "standing-grants:write",
  /** The security log, in the org's audit trail. */
  "security:read",
  /** `/metrics` from other machines. */
  "metrics",
] as const;

export type Scope = (typeof scopes)[number];

/** An agent's credential. The key itself is nowhere: only whoever was told it has it. */
export interface ApiKey {
  /** `key_` and a ULID; part of the key. */
  readonly id: string;
  readonly agent: string;
  readonly scopes: readonly Scope[];
  /** `sha256:` and the hex SHA-256 of the whole key. */
  readonly hash: string;
  /** ISO time; null: until it is revoked. */
  readonly expiresAt: string | null;
}

export type ApiKeyEvent =
  | { readonly type: "ApiKeyIssued"; readonly data: ApiKey }
  | { readonly type: "ApiKeyRevoked"; readonly data: { readonly id: string } };

/** A key with what became of it. */
export interface KnownApiKey extends ApiKey {
  readonly revoked: boolean;
}

/** Every key ever issued, by id, oldest first. */
export type ApiKeys = ReadonlyMap<string, KnownApiKey>;

/** Why a key does not count at `now` (ISO 8601); null when it does. */
export const keyFault = (
  { revoked, expiresAt }: Pick<KnownApiKey, "revoked" | "expiresAt">,
  now: string,
): "revoked" | "expired" | null => {
  if (revoked) return "revoked";
  return expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now) ? "expired" : null;
};
