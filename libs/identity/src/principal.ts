/** Who a credential speaks for. Whether that person or agent is known and active is the directory's to say. */
export interface Principal {
  readonly kind: "person" | "agent";
  /** A person's or agent's id in `org`. */
  readonly id: string;
  readonly org: string;
  /** Extra rights of the credential, such as `metrics`; mostly empty. */
  readonly scopes: readonly string[];
  /** Id of the API key it came with; left out for a token. */
  readonly key?: string;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const PERSON_ID = /^[\x21-\x7e]{1,128}$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/;
const MAX_SCOPES = 50;

/** What a credential claims, before it is checked. */
export interface Claimed {
  readonly org: unknown;
  readonly id: unknown;
  /** A person when left out. */
  readonly kind: unknown;
  /** OAuth's `scope`: names separated by spaces. */
  readonly scope?: unknown;
}

/** The principal of checked claims, or a sentence that says which claim cannot be taken. */
export const principalOf = (claimed: Claimed): Principal | string => {
  const { org, id, scope } = claimed;
  const kind = claimed.kind ?? "person";
  if (typeof org !== "string" || !ID.test(org)) return "the token names no org";
  if (kind !== "person" && kind !== "agent") return "the token's kind is neither person nor agent";
  const pattern = kind === "person" ? PERSON_ID : ID;
  if (typeof id !== "string" || !pattern.test(id)) return `the token's subject is no ${kind}'s id`;
  const scopes =
    typeof scope === "string" ? scope.split(" ").filter((text) => SCOPE.test(text)) : [];
  return { kind, id, org, scopes: scopes.slice(0, MAX_SCOPES) };
};
