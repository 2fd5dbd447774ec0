import { builder } from "./builder.ts";
import { Access, DefinitionKind, PrincipalKind } from "./enums.ts";
import { Actor, type WireActor } from "./level-type.ts";
import { ApprovalRequest } from "./request-type.ts";

const onePage = { complexity: { field: 0, multiplier: 1 } };

export const ApprovalRequestConnection = builder.connectionObject(
  {
    type: ApprovalRequest,
    name: "ApprovalRequestConnection",
    edgesField: onePage,
    fields: (t) => ({
      totalEstimate: t.int({
        resolve: (page) => (page as unknown as { totalEstimate: number }).totalEstimate,
      }),
    }),
  },
  { name: "ApprovalRequestEdge" },
);

export interface WireCounts {
  /** Milliseconds; where it was asked for. */
  readonly turns_at?: number | null;
  readonly mine_now: number;
  readonly mine_later: number;
  readonly as_delegate: number;
  readonly pending: number;
}

export const QueueCounts = builder.objectRef<WireCounts>("QueueCounts").implement({
  description: "The badge: how many requests wait for the viewer.",
  fields: (t) => ({
    mineNow: t.exposeInt("mine_now"),
    mineLater: t.exposeInt("mine_later"),
    asDelegate: t.exposeInt("as_delegate"),
    pending: t.exposeInt("pending"),
  }),
});

export interface WireAuditEntry {
  readonly at: string;
  readonly event: string;
  readonly request: string | null;
  readonly level?: number | null;
  readonly step?: number | null;
  readonly actor: WireActor;
  readonly channel: string;
  readonly notes: string | null;
  readonly reason: string | null;
  readonly code?: string | null;
  readonly position: string;
}

const AuditEntry = builder.objectRef<WireAuditEntry>("AuditEntry").implement({
  fields: (t) => ({
    at: t.expose("at", { type: "DateTime" }),
    event: t.exposeString("event"),
    requestId: t.id({ nullable: true, resolve: ({ request }) => request ?? null }),
    level: t.int({ nullable: true, resolve: ({ level }) => level ?? null }),
    step: t.int({ nullable: true, resolve: ({ step }) => step ?? null }),
    actor: t.expose("actor", { type: Actor }),
    channel: t.exposeString("channel"),
    notes: t.string({ nullable: true, resolve: ({ notes }) => notes ?? null }),
    reason: t.string({ nullable: true, resolve: ({ reason }) => reason ?? null }),
    code: t.string({ nullable: true, resolve: ({ code }) => code ?? null }),
    position: t.exposeString("position"),
  }),
});

export const AuditEntryConnection = builder.connectionObject(
  {
    type: AuditEntry,
    name: "AuditEntryConnection",
    edgesField: onePage,
    fields: (t) => ({
      totalEstimate: t.int({
        resolve: (page) => (page as unknown as { totalEstimate: number }).totalEstimate,
      }),
    }),
  },
  { name: "AuditEntryEdge" },
);

export interface WireDefinition {
  readonly kind: typeof DefinitionKind.$inferType;
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
  readonly hash?: string | null;
  readonly file?: string | null;
  readonly source?: string | null;
  readonly imported_at?: string | null;
  readonly imported_by?: string | null;
}

export const Definition = builder.objectRef<WireDefinition>("Definition").implement({
  description: "A policy, workflow, gate, … as it was imported.",
  fields: (t) => ({
    kind: t.expose("kind", { type: DefinitionKind }),
    id: t.exposeString("id"),
    version: t.exposeInt("version"),
    active: t.exposeBoolean("active"),
    hash: t.string({ nullable: true, resolve: ({ hash }) => hash ?? null }),
    file: t.string({ nullable: true, resolve: ({ file }) => file ?? null }),
    source: t.string({ nullable: true, resolve: ({ source }) => source ?? null }),
    importedAt: t.field({
      type: "DateTime",
      nullable: true,
      resolve: (definition) => definition.imported_at ?? null,
    }),
    importedBy: t.string({
      nullable: true,
      resolve: (definition) => definition.imported_by ?? null,
    }),
  }),
});

export interface WireViewer {
  readonly id: string;
  readonly kind: "person" | "agent";
  readonly org: string;
  readonly name: string | null;
  readonly access: "admin" | "approver" | "viewer" | null;
  readonly roles: readonly string[];
}

export const Viewer = builder.objectRef<WireViewer>("Viewer").implement({
  description: "Whose credential this is. Agents have no access word.",
  fields: (t) => ({
    id: t.exposeID("id"),
    kind: t.expose("kind", { type: PrincipalKind }),
    org: t.exposeString("org"),
    name: t.exposeString("name", { nullable: true }),
    access: t.expose("access", { type: Access, nullable: true }),
    roles: t.exposeStringList("roles"),
  }),
});
