import type { ApiKeyEvent, ApiKeys } from "./api-key.ts";

/** People, roles, agents and API keys of one org: the stream `directory-<org>.main`, folded in every commander and projector. */

export type Access = "admin" | "approver" | "viewer";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly access: Access;
  /** IANA zone for notices. */
  readonly zone: string | null;
  readonly active: boolean;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  /** The person who answers for it: never an approver of what it asks. */
  readonly owner: string;
  readonly version: string | null;
}

export type DirectoryEvent =
  | { readonly type: "PersonChanged"; readonly data: Person }
  | { readonly type: "PersonRemoved"; readonly data: { readonly id: string } }
  | {
      readonly type: "RoleChanged";
      readonly data: { readonly role: string; readonly members: readonly string[] };
    }
  | { readonly type: "AgentChanged"; readonly data: Agent }
  | ApiKeyEvent;

export interface DirectoryState {
  /** Revision of the last event folded; -1 before the first. */
  readonly revision: number;
  readonly people: ReadonlyMap<string, Person>;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly apiKeys: ApiKeys;
}
