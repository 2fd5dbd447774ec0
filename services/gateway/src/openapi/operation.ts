import type { JsonSchema } from "@countersign/api-contract/json-schemas.ts";
import type { ReadValue } from "../edge/query-values.ts";
import type { SchemaName } from "./schemas.ts";

/** Content by media type: the name of a schema, or one that stands nowhere else. */
export type Content = Readonly<Record<string, SchemaName | JsonSchema>>;

/** What an answer holds: JSON of a schema, or content of other media types. */
export interface Answered {
  readonly says: string;
  readonly content?: SchemaName | Content;
}

export type Tag =
  | "Requests"
  | "Decisions"
  | "Grants"
  | "Evaluation"
  | "Definitions"
  | "Topics"
  | "People"
  | "Credentials"
  | "Audit"
  | "ToolWeaver"
  | "GraphQL"
  | "Service";

/** One method of one path, as the document shows it. */
export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  /** As the router has it: parameters begin with a colon. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly who: string;
  /** The table that the route reads its query with. */
  readonly query?: Readonly<Record<string, ReadValue>>;
  /** Query parameters that must be there. */
  readonly needs?: readonly string[];
  readonly body?: SchemaName | Content;
  /** The body may be left out. */
  readonly bodyOptional?: true;
  /** Whether a repeat with the same `Idempotency-Key` is answered as the first call was. */
  readonly repeats?: true;
  /** By status. */
  readonly answers: Readonly<Record<number, Answered>>;
  /** No token is asked for. */
  readonly open?: true;
  /** A grant is checked, so that it may have run out. */
  readonly takesGrant?: true;
}

/** The prefix of what belongs to one organisation. */
export const ORG = "/api/v1/orgs/:org";

export const ok = (says: string, content?: SchemaName | Content): Operation["answers"] => ({
  200: content === undefined ? { says } : { says, content },
});
