import type { ApiKey } from "./api-key.ts";
import type { Agent, Person } from "./directory.ts";

/** What an admin may do to the directory. `put` creates or replaces the whole entry. */
export type DirectoryCommand =
  | { readonly type: "put-person"; readonly person: Person }
  | { readonly type: "remove-person"; readonly id: string }
  | { readonly type: "put-role"; readonly role: string; readonly members: readonly string[] }
  | { readonly type: "put-agent"; readonly agent: Agent }
  /** `held`: the scopes of whoever issues it, when that is no admin; a key cannot give what it does not have. */
  | {
      readonly type: "issue-api-key";
      readonly key: ApiKey;
      readonly held: readonly string[] | null;
      readonly now: string;
    }
  | { readonly type: "revoke-api-key"; readonly id: string };
