import type { Reference } from "@countersign/domain/reference.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";
import { standingOf, strangerRefusal } from "../authorise.ts";

/** Credentials of programs that work on definitions, such as a pipeline that checks them. */
const SCOPES: ReadonlySet<string> = new Set(["definitions:read", "definitions:write"]);

/**
 * Who may simulate and backtest: it shows what people of the org may read anyway, and an agent nothing that it may.
 * Null: allowed.
 */
export const simulationRefusal = (principal: Principal, reference: Reference): Refusal | null => {
  const standing = standingOf(principal, reference);
  if (standing === null) return strangerRefusal(principal, reference);
  if (standing.kind === "person") return null;
  return principal.scopes?.some((scope) => SCOPES.has(scope)) === true
    ? null
    : refuse("forbidden", "Only people, and keys with the scope definitions:read, may do this.");
};
